"""Regular expressions that a suite brings, searched for in what a model wrote: never longer than SECONDS.

To some patterns, `(a|aa)+$` for one, every letter of an answer may be twice the work, and a single answer would hold
up a whole run. Python's own `re` knows no clock, so the regex library searches. What is a pattern is still for `re` to
say, and a brace that repeats nothing is a brace, as it is there: to the library, `x{e}` would be x with errors.
"""

import re
from functools import lru_cache

import regex

SECONDS = 2.0  # of the processor; hundreds of times what a pattern in good health takes

_BRACE = re.compile(r"\\N\{|\\.|\{(?!\d+(?:,\d*)?\}|,\d*\})", re.DOTALL)


def is_one(pattern: str) -> bool:
    try:
        re.compile(pattern)
        _compiled(pattern)
    except (re.error, regex.error, RecursionError, OverflowError):
        return False
    return True


def found(pattern: str, text: str) -> bool:
    """Whether it is anywhere in the text; what was not found in time was not found."""
    try:
        return _compiled(pattern).search(text, timeout=SECONDS, concurrent=True) is not None
    except TimeoutError:
        return False


def all_found(pattern: str, text: str) -> set[str]:
    """The different texts that it finds, one after another; none where they were not found in time."""
    try:
        return {match[0] for match in _compiled(pattern).finditer(text, timeout=SECONDS, concurrent=True)}
    except TimeoutError:
        return set()


@lru_cache(maxsize=4096)  # those of every shipped suite
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(_BRACE.sub(lambda brace: "\\{" if brace[0] == "{" else brace[0], pattern), regex.VERSION0)
