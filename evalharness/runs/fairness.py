"""A fair fight: do the servers that are compared differ in anything but the weights?

All of it is pure: what was read of each server (client/server_facts.py) goes in, the record for run.json comes out. It
knows nothing of HTTP, and nothing of what a verdict makes of a difference.
"""

import json
from collections.abc import Collection, Mapping
from itertools import takewhile
from typing import Literal, get_args

from evalharness.runs.about import Difference, Fairness, Unknown
from evalharness.runs.typed import Json
from evalharness.wording import listing

What = Literal[
    "vLLM version",
    "chat template",
    "tokenizer",
    "sampling defaults",
    "maximum length",
    "KV cache",
    "quantization",
    "tool calls",
]
"""What has to be the same on both sides. These are also the names by which a policy allows a difference."""

NOTHING: Fairness = {"read": {}, "differences": [], "unknown": []}
"""Of a run that recorded nothing."""

MODEL = "model"  # what is compared: it may differ, and is only shown

NEUTRAL, OWN = "none", "some of its own"  # what may be found of a server's sampling defaults

BEFORE_CHARACTERS, SHOWN_CHARACTERS = 20, 120  # of a rendered chat: before its first difference, and in all


def record(read: Mapping[str, Json], compared: Collection[str] = (MODEL,)) -> Fairness:
    """run.json's `fairness` of what was read of each endpoint, by name; the others are held against the first.
    `compared` is what the run is about: it may differ.

    """
    first, *others = read
    differences = [difference for other in others for difference in _differences(read, first, other, compared)]
    unknown: list[Unknown] = []
    for what in get_args(What):
        values = {name: facts[what] for name, facts in read.items()}
        # Two servers with defaults of their own may have the same ones or not: that is not to be seen.
        nothing = (None, OWN) if all(value in (None, OWN) for value in values.values()) else (None,)
        silent = [name for name, value in values.items() if value in nothing]
        if silent:
            unknown.append({"what": what, "endpoints": silent})
    return {"read": dict(read), "differences": differences, "unknown": unknown}


def changed(before: Json, now: Json) -> list[str]:
    """What one server says otherwise than earlier, such as after a restart with other settings."""
    return [what for what in (*get_args(What), MODEL) if _differ(before.get(what), now.get(what))]


def matters(fairness: Fairness) -> list[Difference]:
    """The differences beyond the weights."""
    return [difference for difference in fairness["differences"] if difference["matters"]]


def lines(fairness: Fairness) -> list[str]:
    """The record as a terminal shows it."""
    read, different = fairness["read"], matters(fairness)
    said = []
    for difference in different:
        one, other = difference["between"]
        said.append(f"NOT A FAIR FIGHT: {one} and {other} differ in their {difference['what']}")
        said += [f"  {one}: {difference['base']}", f"  {other}: {difference['tuned']}"]
    named = {entry["what"] for entry in (*fairness["differences"], *fairness["unknown"])}
    facts: Json = next(iter(read.values()), {})
    same = [what for what in get_args(What) if what not in named and what in facts]  # a former run read fewer
    if same:
        said.append(f"the same on {listing(list(read))}: {listing([_same(what, facts[what]) for what in same])}")
    said += [f"not known: {entry['what']} of {listing(entry['endpoints'])}" for entry in fairness["unknown"]]
    return said


def _differences(read: Mapping[str, Json], first: str, other: str, compared: Collection[str]) -> list[Difference]:
    one, two = read[first], read[other]
    found: list[Difference] = []
    for what in (*get_args(What), MODEL):
        if _differ(one[what], two[what]):
            base, tuned = _in_words(one[what], two[what])
            matters = what not in compared
            found.append({"what": what, "base": base, "tuned": tuned, "matters": matters, "between": [first, other]})
    return found


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _same(what: str, value: object) -> str:
    return what if what in ("chat template", "tokenizer") else f"{what} ({value})"


def _in_words(one: object, other: object) -> tuple[str, str]:
    """Two values that differ; of rendered chats the first that differs, from just before it does."""
    if not (isinstance(one, list) and isinstance(other, list)):
        return str(one), str(other)
    chats = next(pair for pair in zip(one, other, strict=True) if pair[0] != pair[1])
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*chats, strict=False)))
    begin = max(0, shared - BEFORE_CHARACTERS)
    first, second = (json.dumps(chat[begin : begin + SHOWN_CHARACTERS], ensure_ascii=False) for chat in chats)
    return first, second
