"""A prompt's text, and what in it must stay as it is.

Kept are numbers, quotations, code, JSON, addresses, capitals, placeholders, lists of single words (they are what is to
be sorted, counted or chosen from), and whatever a check refers to. It finds places and puts edits into them; what is
changed in the rest is for others to say.
"""

import json
import random
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from evalharness.checks.language import languages
from evalharness.checks.reading.text import HAN

Span = tuple[int, int]
"""Where something begins and ends in a text, in characters; the end is the first that no longer belongs to it."""

Edit = tuple[int, int, str]
"""A span's beginning and end, and what comes in its place; an empty span inserts."""

Unit = TypeVar("Unit")

TELLING = 60  # letters, of whose language one can be sure
SHORT = 3  # letters; such a word says too little to give an answer away

_LITERAL = r"""
        ```.*?(?:```|\Z) | ~~~.*?(?:~~~|\Z) | `[^`]+`
      | "[^"]*" | “[^”]*” | „[^“”]*[“”] | «[^»]*» | 「[^」]*」
      | (?<!\w)'(?=\S)(?:[^'\n]|(?<=\w)'(?=\w))*?(?<=\S)'(?!\w)
      | (?<!\w)\u2018(?=\S)(?:[^\u2018\u2019\n]|(?<=\w)\u2019(?=\w))*?(?<=\S)\u2019(?!\w)
      | \{[^{}]*\} | <[^<>\n]+>
      | ^(?:[ ]{4}|\t)[^\n]+ | \w++(?=[ ]=[ ])"""
"""Code, quotations (an apostrophe opens none) and placeholders."""
_LIST = r"(?<!\w)\w++(?:,\ \w++)+(?:,\ \w+|,?\ (?:and|or)\ \w+) | \(\w++(?:,\ \w++)+\)"
_MARKED, _TO_THE_LETTER = (
    re.compile(pattern, re.VERBOSE | re.DOTALL | re.MULTILINE) for pattern in (f"{_LITERAL} | {_LIST}", _LITERAL)
)

_CODE_LIKE = re.compile(r"\d|[@_/\\=]|[a-z][A-Z]|\w\(|\w\.\w")
_OPENING = re.compile(r"[{\[]")
_TOKEN = re.compile(rf"[^\s{HAN}\u3000-\u303F\uFF00-\uFFEF]+")  # Chinese is written without spaces
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"\w+")
_SENTENCE_BREAK = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uFF01\uFF1F])\s*|\n\s*")
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion"
)
_SAY_NOTHING = "a an and are at by for from in is it of on or that the this to was were with"  # each on its own


@dataclass(frozen=True)
class Prose:
    """`kept`: the spans that must stay, by their beginning; they may overlap. `referred`: the words of the checks'
    values, casefolded, but for those that say nothing alone; `spelled`: of checks of the answer as a text, not as JSON.
    """

    text: str
    kept: tuple[Span, ...]
    referred: frozenset[str]
    spelled: frozenset[str] = frozenset()

    @cached_property
    def language(self) -> str | None:
        """Of its words: "en" or "zh", None of any other. A few plain letters, which tell nothing, are English."""
        outside = edited(self.text, [(*found.span(), " ") for found in _MARKED.finditer(self.text)])
        text = outside if any(sign.isalpha() for sign in outside) else self.text
        letters = "".join(filter(str.isalpha, text))
        if letters.isascii() and len(letters) < TELLING:
            return "en"
        return next((code for code in ("zh", "en") if code in languages(text)), None)

    def says(self, phrase: str) -> bool:
        """Whether a text of our own has a word that a check looks for. Of Chinese, anything in common is a word."""
        return any(
            word in phrase if _HAN.match(word) else len(word) > SHORT and word in words(phrase)
            for word in self.referred
        )

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing in this span must stay; of an empty one, whether it lies within nothing that must."""
        if start == end:
            return not (0 < start < len(self.text) and self._closed[start - 1] and self._closed[start])
        return 1 not in self._closed[start:end]

    def units(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Where the pattern occurs outside all that must stay."""
        return [found for found in pattern.finditer(self.text) if self.is_free(*found.span())]

    def sentences(self) -> list[Span]:
        """Where the sentences lie, without the space between them; what must stay is never broken in two."""
        breaks = [found.span() for found in self.units(_SENTENCE_BREAK) if found.end()]
        starts = [0, *(end for _, end in breaks)]
        ends = [*(start for start, _ in breaks), len(self.text.rstrip())]
        return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]

    def kept_texts(self) -> list[str]:
        return [self.text[start:end] for start, end in self.kept]

    @cached_property
    def _closed(self) -> bytes:
        """1 for every character that must stay."""
        flags = bytearray(len(self.text))
        for start, end in self.kept:
            flags[start:end] = b"\1" * (end - start)
        return bytes(flags)


