"""Checks that count: words, sentences, paragraphs, lines, bullets, sections …

A count is a number, or a mapping with min, max or both. What asks for an amount of text fails by length, what
asks for parts of a layout by format.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from evalharness.checks import text, values
from evalharness.checks.base import Check, Failure, unless

Span = int | Mapping[str, int]

_PLACEHOLDER = re.compile(r"\[[^\[\]\n]+\](?!\()")  # [name], but no [link](address)
_HIGHLIGHT = re.compile(r"(?<![*\w])(\*{1,3})(?=[^\s*])[^*\n]*[^\s*]\1(?![*\w])")
_HEADING = re.compile(r"^ {0,3}#{1,6}[^\S\n]+\S", re.MULTILINE)


def min_words(answer: str, n: int) -> Failure | None:
    return unless(len(answer.split()) >= n, "length")


def max_words(answer: str, n: int) -> Failure | None:
    return unless(len(answer.split()) <= n, "length")


def sections(answer: str, value: int | Mapping[str, Any]) -> Failure | None:
    """Markdown headings; or, with a marker, lines that begin with it and a number or letter: `Section 1`."""
    marker = value.get("marker") if isinstance(value, dict) else None
    heading = (
        re.compile(rf"^[^\w\n]*{re.escape(marker)}\s*(?:\d+|[A-Z])\b", re.MULTILINE | re.IGNORECASE) if marker else None
    )
    many = len((heading or _HEADING).findall(answer if marker else text.without_code(answer)))
    span = {key: limit for key, limit in value.items() if key != "marker"} if isinstance(value, dict) else value
    return unless(values.within(many, span), "format")


def letters(answer: str, spans: Mapping[str, Span]) -> Failure | None:
    """How often each letter is written, letter case aside: too seldom is missing, too often is forbidden."""
    said = answer.casefold()
    for letter, span in spans.items():
        many = said.count(letter.casefold())
        if not values.within(many, span):
            return "missing" if many < (span if isinstance(span, int) else span.get("min", 0)) else "forbidden"
    return None


def _capital_words(answer: str) -> int:
    """Words of two letters and more that are all capitals."""
    return sum(1 for word in re.findall(r"[^\W\d_]{2,}", answer) if word.isupper())


def _counted(many: Callable[[str], int], failure: Failure, noun: str, lowest: int = 1) -> Check:
    return Check(
        lambda answer, span: unless(values.within(many(answer), span), failure),
        values.span(lowest),
        f"a number of {noun}, or a mapping with min, max or both",
    )


def _is_sections(value: Any) -> bool:
    if not isinstance(value, dict) or "marker" not in value:
        return values.span(0)(value)
    limits = {key: limit for key, limit in value.items() if key != "marker"}
    return values.text(value["marker"]) and values.span(0)(limits)


def _are_letters(value: Any) -> bool:
    return values.spans_by_text(value) and all(len(letter) == 1 for letter in value)


CHECKS = {
    "min_words": Check(min_words, values.count, "a number of words"),
    "max_words": Check(max_words, values.count, "a number of words"),
    "words": _counted(lambda answer: len(answer.split()), "length", "words"),
    "characters": _counted(lambda answer: len("".join(answer.split())), "length", "characters, spaces aside"),
    "sentences": _counted(lambda answer: len(text.sentences(answer)), "length", "sentences"),
    "paragraphs": _counted(lambda answer: len(text.paragraphs(answer)), "length", "paragraphs"),
    "lines": _counted(lambda answer: len(text.full_lines(answer)), "format", "lines"),
    "bullets": _counted(lambda answer: len(text.BULLET.findall(answer)), "format", "bullets", 0),
    "numbered": _counted(lambda answer: len(text.NUMBERED.findall(answer)), "format", "numbered items", 0),
    "sections": Check(
        sections, _is_sections, "a number of sections, or a mapping with min, max or both and perhaps a marker"
    ),
    "highlights": _counted(lambda answer: len(_HIGHLIGHT.findall(answer)), "format", "*highlighted* passages", 0),
    "placeholders": _counted(lambda answer: len(_PLACEHOLDER.findall(answer)), "format", "[placeholders]", 0),
    "capital_words": _counted(_capital_words, "format", "words in capitals", 0),
    "letters": Check(letters, _are_letters, "a mapping from letters to how often each is written"),
}
