"""The suite `reasoning`: sums in words, of several steps and with numbers that do not belong; in reasoning.yaml.

What is right is worked out from the numbers that are drawn, and so is what comes of a step that was missed.
"""

# ruff: noqa: RUF001 (Chinese punctuation is meant)

import random
import re
from collections.abc import Iterator

from evalharness.checks.reading.text import HAN
from evalharness.suites.generators.drafts import Draft, Item, check, hand_written, user
from evalharness.suites.generators.drawn import Drawn, Values, drawn, filled, worked_out

SEED = 31
EACH = 3
ANSWER_TOKENS = 512
HEAD = (
    "Arithmetic in words, in English and Chinese: two to five steps of everyday life, with a number in each question "
    "that does not belong there. Right is whose final number is right, however it is reached and set off; a right "
    "number among the steps alone is not enough. The numbers are drawn, and what is right is worked out from them. "
    "Geometry beyond rectangles, algebra and proofs are not asked, and whoever thinks long is cut off at 512 tokens."
)
_ENDINGS = (
    "Work it out step by step and end with the answer.",
    "Show how you get there; the last sentence should give the answer.",
    "Think it through, then give the result.",
)
_ZH_ENDINGS = ("请一步一步计算，最后写出答案。", "请写出计算过程，并在最后给出答案。", "先思考，再给出结果。")
NEAREST = 0.011  # what is wrong differs from what is right by more than what rounding to cents does


class Family(Drawn):
    """`answer` and `slips` are what is right and what is not, as Python; `natural` and `wrong` are answers."""

    ask: str
    answer: str
    slips: list[str]
    unit: list[str]
    natural: str
    wrong: str


def suite() -> Draft:
    items = [item for family in hand_written("reasoning", Family) for item in _items(family)]
    return Draft(
        "reasoning",
        "Arithmetic in words, with several steps and numbers that do not belong",
        "non-inferiority",
        0.10,
        ANSWER_TOKENS,
        HEAD,
        items,
        version=2,
    )


def _items(family: Family) -> Iterator[Item]:
    rng = random.Random(f"{SEED} {family.kind}")  # so that a change of one family leaves the others alone
    chinese = re.search(f"[{HAN}]", family.ask) is not None
    for ending in _ZH_ENDINGS if chinese else _ENDINGS:
        values = _values(rng, family)
        asked = filled(family.ask, values)
        wanted: dict[str, object] = {"value": values["answer"], "abs": 0.005}
        if family.unit:
            wanted["unit"] = family.unit
        yield Item(
            family.kind,
            user(f"{asked}{ending}" if chinese else f"{asked} {ending}"),
            [check("final_number", wanted)],
            filled(family.natural, values),
            filled(family.wrong, values),
            tags=("chinese" if chinese else "english",),
            group=family.kind,
        )


def _values(rng: random.Random, family: Family) -> Values:
    """Numbers with which every slip comes to something else than what is right, and nothing is less than nothing."""
    while True:
        values = drawn(rng, family)
        answer, *slips = (_plain(worked_out(said, values)) for said in (family.answer, *family.slips))
        if answer > 0 and all(abs(slip - answer) > NEAREST for slip in slips):
            return {**values, "answer": answer, "slip": slips[0]}


def _plain(number: float) -> float:
    """A whole number as one, and otherwise without the dust of binary fractions."""
    return int(number) if number == int(number) else round(number, 6)