def read(text: str, checks: Sequence[Mapping[str, Any]]) -> Prose:
    """The text with what must stay in it. A check is {type, value}, as a suite's rows have it."""
    spelled = {phrase for check in checks if not check["type"].startswith("json_") for phrase in _phrases(check)}
    phrases = spelled.union(*(_phrases(check) for check in checks))
    referred = _telling(phrases)
    spans = {*json_values(text), *(found.span() for found in _MARKED.finditer(text))}
    spans |= {found.span() for found in _TOKEN.finditer(text) if _CODE_LIKE.search(found[0])}
    spans |= {found.span() for found in _WORD.finditer(text) if _stays(found[0], referred)}
    for phrase in phrases:
        if wanted := phrase.strip():
            spans |= {found.span() for found in re.finditer(_whole(wanted), text, re.IGNORECASE)}
    return Prose(text, tuple(sorted(spans)), referred, _telling(spelled))


def to_the_letter(text: str) -> Prose:
    """The text of a question whose answer is known, so that its words need only be read: numbers, quotations, code and
    JSON stay, and no list, capitals or names.
    """
    spans = {*json_values(text), *(found.span() for found in _TO_THE_LETTER.finditer(text))}
    spans |= {found.span() for found in _TOKEN.finditer(text) if _CODE_LIKE.search(found[0])}
    spans |= {found.span() for found in _WORD.finditer(text) if found[0].casefold() in _NUMBERS.split()}
    return Prose(text, tuple(sorted(spans)), frozenset())


def json_values(text: str) -> Iterator[Span]:
    """Where the text holds JSON objects and arrays, the outermost ones."""
    decoder, at = json.JSONDecoder(), 0
    while found := _OPENING.search(text, at):
        try:
            _, at = decoder.raw_decode(text, found.start())
        except ValueError:
            at = found.end()
        except RecursionError:
            return
        else:
            yield found.start(), at


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def some(draw: random.Random, units: Sequence[Unit], rate: float) -> list[Unit]:
    """As many of the units as the rate says, drawn without order: none at 0, else at least one if there is any."""
    if not units or not rate:
        return []
    return draw.sample(units, max(1, round(rate * len(units))))


def words(text: str) -> set[str]:
    """The words of a text, casefolded."""
    return {word.casefold() for word in _WORD.findall(text)}


def _whole(phrase: str) -> str:
    """A pattern that finds it as a whole; words of Chinese have no edges to see."""
    before = "" if _HAN.match(phrase[0]) else r"(?<!\w)"
    after = "" if _HAN.match(phrase[-1]) else r"(?!\w)"
    return before + re.escape(phrase) + after


def _telling(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in words(phrase)) - set(_SAY_NOTHING.split())


_PATTERNED = ("regex", "not_regex", "states", "refused")


def _phrases(check: Mapping[str, Any]) -> Iterator[str]:
    texts = _texts(check.get("value"))
    # of a pattern, \b and \d are no letters
    return (re.sub(r"\\.", " ", text) for text in texts) if check["type"] in _PATTERNED else texts


def _texts(value: Any) -> Iterator[str]:
    """Every text and number in a value, keys included."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield from _texts(key)
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def _stays(word: str, referred: Collection[str]) -> bool:
    plain = word.casefold()
    return word.isupper() or plain in referred or plain in _NUMBERS.split()
