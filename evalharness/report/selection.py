"""Which prompts a page lists that has no room for all: what people look for first, and some of each sort.

Pure. It knows how two answers may stand to each other, and how much a browser opens in a second; nothing of pages.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Literal, TypeVar, get_args

MOST_ANSWERS = 10_000
MOST_BYTES = 24_000_000  # of JSON: ten thousand answers of two thousand characters, and what was asked

Sort = Literal["unanswered", "split", "wrong", "differ", "alike"]
SORTS: tuple[Sort, ...] = get_args(Sort)
Key = TypeVar("Key")


@dataclass
class Family:
    """A prompt and its variants: they are listed together, or not at all. `sort` is that of its foremost member."""

    sort: Sort = SORTS[-1]
    answers: int = 0
    size: int = 0

    def add(self, answers: Sequence[Mapping[str, Any] | None], size: int) -> None:
        """One more prompt of it, with both answers (`text`, `right`, `error`) and its bytes."""
        self.sort = min(self.sort, sort_of(answers), key=SORTS.index)
        self.answers += len(answers)
        self.size += size


def sort_of(answers: Sequence[Mapping[str, Any] | None]) -> Sort:
    """How a prompt's two answers stand to each other. `split`: one is right and one wrong; `wrong`: both are."""
    one, other = answers
    if one is None or other is None or one["error"] or other["error"]:
        return "unanswered"
    if one["right"] != other["right"]:
        return "split"
    if not one["right"]:
        return "wrong"
    return "alike" if one["text"] == other["text"] else "differ"


def fitting(families: Mapping[Key, Family]) -> set[Key]:
    """Those that are listed: all, where there is room. Otherwise the sorts take turns, and what is alike comes last."""
    listed, answers, size = set(), 0, 0
    for key in _by_turns(families):
        family = families[key]
        if answers + family.answers <= MOST_ANSWERS and size + family.size <= MOST_BYTES:
            listed.add(key)
            answers, size = answers + family.answers, size + family.size
    return listed


def _by_turns(families: Mapping[Key, Family]) -> Iterator[Key]:
    """Of each sort in an order drawn once and for all: the first of a file may have something in common."""
    drawn = random.Random(0).sample(list(families), len(families))
    of_sort = [[key for key in drawn if families[key].sort == sort] for sort in SORTS]
    turns = chain.from_iterable(zip_longest(*of_sort[:-1]))
    yield from (key for key in turns if key is not None)
    yield from of_sort[-1]
