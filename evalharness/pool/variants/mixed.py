"""An English question with words of another language in it, as people write who live in two.

The words come from a list of our own (mixed.txt beside this file). A word in quotation marks stays.
"""

import random
import re
from functools import cache
from pathlib import Path

from evalharness.perturb.prose import Prose, edited, some

LIST = Path(__file__).with_name("mixed.txt")

_WORD = re.compile(r"(?<![\w'\u2019-])[a-z]+(?![\w'\u2019-])")


def mixed(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each word drawn in one other language, the same for the whole question."""
    if prose.language != "en":
        return prose.text
    language = draw.randrange(len(next(iter(words().values()))))
    units = [found for found in prose.units(_WORD) if found[0] in words()]
    return edited(prose.text, [(*found.span(), words()[found[0]][language]) for found in some(draw, units, rate)])


@cache
def words() -> dict[str, tuple[str, ...]]:
    """English word -> the same in each of the list's languages."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    read = (line.split(": ") for line in lines if line and not line.startswith("#"))
    return {word: tuple(other.replace("_", " ") for other in others.split()) for word, others in read}
