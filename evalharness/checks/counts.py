"""Checks that count: words, sentences, paragraphs, lines, bullets, sections …

A count is a number, or a mapping with min, max or both. What asks for an amount of text fails by length, what
asks for parts of a layout by format.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evalharness.checks import values
from evalharness.checks.base import Check, unless
from evalharness.checks.reading import text
from evalharness.runs.failures import Failure

Span = int | Mapping[str, int]
Parted = int | Mapping[str, Any]

_PLACEHOLDER = re.compile(r"\[[^\[\]\n]+\](?!\()")  # [name], but no [link](address)
_HIGHLIGHT = re.compile(r"(?<![*\w])(\*{1,3})(?=[^\s*])[^*\n]*[^\s*]\1(?![*\w])")
_HEADING = re.compile(r"^ {0,3}#{1,6}[^\S\n]+\S[^\n]*", re.MULTILINE)


def words(answer: str) -> int:
    """What stands between spaces and holds a letter or digit: a dash is no word, and no bullet is."""
    return sum(1 for piece in answer.split() if re.search(r"\w", piece.replace("_", "")))


def sections(answer: str, value: Parted) -> Failure | None:
    """Markdown headings; or, with a marker, lines that begin with it and a number or letter: `Section 1`.

    With `sentences`, every section has so many of them below its heading.
    """
    span, asked = _parts(value)
    shown, heading = text.unwrapped(answer), _HEADING
    if "marker" in asked:
        begins = rf"^[^\w\n]*{re.escape(asked['marker'])}\s*(?:\d+|[A-Z])\b[^\n]*"
        heading = re.compile(begins, re.MULTILINE | re.IGNORECASE)
    else:
        shown = text.without_code(shown)
    bodies = heading.split(shown)[1:]
    return unless(values.within(len(bodies), span), "format") or _sentences_each(bodies, asked)


def paragraphs(answer: str, value: Parted) -> Failure | None:
    """What stands between empty lines; with `sentences`, every paragraph has so many of them."""
    span, asked = _parts(value)
    found = text.paragraphs(text.unwrapped(answer))
    return unless(values.within(len(found), span), "length") or _sentences_each(found, asked)


def _parts(value: Parted) -> tuple[Span, dict[str, Any]]:
    """How many parts are asked for, and what else of them."""
    if isinstance(value, int):
        return value, {}
    limits = {key: limit for key, limit in value.items() if key in ("min", "max")}
    return limits, {key: asked for key, asked in value.items() if key not in limits}


def _sentences_each(parts: Sequence[str], asked: Mapping[str, Any]) -> Failure | None:
    many = asked.get("sentences")
    return unless(many is None or all(values.within(len(text.sentences(part)), many) for part in parts), "length")


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


def _is_parted(*others: str) -> Callable[[Any], bool]:
    """A span, perhaps with a marker, perhaps with the sentences that each part has."""
    also = {"marker": values.text, "sentences": values.span(1)}

    def accepts(value: Any) -> bool:
        if not isinstance(value, dict):
            return values.span(0)(value)
        limits = {key: limit for key, limit in value.items() if key not in others}
        return values.span(0)(limits) and all(also[key](value[key]) for key in others if key in value)

    return accepts


def _are_letters(value: Any) -> bool:
    return values.spans_by_text(value) and all(len(letter) == 1 for letter in value)


CHECKS = {
    "min_words": Check(lambda answer, n: unless(words(answer) >= n, "length"), values.count, "a number of words"),
    "max_words": Check(lambda answer, n: unless(words(answer) <= n, "length"), values.count, "a number of words"),
    "words": _counted(words, "length", "words"),
    "characters": _counted(lambda answer: len("".join(answer.split())), "length", "characters, spaces aside"),
    "sentences": _counted(lambda answer: len(text.sentences(text.unwrapped(answer))), "length", "sentences"),
    "paragraphs": Check(
        paragraphs,
        _is_parted("sentences"),
        "a number of paragraphs, or a mapping with min, max or both and perhaps the sentences of each",
    ),
    "lines": _counted(lambda answer: len(text.full_lines(text.unwrapped(answer))), "format", "lines"),
    "bullets": _counted(lambda answer: len(text.BULLET.findall(answer)), "format", "bullets", 0),
    "numbered": _counted(lambda answer: len(text.NUMBERED.findall(answer)), "format", "numbered items", 0),
    "sections": Check(
        sections,
        _is_parted("marker", "sentences"),
        "a number of sections, or a mapping with min, max or both and perhaps a marker and the sentences of each",
    ),
    "highlights": _counted(lambda answer: len(_HIGHLIGHT.findall(answer)), "format", "*highlighted* passages", 0),
    "placeholders": _counted(lambda answer: len(_PLACEHOLDER.findall(answer)), "format", "[placeholders]", 0),
    "capital_words": _counted(_capital_words, "format", "words in capitals", 0),
    "letters": Check(letters, _are_letters, "a mapping from letters to how often each is written"),
}
