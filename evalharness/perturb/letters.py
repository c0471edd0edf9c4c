"""Slips of the hand: typos, letter case, punctuation. A reader knows what was meant.

A typo may happen to make another word ("from", "form"); that a reader gets over it too is taken for granted.
"""

import random
import re

from evalharness.perturb.prose import Prose, edited, some

_LATIN_WORD = re.compile(r"(?<![^\W_])[A-Za-z\u00C0-\u024F]{4,}(?![^\W_])")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MARK = re.compile(r"([^\W\d_])([.,;!?])(?=\s|$)")  # no colon: what follows one is often meant to the letter

_KEYS = (
    "qwa wqes ewrd retf tryg ytuh uyij iuok oipl pol aqsz sadwx dsfec fdgrv gfhtb hgjyn jhkum kjlim lkop zasx xzsc "
    "cxdv vcfb bvgn nbhm mnjk"
)
_BESIDE = {key[0]: key[1:] for key in _KEYS.split()}
"""What lies beside each letter on a QWERTY keyboard."""


def typos(prose: Prose, draw: random.Random, rate: float) -> str:
    """One slip in each word drawn: a neighbouring key, a letter left out, swapped or doubled.

    Words of four Latin letters and more; the first letter stays, a word is read by it.
    """
    drawn = some(draw, prose.units(_LATIN_WORD), rate)
    return edited(prose.text, [(*found.span(), slipped(draw, found[0])) for found in drawn])


def case(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each word drawn in capitals, or with its capital lost."""
    changed = []
    units = [found for found in prose.units(_WORD) if found[0].upper() != found[0]]
    for found in some(draw, units, rate):
        word = found[0]
        forms = [word.upper(), word.lower() if word != word.lower() else word[0].upper() + word[1:]]
        changed.append((*found.span(), draw.choice([form for form in forms if form != word])))
    return edited(prose.text, changed)


def punctuation(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each mark drawn is left out, doubled, or has a space before it; only marks after words that may change."""
    changed = []
    for found in some(draw, prose.units(_MARK), rate):
        mark = found[2]
        changed.append((*found.span(2), draw.choice(["", mark * 2, f" {mark}"])))
    return edited(prose.text, changed)


def slipped(draw: random.Random, word: str, begin: int = 1) -> str:
    """The word, of two letters or more, with a neighbouring key, a letter left out, swapped or doubled; those before
    `begin` stay."""
    at = draw.randrange(begin, len(word))
    letter, rest = word[at], word[at + 1 :]
    made = [word[:at] + rest, word[:at] + letter + letter + rest]
    if rest and rest[0] != letter:
        made.append(word[:at] + rest[0] + letter + rest[1:])
    if beside := _BESIDE.get(letter.lower()):
        near = draw.choice(beside)
        made.append(word[:at] + (near.upper() if letter.isupper() else near) + rest)
    return draw.choice(made)
