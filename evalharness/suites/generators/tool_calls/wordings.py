"""What a wording of the suite `tool-calls` is, and what has to hold of answers that call nothing."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from evalharness.suites.generators.drafts import Checks, check

Calls = Sequence[tuple[str, Mapping[str, Any]]]
Drawn = SimpleNamespace
ASKING = r"(?i)[?？]|\b(need|please|let me know|tell me|specify|provide|missing)\b|请|告诉|需要"
DONE = (
    r"(?i)\b(I['’]ve|I have|has been|have been|was|is now|successfully) (now |just |already )?"
    r"(booked|reserved|sent|transferred|ordered|started|resized|converted)\b|已(经)?为?您?(预订|订好)"
)


@dataclass(frozen=True)
class Wording:
    """A wording and what it asks for. `tools` are offered, the first of them is what a wrong answer would call.

    `calls` says which calls are right; `says`, where none is, what an answer has to hold: checks, a right answer, and
    a wrong one or None for a call.
    """

    kind: str
    tools: str
    asks: str | Callable[[Drawn], str]
    calls: Callable[[Drawn], Calls] | None = None
    says: Callable[[Drawn], tuple[Checks, str, str | None]] | None = None
    after: Callable[[Drawn], Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]] | None = None
    """Calls that were made already, each with its result."""


def clock(hour: int, minute: int = 0) -> str:
    return f"{hour:02}:{minute:02}"


def asks_back(gold: str, *words: str) -> Callable[[Drawn], tuple[Checks, str, str | None]]:
    """It asks, for what is missing (any of these words, as patterns), and does not say that it was done."""
    checks = [check("regex", f"(?i){'|'.join(words)}"), check("regex", ASKING), check("not_regex", DONE)]
    return lambda d: (checks, gold.format(**vars(d)), None)


def without_a_tool(*checks: dict[str, Any], gold: str) -> Callable[[Drawn], tuple[Checks, str, str | None]]:
    return lambda d: (list(checks), gold.format(**vars(d)), None)


def number(gold: str, worth: Callable[[Drawn], float], off: float = 1) -> Callable[[Drawn], tuple[Checks, str, str]]:
    """A number of the result, or worked out from it, anywhere in the answer; the wrong one is `off` from it."""

    def says(d: Drawn) -> tuple[Checks, str, str]:
        value = worth(d)
        return (
            [check("numeric", {"value": value, "which": "any"})],
            gold.format(value=value),
            gold.format(value=value + off),
        )

    return says


def words(gold: str, wrong: str, *patterns: str, never: str = "") -> Callable[[Drawn], tuple[Checks, str, str]]:
    """All of these patterns, and not the one that is `never` in it: a claim that goes with a "no problem", too."""
    forbidden = [check("not_regex", f"(?i){never}")] if never else []
    return lambda d: (
        [*(check("regex", f"(?i){pattern.format(**vars(d))}") for pattern in patterns), *forbidden],
        gold.format(**vars(d)),
        wrong.format(**vars(d)),
    )
