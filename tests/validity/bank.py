"""The answer bank: for prompts of the shipped suites, answers that are right and answers that are wrong.

It knows how the bank's files are laid out, those called like each suite, and how to hold the checks against them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from evalharness.runs.rows.eval import Wanted
from evalharness.suites import strict_yaml
from tests import shipped_suites
from tests.parts import applied

ANSWERS = Path(__file__).with_name("answers")
RIGHT = ("natural", "terse")
KINDS = (*RIGHT, "wrong")


@dataclass(frozen=True)
class Answer:
    """`kind` is natural (as a modern chat model puts it), terse (right and as short as may be) or wrong.

    Calls of tools and the turns of a live conversation stand in the text as a report shows them (runs/transcript.py).
    """

    prompt: str
    kind: str
    text: str


@dataclass
class Tally:
    """Of the answers of one kind: how many there are, and those that the checks are wrong about."""

    many: int = 0
    mistaken: list[Answer] = field(default_factory=list)


def suites() -> list[str]:
    return sorted({path.name.split(".")[0] for path in ANSWERS.glob("*.yaml")})


@cache
def answers(suite: str) -> tuple[Answer, ...]:
    """Every answer of a suite's files: prompt id → kind → a text or several."""
    return tuple(answer for path in sorted(ANSWERS.glob(f"{suite}.*yaml")) for answer in _answers(_read(path)))


def measured(suite: str) -> dict[str, Tally]:
    """What the shipped checks say of a suite's answers: right ones that fail, wrong ones that pass, by kind."""
    checks = {row.id: row.checks for row in shipped_suites.suite(suite).rows()}
    tallies = {kind: Tally() for kind in KINDS}
    for answer in answers(suite):
        tally = tallies[answer.kind]
        tally.many += 1
        if passes(answer.text, checks[answer.prompt]) != (answer.kind in RIGHT):
            tally.mistaken.append(answer)
    return tallies


def passes(text: str, checks: Sequence[Wanted]) -> bool:
    return all(found.passed for found in applied(text, "stop", checks))


def _read(path: Path) -> Mapping[str, Mapping[str, Any]]:
    given: Any = strict_yaml.load(path.read_text(encoding="utf-8"))
    return dict(given)


def _answers(given: Mapping[str, Mapping[str, Any]]) -> Iterator[Answer]:
    for prompt, kinds in given.items():
        for kind, texts in kinds.items():
            for text in texts if isinstance(texts, list) else [texts]:
                yield Answer(prompt, kind, text)
