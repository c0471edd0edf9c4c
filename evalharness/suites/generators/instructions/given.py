"""What the orders of the suite `instructions` about given words have in common: the words, and how an answer is held
to the only right one.

Every truth is computed from the words. Some a small model hardly ever gets right (letters told backwards, counted),
some nearly any does (a word put into brackets): the suite is to tell models apart.
"""

# ruff: noqa: RUF001 (the quotation marks are meant)

import random
import re
from collections.abc import Sequence

from evalharness.suites.generators.drafts import Checks, check, only
from evalharness.suites.generators.words import THINGS

EACH = 3
ONE_LINE = check("lines", 1)


def to_the_letter(answer: str) -> Checks:
    """The answer alone, where small and capital letters are not the same."""
    return [check("regex", rf"\A(?:```\w*\n)?[*_`\"'“‘]*{re.escape(answer)}[.*_`\"'”’]*(?:\n```)?\Z")]


def in_line(words: Sequence[str]) -> Checks:
    """The words with commas between them, with spaces behind these or without, and nothing else."""
    return only(", ".join(words), ",".join(words))


def things(rng: random.Random, many: int) -> list[str]:
    return rng.sample(THINGS, many)
