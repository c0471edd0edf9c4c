"""Families of prompts as YAML has them: values are drawn, others follow from them, and texts are filled with both.

What stands in `<…>` of a text is worked out as Python, from our own files alone. It knows no subject.
"""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from evalharness.suites.generators.drafts import Entry

Values = Mapping[str, Any]
TRIES = 5_000  # draws, before a family's `where` is held to be impossible

_SHE = ("Alma", "Carla", "Elin", "Greta", "Ines", "Karin", "Mira", "Olga", "Rosa", "Tilda", "Vera", "Zoe")
_HE = ("Bruno", "David", "Farid", "Hugo", "Jonas", "Leo", "Nils", "Paul", "Samir", "Umar", "Walter", "Yusuf")
_ZH = ("小明", "小红", "小华", "小丽", "小强", "小芳", "阿杰", "晓雯", "王磊", "李娜", "陈晨", "赵敏")
_PLACE = re.compile(r"<([^<>\n]+)>")


class Drawn(Entry):
    """`draw` has for each name a span ([least, most] or [least, most, step] of whole numbers) or texts to choose from;
    `let` what follows, one after another; `where` must hold. `she`, `he` and `zh` are names of people."""

    draw: dict[str, list[int] | list[str]] = Field(default_factory=dict)
    let: dict[str, str] = Field(default_factory=dict)
    where: str = "True"


def drawn(rng: random.Random, family: Drawn) -> dict[str, Any]:
    """Values that fit. Raises ValueError where none are found."""
    for _ in range(TRIES):
        values: dict[str, Any] = {"she": rng.choice(_SHE), "he": rng.choice(_HE), "zh": rng.choice(_ZH)}
        values |= {name: _one(rng, choices) for name, choices in family.draw.items()}
        for name, said in family.let.items():
            values[name] = worked_out(said, values)
        if worked_out(family.where, values):
            return values
    raise ValueError(f"{family.kind}: no values fit {family.where}")


def worked_out(said: str, values: Values) -> Any:
    return eval(said, {}, dict(values))  # noqa: S307 (our own, from the file beside this one)


def filled(text: str, values: Values) -> str:
    """The text with everything in `<…>` worked out; `<x:.2f>` is written as Python's format does."""
    return _PLACE.sub(lambda found: _said(found[1], values), text)


def _said(place: str, values: Values) -> str:
    expression, colon, form = place.rpartition(":")
    value = worked_out(expression if colon else place, values)
    if isinstance(value, float):
        value = int(value) if value == int(value) and "f" not in form else round(value, 6)
    return format(value, form if colon else "")


def _one(rng: random.Random, choices: Sequence[int | str]) -> int | str:
    if isinstance(choices[0], str):
        return rng.choice(choices)
    least, most, *step = (int(number) for number in choices)
    return rng.randrange(least, most + 1, *step)
