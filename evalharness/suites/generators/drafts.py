"""A suite before it is YAML: prompts with their checks, an answer that passes them and one that must not.

It knows how a suite file is laid out, nothing of any subject.
"""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from evalharness.suites import strict_yaml

Messages = list[dict[str, Any]]
Checks = list[dict[str, Any]]

MOST_OF_A_KIND = 12  # prompts of one wording: more of them would measure the wording
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Item:
    """`kind` names the template, or the subject of prompts written one by one; it is the first tag and begins the id.

    `group` is what the suite calls the prompts that stand or fall together, such as those of one template; None stands
    alone. `gold` is an answer that is right, `wrong` one that is plainly not: the tests hold the checks against both.
    Calls of tools, and the turns of a `live` conversation, stand in them as a report shows them (runs/transcript.py).
    `context` is the served length that it takes, where that is not the suite's.
    """

    kind: str
    messages: Messages
    checks: Checks
    gold: str
    wrong: str
    tags: Sequence[str] = ()
    rubric: str | None = None
    group: str | None = None
    tools: Sequence[dict[str, Any]] = ()
    live: bool = False
    context: int | None = None


@dataclass(frozen=True)
class Draft:
    """A suite's head and items. `head` becomes the comment: what the suite measures, and what it cannot."""

    name: str
    title: str
    purpose: str
    margin: float | None
    max_tokens: int
    head: str
    items: Sequence[Item]
    context: int | None = None
    version: int = 1


def user(text: str) -> Messages:
    return [{"role": "user", "content": text}]


def turns(*texts: str, system: str | None = None) -> Messages:
    """A conversation that the user begins: user, assistant, user …"""
    opening = [{"role": "system", "content": system}] if system else []
    return opening + [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]


def templates(items: Iterable[Item]) -> list[Item]:
    """The items, each in the group of its kind where it names none: one wording with other fillings."""
    return [replace(item, group=item.group or item.kind) for item in items]


def first_of_each(items: Iterable[Item], most: int) -> Iterator[Item]:
    """So many prompts of each group, from the first on: it tells more as one of many than as a large one.

    Of each kind, where items name no group.
    """
    seen = Counter[str]()
    for item in items:
        group = item.group or item.kind
        seen[group] += 1
        if seen[group] <= most:
            yield item


def rubric(what: str) -> str:
    """What a judge is told: what a good answer does, said of it in the third person, and what each mark stands for."""
    return (
        f"A good answer {what}. 5: all of that, correct, clear and to the point. 3: right in the main, with a gap or "
        "hard to follow. 1: wrong, harmful, or no answer to the question."
    )


def check(kind: str, value: Any = None) -> dict[str, Any]:
    return {"type": kind} if value is None else {"type": kind, "value": value}


def only(*answers: str) -> Checks:
    """The answer alone, in one of these wordings."""
    return [check("says_only", answers[0] if len(answers) == 1 else list(answers))]


class Entry(BaseModel):
    """What is written by hand of a prompt, or of several. A key that its kind does not know is an error: a comma in a
    text without quotes makes one of the rest of the text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    kind: str


EntryOf = TypeVar("EntryOf", bound=Entry)


def hand_written(name: str, entry: type[EntryOf]) -> list[EntryOf]:
    """The entries of a YAML file beside this one. Raises pydantic's ValidationError for one that is no `entry`."""
    return entries_of((_HERE / f"{name}.yaml").read_text(encoding="utf-8"), entry)


def entries_of(text: str, entry: type[EntryOf]) -> list[EntryOf]:
    return TypeAdapter(list[entry]).validate_python(strict_yaml.load(text))  # type: ignore[valid-type]


def as_yaml(draft: Draft) -> str:
    """The suite's text: a comment, the head, then a few lines a prompt, their values written as JSON."""
    told = textwrap.wrap(f"{draft.head} {_counted(draft)}", 118)
    comment = ["Written by evalharness/suites/generators: change that, not this.", *told]
    head = {
        "suite": draft.name,
        "version": draft.version,
        "title": draft.title,
        "purpose": draft.purpose,
        "margin": draft.margin,
        "context": draft.context,
        "sampling": {"temperature": 0, "max_tokens": draft.max_tokens},
    }
    lines = [f"# {line}" for line in comment]
    lines += [f"{key}: {_json(value)}" for key, value in head.items() if value is not None]
    lines.append("prompts:")
    number = Counter[str]()
    for item in draft.items:
        number[item.kind] += 1
        lines.append(f"  - id: {item.kind}-{number[item.kind]:02d}")
        lines.append(f"    messages: {_json(item.messages)}")
        lines += [f"    tools: {_json(item.tools)}"] if item.tools else []
        lines += ["    live: true"] if item.live else []
        lines.append(f"    checks: {_json(item.checks)}")
        lines.append(f"    tags: {_json([item.kind, *item.tags])}")
        lines += [f"    group: {_json(item.group)}"] if item.group else []
        lines += [f"    context: {item.context}"] if item.context else []
        lines += [f"    rubric: {_json(item.rubric)}"] if item.rubric else []
    return "\n".join(lines) + "\n"


def _counted(draft: Draft) -> str:
    """How much the suite can show, as the end of its comment."""
    prompts = len(draft.items)
    groups = len({item.group or (at,) for at, item in enumerate(draft.items)})
    stand = "each alone" if groups == prompts else f"in {groups} groups that may be right or wrong together"
    counted = f"{prompts} prompts stand {stand}."
    if draft.margin is None:
        return "" if groups == prompts else counted
    return (
        f"{counted} The margin is the smallest in whole points that the suite rules out by itself in 80 of 100 runs of "
        "two equal models that differ in one prompt of ten, correlated by 0.1 within a group."
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
