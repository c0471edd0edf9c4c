"""Checks of how a text is written: in capitals or small letters, without commas, with a title."""

import re

from evalharness.checks import values
from evalharness.checks.base import Check, unless
from evalharness.runs.failures import Failure

_COMMA = re.compile("[,，、،]")  # noqa: RUF001 (Chinese and Arabic ones are commas, too)
_TITLE = re.compile(r"<<[^\n<>]*\w[^\n<>]*>>")


def letter_case(answer: str, case: str) -> Failure | None:
    """All letters of one case; a text without such letters, Chinese for instance, has neither."""
    return unless(answer.isupper() if case == "upper" else answer.islower(), "format")


def no_commas(answer: str, _: None) -> Failure | None:
    return unless(_COMMA.search(answer) is None, "forbidden")


def titled(answer: str, _: None) -> Failure | None:
    """Somewhere a title in double angle brackets: <<The sea>>."""
    return unless(_TITLE.search(answer) is not None, "format")


CHECKS = {
    "letter_case": Check(letter_case, values.one_of("upper", "lower"), "upper or lower"),
    "no_commas": Check(no_commas, values.nothing, "nothing"),
    "titled": Check(titled, values.nothing, "nothing"),
}
