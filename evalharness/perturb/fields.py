"""JSON within a prompt: its fields in another order, emptied, or with strangers among them.

The text is edited where it stands, never written anew: numbers, spaces and escapes stay as they were.
"""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.checks.reading.text import HAN
from evalharness.perturb.prose import Prose, Span, edited, json_values, some, words

_SPACE = re.compile(r"[ \t\r\n]*")
_SENTENCE = re.compile(rf"(?:\w+\W+){{3}}\w|[{HAN}]{{6}}")
_DECODER = json.JSONDecoder()
_EXTRA = (
    ("internal_note", '"none"'),
    ("source", '"manual entry"'),
    ("reviewed", "true"),
    ("revision", '"draft"'),
    ("archived", "false"),
    ("origin_system", '"legacy"'),
    ("trace", "null"),
    ("checked_by", '"front office"'),
)


@dataclass(frozen=True)
class Member:
    """A key with its value: the span of both, and of the value alone."""

    key: str
    whole: Span
    value: Span


@dataclass(frozen=True)
class Object:
    start: int
    members: Sequence[Member]

    @property
    def keys(self) -> list[str]:
        return [member.key for member in self.members]


def order(prose: Prose, draw: random.Random, rate: float) -> str:
    """The fields of each object drawn in another order: to JSON the same object.

    Not where the right answer spells two of its keys out as text: their order may be the object's.
    """
    text = prose.text
    units = [found for found in objects(text) if len(found.keys) > 1 and len(set(found.keys)) == len(found.keys)]
    units = [found for found in units if sum(not prose.spelled.isdisjoint(words(key)) for key in found.keys) < 2]
    # The inner object first: its length stays, so what holds it still lies where it lay.
    for found in sorted(some(draw, units, rate), key=lambda one: one.start, reverse=True):
        places = [member.whole for member in found.members]
        drawn = draw.sample(places, len(places))
        if drawn == places:
            drawn = [*places[1:], places[0]]
        pieces = [text[start:end] for start, end in drawn]
        text = edited(text, [(*place, piece) for place, piece in zip(places, pieces, strict=True)])
    return text


def nulls(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each value drawn is null; only values of which no check speaks, and no text of several words: it may say more
    than a value, an order hidden in the data for instance."""
    units = [
        member.value
        for found in objects(prose.text)
        for member in found.members
        if prose.text[member.value[0]] not in "{["
        and prose.text[slice(*member.value)] != "null"
        and prose.referred.isdisjoint(words(prose.text[slice(*member.whole)]))
        and not _SENTENCE.search(prose.text[slice(*member.value)])
    ]
    return edited(prose.text, [(*span, "null") for span in some(draw, units, rate)])


def extra(prose: Prose, draw: random.Random, rate: float) -> str:
    """In each object drawn, a field that has nothing to do with the rest."""
    edits = []
    for found in some(draw, objects(prose.text), rate):
        strangers = [(key, value) for key, value in _EXTRA if key not in found.keys and key not in prose.referred]
        if not strangers:
            continue
        key, value = draw.choice(strangers)
        if found.members:
            at, after = draw.choice(found.members).whole[0], ", "
        else:
            at, after = found.start + 1, ""
        edits.append((at, at, f'"{key}": {value}{after}'))
    return edited(prose.text, edits)


def objects(text: str) -> list[Object]:
    """Every JSON object in the text, those within others included."""
    found: list[Object] = []
    try:
        for start, _ in json_values(text):
            _walk(text, start, found)
    except RecursionError:  # nested deeper than anybody would write
        return []
    return found


def _walk(text: str, at: int, found: list[Object]) -> int:
    """Collects the objects of the JSON value at this place, and gives its end."""
    opening = text[at]
    if opening not in "{[":
        _, end = _DECODER.raw_decode(text, at)
        return int(end)
    start, members = at, []
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        first, key = at, ""
        if opening == "{":
            key, end = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, end) + 1)
        value = at
        at = _walk(text, value, found)
        members.append(Member(key, (first, at), (value, at)))
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    if opening == "{":
        found.append(Object(start, members))
    return at + 1


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
