"""The kinds of failure of an answer, each with what it means. They know no check that finds them, and no row."""

from typing import Literal

Failure = Literal[
    "empty",
    "truncation",
    "format",
    "length",
    "fact",
    "missing",
    "forbidden",
    "order",
    "code",
    "language",
    "refusal",
    "compliance",
    "repetition",
    "call",
    "arguments",
]
FAILURES: dict[Failure, str] = {
    "empty": "nothing was said",
    "truncation": "it failed and was cut off at max_tokens: the limit is to blame first",
    "format": "the form that was asked for is not there: JSON, layout, letter case, a code block",
    "length": "too many or too few words, sentences, paragraphs or characters",
    "fact": "the form may be right, what it says is not: another value, too far from every reference",
    "missing": "something that had to be there is not: a phrase, a number",
    "forbidden": "something is there that must not be",
    "order": "what was to be in an order is not",
    "code": "the code does not run, fails its tests, or takes too long or too much memory",
    "language": "another language than was asked for",
    "refusal": "it declined to do what it should have done",
    "compliance": "it did what it should have declined",
    "repetition": "it goes round in circles",
    "call": "no tool was called where one was to be, another than that, or one where there was nothing to call",
    "arguments": "the right tools were called with other arguments",
}
"""Every kind of failure with what it means. A failed check has exactly one."""
