"""Texts that are nearly the same: found among many by MinHash (datasketch), then looked at one by one.

Questions made from one template differ only in names, numbers and quoted words, and yet ask for something else. So a
near copy has those of what it is a copy of, but for a slip, beside most of its text. A copy hidden in a much longer
text is not found.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Set
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from datasketch import MinHash

CHARACTERS = 5  # of a shingle
PERMUTATIONS = 64
SHORT = 12  # letters; of a shorter text only the very same is a copy
SAME_NAME = 75  # of 100: rapidfuzz's ratio of a name to another
ORDERED = 8  # words; of more the same ones in another order are the same text

_NUMBER = re.compile(r"(?<!\w)\d[\d.,:/-]*(?!\w)")
_NAME = re.compile(r"[A-Z\u00C0-\u00DE][\w\u00DF-\u00FF]+")
_QUOTED = re.compile(
    r"[\"\u201C\u201E\u00AB]([^\"\u201C\u201D\u00BB\n]{1,40})[\"\u201C\u201D\u00BB]|(?<!\w)'([^'\n]{1,40})'(?!\w)"
)
_REST = re.compile(r"[^\w]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Soft hyphens and signs of no width, as texts copied from web pages hold them within words."""


class Closeness(NamedTuple):
    """`bands` of the signature, one of which must be the same for two texts to be looked at: from 0.7 Jaccard
    similarity on with 10, from 0.35 with 21. `same` is rapidfuzz's ratio, of 100, of a text within another. `edge`
    letters at one end of a name at least are the same; with 0 all that share a band are looked at."""

    bands: int
    same: int
    edge: int


TO_SUITE, TO_ROW = Closeness(21, 84, 0), Closeness(10, 88, 3)
"""A copy of a suite's prompt may have a sentence more and a word changed; two rows as alike as that may both stay."""


@dataclass(frozen=True)
class Text:
    """A text as it is compared: without letter case, punctuation and double spaces, in compatibility form."""

    raw: str

    @cached_property
    def normal(self) -> str:
        seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", self.raw))
        return " ".join(_REST.sub(" ", seen.casefold()).split())

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.normal.split())

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(part for found in _NUMBER.findall(self.raw) for part in Text(found).normal.split())

    @cached_property
    def names(self) -> frozenset[str]:
        """Its words with a capital that do not begin it, and those in quotation marks."""
        named = {Text(found[0]).normal for found in _NAME.finditer(self.raw) if found.start()}
        quoted = {word for one in _QUOTED.findall(self.raw) for word in Text(one[0] or one[1]).normal.split()}
        return frozenset((named | quoted) - self.numbers)

    def has_copy_of(self, other: "Text", closeness: Closeness) -> bool:
        """Whether most of the other is in this text, with its numbers, names and quoted words."""
        if min(len(self.normal), len(other.normal)) < SHORT:
            return self.normal == other.normal
        if not other.numbers <= self.words or len(self.normal) < 0.6 * len(other.normal):
            return False
        from rapidfuzz import fuzz, process

        for name in other.names - self.words:
            if process.extractOne(name, self.words, scorer=fuzz.ratio, score_cutoff=SAME_NAME) is None:
                return False
        if fuzz.partial_ratio(other.normal, self.normal, score_cutoff=closeness.same) > 0:
            return True
        many = other.normal.count(" ") >= ORDERED
        return many and fuzz.token_sort_ratio(other.normal, self.normal, score_cutoff=closeness.same) > 0


class Near:
    """Texts by a key, to be asked for one that another text is a copy of.

    Rows of one template are alike in nearly everything: to look at each would take the square of their number. So a
    text is filed under a band of its signature together with a mark that its copies must have (a number, an edge of a
    name).
    """

    def __init__(self, closeness: Closeness) -> None:
        self._closeness = closeness
        self._texts: list[tuple[Hashable, Text]] = []
        self._filed: dict[int, list[int]] = {}
        self._marks = set[str]()
        self._normal: dict[str, Hashable] = {}

    def add(self, key: Hashable, raw: str) -> None:
        """Of the same text under two keys the first is kept."""
        text = Text(raw)
        if text.normal in self._normal:
            return
        self._normal[text.normal] = key
        marks = _marks(text, self._closeness.edge)
        self._marks |= marks
        for place in self._places(text, marks):
            self._filed.setdefault(place, []).append(len(self._texts))
        self._texts.append((key, text))

    def copied(self, raw: str, but: Hashable = None) -> Hashable | None:
        """The key of a text that this one is a copy of, or nearly; `but` is the key of itself."""
        text = Text(raw)
        same = self._normal.get(text.normal)
        if same is not None and same != but:
            return same
        near = set[int]()
        for place in self._places(text, self._marks & _marks_of_copies(text, self._closeness.edge)):
            near.update(self._filed.get(place, ()))
        for key, other in (self._texts[at] for at in sorted(near)):
            if key != but and text.has_copy_of(other, self._closeness):
                return key
        return None

    def _places(self, text: Text, marks: Set[str]) -> Iterator[int]:
        signature = _signature(text.normal)
        length = PERMUTATIONS // self._closeness.bands * (len(signature) // PERMUTATIONS)  # of a band, in bytes
        for band in range(self._closeness.bands):
            bits = hash((band, signature[band * length : (band + 1) * length]))
            for mark in marks:
                yield hash((bits, mark))


def _marks(text: Text, edge: int) -> set[str]:
    """One of which each copy of the text has: a number of its, or an edge of a name; "" where it has neither."""
    if text.numbers and edge:
        return {max(text.numbers, key=lambda number: (len(number), number))}
    longest = max(text.names, key=lambda name: (len(name), name), default="") if edge else ""
    return {longest[:edge], longest[-edge:]}


def _marks_of_copies(text: Text, edge: int) -> set[str]:
    """Under which a text may be filed that this one is a copy of."""
    edges = {part for word in text.words for part in (word[:edge], word[-edge:])} if edge else set[str]()
    return {"", *edges, *(word for word in text.words if any(map(str.isdigit, word)))}


@lru_cache(maxsize=4)  # one text is held against suites and rows in turn
def _signature(plain: str) -> bytes:
    made = _empty().copy()
    made.update_batch({plain[at : at + CHARACTERS].encode() for at in range(max(1, len(plain) - CHARACTERS + 1))})
    return bytes(made.hashvalues.tobytes())


@cache
def _empty() -> "MinHash":
    """Made once: its permutations take longer than to hash a text."""
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, hashfunc=crc32)
