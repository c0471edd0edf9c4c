"""Kinds for Chinese prompts: slips of the input method, other words, and the same request in another form.

As with the English ones, what is replaced is whole words from lists of our own (chinese.txt beside this file), so that
no character is taken out of a word that it only happens to stand in.
"""

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from evalharness.perturb.openings import Form, reformed
from evalharness.perturb.prose import Edit, Prose, Span, edited, some

LIST = Path(__file__).with_name("chinese.txt")

_MARK = re.compile(r"(?<=\w)[，。！？；]")  # noqa: RUF001 (these are the marks)
_HALF = dict(zip("，。！？；", ",.!?;", strict=True))  # noqa: RUF001
_ORDER = re.compile(r"请(?!问|你|您)|(?=帮我|替我|教我)")
_QUESTION = "？"  # noqa: RUF001
_STATEMENT = "。"


def typos(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each word drawn with a character that sounds or looks like the right one, as people slip."""
    return _replaced(prose, draw, rate, lists()["slips"])


def synonyms(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each word drawn replaced by one that means the same."""
    return _replaced(prose, draw, rate, lists()["synonyms"])


def punctuation(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each mark drawn doubled, or typed in its half-width form."""
    found = some(draw, prose.units(_MARK), rate)
    return edited(prose.text, [(*one.span(), draw.choice([one[0] * 2, _HALF[one[0]]])) for one in found])


def form(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each sentence drawn as a question if it was an order, as an order if it was a question."""
    return reformed(prose, draw, rate, requests(prose), _turned, _edits)


def polite(prose: Prose, draw: random.Random, rate: float) -> str:
    """Each sentence drawn with a courtesy more."""
    return reformed(prose, draw, rate, requests(prose), _courtesies, _edits)


def requests(prose: Prose) -> list[Span]:
    """The sentences that order or ask, of the first line that has any."""
    text = prose.text
    asking = [span for span in prose.sentences() if _ORDER.match(text, span[0]) or text[span[1] - 1] == _QUESTION]
    return [span for span in asking if "\n" not in text[asking[0][0] : span[0]]]


@cache
def lists() -> dict[str, dict[str, tuple[str, ...]]]:
    """Of each list by its name: word -> what may stand in its place."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = found[line.strip("[]")] = {}
        elif line and not line.startswith("#"):
            word, others = line.split(":")
            words[word] = tuple(others.split())
    return found


def _replaced(prose: Prose, draw: random.Random, rate: float, words: dict[str, tuple[str, ...]]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    found = prose.units(re.compile("|".join(longest_first)))
    return edited(prose.text, [(*one.span(), draw.choice(words[one[0]])) for one in some(draw, found, rate)])


def _turned(sentence: str) -> Iterator[Form]:
    if order := _ORDER.match(sentence):
        yield order.end(), "能不能请你", _QUESTION
        yield order.end(), "可不可以请你", _QUESTION
    else:
        yield 0, "请回答这个问题：", _QUESTION  # noqa: RUF001
        yield 0, "请告诉我：", _QUESTION  # noqa: RUF001


def _courtesies(sentence: str) -> Iterator[Form]:
    if order := _ORDER.match(sentence):
        yield order.end(), "麻烦你", _STATEMENT
        yield order.end(), "劳驾，请", _STATEMENT  # noqa: RUF001
    elif not sentence.startswith("请"):
        yield 0, "请问，", _QUESTION  # noqa: RUF001
        yield 0, "想请教一下：", _QUESTION  # noqa: RUF001


def _edits(prose: Prose, span: Span, form: Form) -> list[Edit]:
    start, end = span
    gone, opening, mark = form
    if not prose.is_free(start, start + gone):
        return []
    edits = [(start, start + gone, opening)]
    last = prose.text[end - 1]
    if last in (_STATEMENT, _QUESTION) and last != mark and "：" not in prose.text[start:end]:  # noqa: RUF001
        if not prose.is_free(end - 1, end):
            return []
        edits.append((end - 1, end, mark))
    return edits
