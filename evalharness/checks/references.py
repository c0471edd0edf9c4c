"""Checks by closeness to a reference answer: token F1, BLEU, chrF, ROUGE-L, similarity of word sets.

Each gives a score in [0, 1], passes from the suite's `at_least` on, and takes the closest of several references.
None of them knows what a text means.
"""

import re
import string
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Any

from evalharness.checks import values
from evalharness.checks.base import Measure
from evalharness.checks.reading.text import HAN, plain, tokens

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_CHINESE = re.compile(f"[{HAN}]")


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of precision and recall over tokens, after SQuAD's normalization.

    Rajpurkar et al. (2016), SQuAD: 100,000+ Questions for Machine Comprehension of Text: small letters, without
    punctuation and the articles a, an, the. Chinese and Japanese characters are tokens (as in MLQA).
    Two texts of which nothing is left are equal.
    """
    said, right = _squad(answer), _squad(reference)
    if not said or not right:
        return float(said == right)
    common = sum((Counter(said) & Counter(right)).values())
    return 2 * common / (len(said) + len(right))


def bleu(answer: str, reference: str) -> float:
    """BLEU of one text, by sacrebleu: effective order, exponential smoothing; tokenizer 13a, or zh for Chinese.

    BLEU is made for whole corpora: on a short answer it is coarse, and 0 where no word is shared.
    """
    tokenizer = "zh" if _CHINESE.search(reference) else "13a"
    score: float = _bleu(tokenizer).sentence_score(answer, [reference]).score
    return min(score / 100, 1.0)


def chrf(answer: str, reference: str) -> float:
    """chrF2 by sacrebleu: F-score of character n-grams up to 6, recall counting twice."""
    score: float = _chrf().sentence_score(answer, [reference]).score
    return min(score / 100, 1.0)


def rouge_l(answer: str, reference: str) -> float:
    """F1 of the longest common subsequence of tokens (Lin 2004).

    On plain ASCII text it is what Google's rouge-score calls rougeL, without stemming. That library drops every
    other letter, and is a hundred times slower; here `café` is one token and a Chinese character is one.
    """
    from rapidfuzz.distance import LCSseq

    said, right = tokens(answer), tokens(reference)
    if not said or not right:
        return 0.0
    return 2 * LCSseq.similarity(said, right) / (len(said) + len(right))


def similarity(answer: str, reference: str) -> float:
    """Likeness of the two sets of words, whatever their order and number, by rapidfuzz (token_set_ratio).

    1 as soon as one set holds the other: an answer that says the reference and more is not held against it.
    """
    from rapidfuzz.fuzz import token_set_ratio

    return token_set_ratio(" ".join(tokens(answer)), " ".join(tokens(reference))) / 100


def _squad(text: str) -> list[str]:
    bare = "".join(sign for sign in plain(text) if sign not in string.punctuation and not _is_mark(sign))
    return tokens(_ARTICLES.sub(" ", bare))


def _is_mark(sign: str) -> bool:
    return not sign.isascii() and unicodedata.category(sign).startswith("P")


@lru_cache
def _bleu(tokenizer: str) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(effective_order=True, tokenize=tokenizer)


@lru_cache
def _chrf() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()


_ACCEPTS = values.mapping({"references": values.text_or_texts, "at_least": values.share})
_WANTS = "a mapping with references (a text or a list of texts) and at_least (above 0, at most 1)"

CHECKS = {
    "token_f1": Measure(token_f1, _ACCEPTS, _WANTS),
    "bleu": Measure(bleu, _ACCEPTS, _WANTS),
    "chrf": Measure(chrf, _ACCEPTS, _WANTS),
    "rouge_l": Measure(rouge_l, _ACCEPTS, _WANTS),
    "similarity": Measure(similarity, _ACCEPTS, _WANTS),
}
