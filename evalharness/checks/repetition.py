"""The check for answers that go round in circles, as small, over-tuned or badly quantized models do."""

import re
from collections.abc import Mapping

from evalharness.checks import values
from evalharness.checks.base import Check, unless
from evalharness.checks.reading.text import HAN, KANA, plain
from evalharness.runs.failures import Failure

N = 4  # tokens; shorter runs come again in any text

# Punctuation counts here ("!!!!!!!!" is a loop), and of a word without end every twenty letters are a token.
_TOKEN = re.compile(rf"[{HAN}{KANA}]|[^\W{HAN}{KANA}]{{1,20}}|[^\w\s]")


def not_repetitive(answer: str, value: float | Mapping[str, float]) -> Failure | None:
    detailed = value if isinstance(value, Mapping) else {"at_most": value}
    return unless(repeated_share(answer, int(detailed.get("n", N))) <= detailed["at_most"], "repetition")


def repeated_share(text: str, n: int) -> float:
    """The share of a text's runs of n tokens that stood in it before: 0 for a text without repetition, below 1."""
    found = _TOKEN.findall(plain(text))
    runs = [tuple(found[start : start + n]) for start in range(len(found) - n + 1)]
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


_DETAILED = values.mapping({"at_most": values.share}, {"n": values.count})

CHECKS = {
    "not_repetitive": Check(
        not_repetitive,
        lambda value: values.share(value) or _DETAILED(value),
        "the highest share of repeated runs of words (above 0, at most 1), or a mapping with at_most and n",
    ),
}
