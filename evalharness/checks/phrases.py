"""Checks for what is written: exact texts, phrases that must or must not be there, beginnings and ends.

Letter case matters in `equals` and `regex` alone.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from evalharness.checks import patterns, values
from evalharness.checks.base import Check, unless
from evalharness.checks.reading.markup import unmarked
from evalharness.checks.reading.text import BULLET, fenced, plain, whole
from evalharness.runs.failures import Failure

_OPTION = re.compile(r"\A\(?([^\W\d_])\)\Z")  # A) or (A): the letter of an option as the question may have put it


def equals(answer: str, text: str) -> Failure | None:
    return unless(answer.strip() == text.strip(), "fact")


def says_only(answer: str, value: str | Sequence[str]) -> Failure | None:
    """One of these texts and no other, as it reads: marks, quotes, a fence, letter case, a full stop aside, and the
    bracket of an option's letter. A text without accents is also said with them: Malmö is Malmo.
    """
    texts = [value] if isinstance(value, str) else value
    blocks, outside = fenced(answer)
    said = _bare(blocks[0].code if len(blocks) == 1 and not outside.strip() else answer)
    if any(_bare(text) in (said, _without_accents(said)) for text in texts):
        return None
    return "format" if any(_found(answer, text) for text in texts) else "fact"


def _bare(text: str) -> str:
    read = " ".join(BULLET.sub("", unmarked(plain(text)), count=1).split())
    read = read.strip(" \"'<>«»‹›「」『』《》").rstrip(".。!").strip(" \"'<>«»‹›「」『』《》")  # noqa: RUF001
    return _OPTION.sub(r"\1", read)


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def contains(answer: str, phrases: Sequence[str]) -> Failure | None:
    return unless(all(_found(answer, phrase) for phrase in phrases), "missing")


def not_contains(answer: str, phrases: Sequence[str]) -> Failure | None:
    return unless(not any(_found(answer, phrase) for phrase in phrases), "forbidden")


def regex(answer: str, pattern: str) -> Failure | None:
    return unless(patterns.found(pattern, answer.strip()), "format")


def not_regex(answer: str, pattern: str) -> Failure | None:
    return unless(not patterns.found(pattern, unmarked(plain(answer))), "forbidden")


def occurrences(answer: str, spans: Mapping[str, int | Mapping[str, int]]) -> Failure | None:
    """How often each phrase stands in the answer, as whole words: too seldom is missing, too often is forbidden."""
    text = unmarked(plain(answer))
    for phrase, span in spans.items():
        many = len(whole(phrase).findall(text))
        if not values.within(many, span):
            lowest = span if isinstance(span, int) else span.get("min", 0)
            return "missing" if many < lowest else "forbidden"
    return None


def starts_with(answer: str, text: str) -> Failure | None:
    """Its first words are these: `No` does not begin `Nothing`."""
    begins, shown = whole(text.strip()), (plain(answer).strip(), unmarked(plain(answer)).strip())
    return unless(any(begins.match(said) for said in shown), "format")


def ends_with(answer: str, text: str) -> Failure | None:
    end = plain(text).strip()
    shown = (plain(answer).strip(), unmarked(plain(answer)).strip())
    return unless(any(said.endswith(end) and whole(end).match(said, len(said) - len(end)) for said in shown), "format")


def repeats_first(answer: str, text: str) -> Failure | None:
    """It says this text again, word for word, and then goes on. Quotation marks around it and spaces aside."""
    said, first = (" ".join(unmarked(plain(part)).split()) for part in (answer, text))
    said = said.lstrip("\"'«")
    return unless(said.startswith(first) and re.search(r"\w", said[len(first) :]) is not None, "format")


def _found(answer: str, phrase: str) -> bool:
    """Whether the phrase stands in the answer, letter case and the kind of spaces aside.

    A number is not found within a longer one: 12 is in "12 km" and "(12)", not in "312", "12.5" or "1,200".
    """
    phrase = plain(phrase)
    before = r"(?<!\d)(?<!\d[.,])" if phrase[0].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if phrase[-1].isdigit() else ""
    wanted, said = re.compile(before + re.escape(phrase) + after), plain(answer)
    return wanted.search(said) is not None or wanted.search(unmarked(said)) is not None


CHECKS = {
    "equals": Check(equals, values.text, "a text"),
    "says_only": Check(says_only, values.text_or_texts, "the text that is the whole answer, or a list of such texts"),
    "contains": Check(contains, values.texts, "a list of texts that must all be there"),
    "not_contains": Check(not_contains, values.texts, "a list of texts none of which may be there"),
    "regex": Check(regex, values.pattern, "a regular expression that is found in the answer"),
    "not_regex": Check(not_regex, values.pattern, "a regular expression, in small letters, that must not be found"),
    "occurrences": Check(
        occurrences, values.spans_by_text, "a mapping from words to how often each is there, a number or {min, max}"
    ),
    "starts_with": Check(starts_with, values.text, "the text it begins with"),
    "ends_with": Check(ends_with, values.text, "the text it ends with"),
    "repeats_first": Check(repeats_first, values.text, "the text that is said again before the answer"),
}
