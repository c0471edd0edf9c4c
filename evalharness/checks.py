"""What makes an answer right: small checks that a suite names by type, each with a value from the suite.

A check looks at one answer's text and names the failure it sees, or sees none. It knows nothing of endpoints,
prompts or other answers.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Failure = str  # format, length, missing, forbidden or fact; and from judge(): empty or truncation


def judge(answer: str, finish_reason: str | None, checks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One {type, passed, failure} for each of a prompt's checks.

    An empty answer passes nothing. A failure of an answer that was cut off at max_tokens is called
    truncation, whatever it looks like: the limit is to blame first.
    """
    return [_outcome(check["type"], check.get("value"), answer, finish_reason) for check in checks]


def complaint(kind: str, value: Any) -> str | None:
    """What is wrong with a check as a suite states it, or None."""
    if kind not in CHECKS:
        return f"there is no check {kind!r}; there are {', '.join(CHECKS)}"
    check = CHECKS[kind]
    return None if check.accepts(value) else f"{kind} wants {check.wants} as its value, not {value!r}"


def strict_json(text: str) -> Any:
    """The whole text as JSON (RFC 8259), whitespace around it aside.

    Raises ValueError for anything else, be it a code fence or a sentence around it, and for what json.loads
    lets through: NaN, Infinity, a key given twice.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def json_valid(answer: str, _: None) -> Failure | None:
    try:
        strict_json(answer)
    except ValueError:
        return "format"
    return None


def json_equals(answer: str, value: Any) -> Failure | None:
    return json_valid(answer, None) or _unless(_same(strict_json(answer), value), "fact")


def json_keys(answer: str, keys: Sequence[str]) -> Failure | None:
    """An object with just these keys."""
    if json_valid(answer, None):
        return "format"
    found = strict_json(answer)
    return _unless(isinstance(found, dict) and found.keys() == set(keys), "format")


def equals(answer: str, text: str) -> Failure | None:
    return _unless(answer.strip() == text.strip(), "fact")


def contains(answer: str, phrases: Sequence[str]) -> Failure | None:
    return _unless(all(_found(answer, phrase) for phrase in phrases), "missing")


def not_contains(answer: str, phrases: Sequence[str]) -> Failure | None:
    return _unless(not any(_found(answer, phrase) for phrase in phrases), "forbidden")


def regex(answer: str, pattern: str) -> Failure | None:
    return _unless(re.search(pattern, answer.strip()) is not None, "format")


def lines(answer: str, n: int) -> Failure | None:
    """Just so many lines, empty ones aside."""
    return _unless(sum(1 for line in answer.splitlines() if line.strip()) == n, "format")


def min_words(answer: str, n: int) -> Failure | None:
    return _unless(len(answer.split()) >= n, "length")


def max_words(answer: str, n: int) -> Failure | None:
    return _unless(len(answer.split()) <= n, "length")


def _outcome(kind: str, value: Any, answer: str, finish_reason: str | None) -> dict[str, Any]:
    failure = CHECKS[kind].judge(answer, value) if answer.strip() else "empty"
    if failure and finish_reason == "length":
        failure = "truncation"
    return {"type": kind, "passed": failure is None, "failure": failure}


def _unless(passed: bool, failure: Failure) -> Failure | None:
    return None if passed else failure


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key is given twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 and 1.0 are the same number, but true is not 1 (to Python it is)."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _found(answer: str, phrase: str) -> bool:
    """Whether the phrase stands in the answer, letter case and the kind of spaces aside.

    A number is not found within a longer one: 12 is in "12 km" and "(12)", not in "312", "12.5" or "1,200".
    """
    phrase = _plain(phrase)
    before = r"(?<!\d)(?<!\d[.,])" if phrase[0].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if phrase[-1].isdigit() else ""
    return re.search(before + re.escape(phrase) + after, _plain(answer)) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_pattern(value: Any) -> bool:
    try:
        return _is_text(value) and bool(re.compile(value))
    except re.error:
        return False


@dataclass(frozen=True)
class Check:
    """`judge` gets the answer and the suite's value; `accepts` says whether such a value makes sense."""

    judge: Callable[[str, Any], Failure | None]
    accepts: Callable[[Any], bool]
    wants: str


CHECKS: dict[str, Check] = {
    "json_valid": Check(json_valid, lambda value: value is None, "nothing"),
    "json_equals": Check(json_equals, lambda value: value is not None, "the expected JSON"),
    "json_keys": Check(json_keys, _is_texts, "a list of keys"),
    "equals": Check(equals, _is_text, "a text"),
    "contains": Check(contains, _is_texts, "a list of texts that must all be there"),
    "not_contains": Check(not_contains, _is_texts, "a list of texts none of which may be there"),
    "regex": Check(regex, _is_pattern, "a regular expression that is found in the answer"),
    "lines": Check(lines, _is_count, "a number of lines"),
    "min_words": Check(min_words, _is_count, "a number of words"),
    "max_words": Check(max_words, _is_count, "a number of words"),
}
