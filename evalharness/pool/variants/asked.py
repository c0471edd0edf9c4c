"""A row's question as perturb reads it, and whether it is about words as such."""

import re
from functools import lru_cache

from evalharness.perturb import prose
from evalharness.perturb.prose import Prose
from evalharness.pool.rows import PoolRow

BARE = 120  # characters of an answer that is no more than the answer

_OF_WORDS = re.compile(
    r"\b(?:(?<!\d )(?<!own )(?<!other )words?|letters|the letter|vowels?|consonants?|syllables?|characters?|spell\w*|"
    r"misspel\w*|typos?|mistakes?|grammar|grammatical\w*|punctuation|anagrams?|palindromes?|acronyms?|alphabet\w*|"
    r"backwards?|reversed?|capitals|capitali[sz]\w*|upper[ -]?case|lower[ -]?case|rhym\w*|verbatim|proofread\w*)\b|"
    r"几个字|多少个字|词语|拼音|笔画|错别字|病句|字母|倒序|大写|小写",
    re.IGNORECASE,
)


def asked(row: PoolRow) -> Prose:
    """Read once while one kind after the other is tried on it."""
    return _read(row.question)


def asked_and_answered(row: PoolRow) -> Prose:
    """The same, where also stays what the answer says: all of a short answer, or of one that the question holds."""
    told = len(row.answer) <= BARE or row.answer in row.question
    return prose.read(row.question, [{"type": "equals", "value": row.answer}]) if told else asked(row)


def is_of_words(row: PoolRow) -> bool:
    """Whether it asks for letters, spelling, the first word, so that with other words its answer would be another."""
    return any(_OF_WORDS.search(message["content"]) for message in row.messages if message["role"] != "assistant")


@lru_cache(maxsize=4)
def _read(question: str) -> Prose:
    return prose.read(question, [])
