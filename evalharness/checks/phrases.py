"""Checks for what is written: exact texts, phrases that must or must not be there, beginnings and ends.

Letter case matters in `equals` and `regex` alone.
"""

import re
from collections.abc import Mapping, Sequence

from evalharness.checks import patterns, values
from evalharness.checks.base import Check, Failure, unless
from evalharness.checks.text import plain, whole


def equals(answer: str, text: str) -> Failure | None:
    return unless(answer.strip() == text.strip(), "fact")


def contains(answer: str, phrases: Sequence[str]) -> Failure | None:
    return unless(all(_found(answer, phrase) for phrase in phrases), "missing")


def not_contains(answer: str, phrases: Sequence[str]) -> Failure | None:
    return unless(not any(_found(answer, phrase) for phrase in phrases), "forbidden")


def regex(answer: str, pattern: str) -> Failure | None:
    return unless(patterns.found(pattern, answer.strip()), "format")


def occurrences(answer: str, spans: Mapping[str, int | Mapping[str, int]]) -> Failure | None:
    """How often each phrase stands in the answer, as whole words: too seldom is missing, too often is forbidden."""
    text = plain(answer)
    for phrase, span in spans.items():
        many = len(whole(phrase).findall(text))
        if not values.within(many, span):
            lowest = span if isinstance(span, int) else span.get("min", 0)
            return "missing" if many < lowest else "forbidden"
    return None


def starts_with(answer: str, text: str) -> Failure | None:
    """Its first words are these: `No` does not begin `Nothing`."""
    return unless(whole(text.strip()).match(plain(answer).strip()) is not None, "format")


def ends_with(answer: str, text: str) -> Failure | None:
    said, end = plain(answer).strip(), plain(text).strip()
    return unless(said.endswith(end) and whole(end).match(said, len(said) - len(end)) is not None, "format")


def repeats_first(answer: str, text: str) -> Failure | None:
    """It says this text again, word for word, and then goes on. Quotation marks around it and spaces aside."""
    said, first = (" ".join(plain(part).split()) for part in (answer, text))
    said = said.lstrip("\"'“‘«")  # noqa: RUF001
    return unless(said.startswith(first) and re.search(r"\w", said[len(first) :]) is not None, "format")


def _found(answer: str, phrase: str) -> bool:
    """Whether the phrase stands in the answer, letter case and the kind of spaces aside.

    A number is not found within a longer one: 12 is in "12 km" and "(12)", not in "312", "12.5" or "1,200".
    """
    phrase = plain(phrase)
    before = r"(?<!\d)(?<!\d[.,])" if phrase[0].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if phrase[-1].isdigit() else ""
    return re.search(before + re.escape(phrase) + after, plain(answer)) is not None


CHECKS = {
    "equals": Check(equals, values.text, "a text"),
    "contains": Check(contains, values.texts, "a list of texts that must all be there"),
    "not_contains": Check(not_contains, values.texts, "a list of texts none of which may be there"),
    "regex": Check(regex, values.pattern, "a regular expression that is found in the answer"),
    "occurrences": Check(
        occurrences, values.spans_by_text, "a mapping from words to how often each is there, a number or {min, max}"
    ),
    "starts_with": Check(starts_with, values.text, "the text it begins with"),
    "ends_with": Check(ends_with, values.text, "the text it ends with"),
    "repeats_first": Check(repeats_first, values.text, "the text that is said again before the answer"),
}
