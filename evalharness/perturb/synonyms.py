"""Other words of the same meaning, from a list of our own: synonyms.txt beside this file.

A thesaurus knows all senses of a word and nothing of the sentence it stands in: its "jump" is also "parachuting".
The list has only replacements that hold wherever the word stands, form by form, and in one direction where the
other would not hold.
"""

import random
import re
from functools import cache
from pathlib import Path

from evalharness.perturb.prose import Prose, edited, some

LIST = Path(__file__).with_name("synonyms.txt")

_WORD = re.compile(r"(?<![\w'\u2019-])[A-Za-z][a-z]+(?![\w'\u2019-])")
_ARTICLE = re.compile(r"\b(an?)\s+$", re.IGNORECASE)
_TAKES_AN = re.compile(r"[aeio]|u(?!s|ni)")


def synonyms(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each word drawn replaced by one that means the same. A capital within a sentence may be a name's: it stays."""
    starts = {start for start, _ in prose.sentences()}
    units = []
    for found in prose.units(_WORD):
        word, start = found[0], found.start()
        others = [other for other in pairs().get(word.lower(), ()) if _fits(prose.text[:start], other)]
        if word[0].isupper():
            others = [other.capitalize() for other in others] if start in starts else []
        if others:
            units.append((*found.span(), others))
    return edited(prose.text, [(start, end, draw.choice(others)) for start, end, others in some(draw, units, rate)])


@cache
def pairs() -> dict[str, tuple[str, ...]]:
    """Word -> what may stand in its place."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    read = (line.split(":") for line in lines if line and not line.startswith("#"))
    return {word.strip(): tuple(others.split()) for word, others in read}


def _fits(before: str, word: str) -> bool:
    """Whether the article before it, if there is one, stays right."""
    article = _ARTICLE.search(before[-5:])
    return article is None or (article[1].lower() == "an") == bool(_TAKES_AN.match(word))
