"""Checks of order: a list that is sorted, phrases that come one after another.

A list is the bullets or numbered items of the answer, or else its lines, or else the parts of its only line
between commas.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from evalharness.checks import values
from evalharness.checks.base import Check, unless
from evalharness.checks.numbers import all_numbers
from evalharness.checks.reading.text import items, plain, whole
from evalharness.runs.failures import Failure

_SORTED = ("alphabetical", "reverse alphabetical", "increasing", "decreasing")


def sorted_list(answer: str, order: str) -> Failure | None:
    """At least two items in order; equal neighbours are. By number, the first of each item counts."""
    found = items(answer)
    if len(found) < 2:
        return "format"
    if "alphabetical" in order:
        keys = [_letters(item) for item in found]
        rising = all(one <= other for one, other in pairwise(keys))
        falling = all(one >= other for one, other in pairwise(keys))
    else:
        numbers = [all_numbers(item)[:1] for item in found]
        if not all(numbers):
            return "missing"
        rising = all(one <= other for one, other in pairwise(numbers))
        falling = all(one >= other for one, other in pairwise(numbers))
    return unless(rising if order in ("alphabetical", "increasing") else falling, "order")


def in_order(answer: str, phrases: Sequence[str]) -> Failure | None:
    """Every phrase is there, and each is found after the one before it."""
    text, at = plain(answer), 0
    for phrase in phrases:
        match = whole(phrase).search(text, at)
        if match is None:
            return "order" if whole(phrase).search(text) else "missing"
        at = match.end()
    return None


def _letters(item: str) -> str:
    """What a dictionary sorts by: letters and digits, without accents."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", item) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", bare.casefold()))


CHECKS = {
    "sorted_list": Check(sorted_list, values.one_of(*_SORTED), f"one of {', '.join(_SORTED)}"),
    "in_order": Check(in_order, values.texts, "a list of texts in the order in which they must come"),
}
