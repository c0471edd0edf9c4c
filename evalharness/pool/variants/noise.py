"""Noise that only a row with a known answer can bear: slips in names, words left out, put in and swapped.

A suite's variants protect what a check refers to; here the answer is known whatever the question has become, so what
people mistype is what is varied. Numbers, quotations, code and JSON still stay (perturb/prose.py): without them the
answer would not follow from the question.
"""

import random
import re
from collections.abc import Sequence
from itertools import pairwise

from evalharness.perturb import letters
from evalharness.perturb.prose import Prose, edited, some, to_the_letter

_NAME = re.compile(r"(?<![^\W_])[A-Z\u00C0-\u00DE][a-z\u00DF-\u00FF]{3,}(?![^\W_])")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN_WORD = re.compile(r"(?<![^\W_])[A-Za-z\u00C0-\u024F]{2,}(?![^\W_])")
_SMALL = frozenset(["a", "an", "the", "is", "are", "was", "were", "do", "does", "did", "of", "in", "on", "at"])
"""Without them a question asks for the same; without any other word (a "not", what it is about) it may not."""
_FILLERS = ("um,", "well,", "actually", "basically", "you know,", "like,", "I mean,")


def names(prose: Prose, draw: random.Random, rate: float) -> str:
    """One slip in each name drawn: a word with a capital that does not begin a sentence."""
    starts = {start for start, _ in prose.sentences()}
    units = [found for found in prose.units(_NAME) if found.start() not in starts]
    return _slipped(prose.text, some(draw, units, rate), draw)


def slips(prose: Prose, draw: random.Random, rate: float) -> str:
    """One slip in each word drawn, whichever letter: short words, capitals and the words of a list too."""
    drawn = some(draw, to_the_letter(prose.text).units(_LATIN_WORD), rate)
    return _slipped(prose.text, drawn, draw)


def left_out(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each small word drawn is left out, as people do in a hurry; in English alone."""
    units = [found for found in prose.units(_WORD) if found[0] in _SMALL] if prose.language == "en" else []
    drawn = some(draw, units, rate)
    return edited(prose.text, [(found.start(), _with_space(prose.text, found.end()), "") for found in drawn])


def put_in(prose: Prose, draw: random.Random, rate: float) -> str:
    """A filler, as people say them without meaning anything, before each word drawn; in English alone."""
    units = [found for found in prose.units(_WORD) if found[0].islower()] if prose.language == "en" else []
    drawn = some(draw, units, rate)
    return edited(prose.text, [(found.start(), found.start(), f"{draw.choice(_FILLERS)} ") for found in drawn])


def swapped(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each word drawn changes places with the next one."""
    units = prose.units(_WORD)
    beside = [(one, other) for one, other in pairwise(units) if _only_space(prose.text, one, other)]
    edits, taken = list[tuple[int, int, str]](), set[int]()
    for one, other in some(draw, beside, rate):
        if taken.isdisjoint((one.start(), other.start())):
            taken |= {one.start(), other.start()}
            edits.append((one.start(), other.end(), f"{other[0]} {one[0]}"))
    return edited(prose.text, edits)


def _slipped(text: str, words: Sequence[re.Match[str]], draw: random.Random) -> str:
    return edited(text, [(*found.span(), letters.slipped(draw, found[0], 0)) for found in words])


def _with_space(text: str, end: int) -> int:
    return end + 1 if text[end : end + 1] == " " else end


def _only_space(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return text[one.end() : other.start()] == " "
