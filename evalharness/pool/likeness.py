"""Texts that are nearly the same: found among many by MinHash (datasketch), then looked at one by one.

Questions made from one template differ only in names and numbers, and yet ask for something else. So a near copy has
the names and numbers of what it is a copy of, each name but for a slip, beside most of its text. A copy hidden in a
much longer text is not found.
"""

import re
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from datasketch import MinHash

CHARACTERS = 5  # of a shingle
PERMUTATIONS = 64
WITHIN, ALIKE = (
    0.4,
    0.7,
)  # Jaccard similarity from which on texts are looked at: where one may have a sentence more, or not
SHORT = 12  # letters; of a shorter text only the very same is a copy
SAME_TEXT, SAME_NAME = 88, 75  # of 100: rapidfuzz's ratio of a text within another, of a name to another

_NUMBER = re.compile(r"(?<!\w)\d[\d.,:/-]*")
_NAME = re.compile(r"[A-Z\u00C0-\u00DE][\w\u00DF-\u00FF]+")
_REST = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Text:
    """A text as it is compared: without letter case, punctuation and double spaces, in compatibility form."""

    raw: str

    @cached_property
    def normal(self) -> str:
        return " ".join(_REST.sub(" ", unicodedata.normalize("NFKC", self.raw).casefold()).split())

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.normal.split())

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(part for found in _NUMBER.findall(self.raw) for part in Text(found).normal.split())

    @cached_property
    def names(self) -> frozenset[str]:
        """Its words with a capital that do not begin it."""
        return frozenset(Text(found[0]).normal for found in _NAME.finditer(self.raw) if found.start())

    def has_copy_of(self, other: "Text") -> bool:
        """Whether most of the other is in this text, with its names and numbers."""
        if min(len(self.normal), len(other.normal)) < SHORT:
            return self.normal == other.normal
        if not other.numbers <= self.words or len(self.normal) < 0.6 * len(other.normal):
            return False
        from rapidfuzz import fuzz, process

        for name in other.names - self.words:
            if process.extractOne(name, self.words, scorer=fuzz.ratio, score_cutoff=SAME_NAME) is None:
                return False
        return fuzz.partial_ratio(other.normal, self.normal, score_cutoff=SAME_TEXT) > 0


class Near:
    """Texts by a key, to be asked for one that another text is a copy of."""

    def __init__(self, similarity: float) -> None:
        from datasketch import MinHashLSH

        self._lsh = MinHashLSH(threshold=similarity, num_perm=PERMUTATIONS)
        self._texts: dict[Hashable, Text] = {}
        self._normal: dict[str, Hashable] = {}

    def add(self, key: Hashable, raw: str) -> None:
        """Of the same text under two keys the first is kept."""
        text = Text(raw)
        if self._normal.setdefault(text.normal, key) == key and key not in self._texts:
            self._texts[key] = text
            self._lsh.insert(key, _min_hash(text.normal))

    def copied(self, raw: str, but: Hashable = None) -> Hashable | None:
        """The key of a text that this one is a copy of, or nearly; `but` is the key of itself."""
        text = Text(raw)
        same = self._normal.get(text.normal)
        if same is not None and same != but:
            return same
        keys = sorted((key for key in self._lsh.query(_min_hash(text.normal)) if key != but), key=str)
        return next((key for key in keys if text.has_copy_of(self._texts[key])), None)


@lru_cache(maxsize=4)  # one text is held against suites and rows in turn
def _min_hash(plain: str) -> "MinHash":
    made = _empty().copy()
    made.update_batch({plain[at : at + CHARACTERS].encode() for at in range(max(1, len(plain) - CHARACTERS + 1))})
    return made


@cache
def _empty() -> "MinHash":
    """Made once: its permutations take longer than to hash a text."""
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, hashfunc=crc32)
