"""What makes an answer right: small checks that a suite names by type, each with a value from the suite.

A check looks at one answer's text and names the failure it sees, or sees none. It knows nothing of endpoints,
prompts or other answers. One file a subject; base.py has the list of failures.
"""

from collections.abc import Mapping, Sequence
from reprlib import Repr
from typing import Any

from evalharness.checks import (
    as_json,
    code,
    counts,
    language,
    layout,
    numbers,
    order,
    phrases,
    references,
    refusal,
    repetition,
    statements,
)
from evalharness.checks.as_json import strict_json
from evalharness.checks.base import FAILURES, Check, Failure, Measure
from evalharness.checks.markup import split_thought

__all__ = ["CHECKS", "FAILURES", "Failure", "apply_checks", "complaint", "split_thought", "strict_json"]

CHECKS: dict[str, Check | Measure] = {
    **as_json.CHECKS,
    **phrases.CHECKS,
    **numbers.CHECKS,
    **references.CHECKS,
    **counts.CHECKS,
    **layout.CHECKS,
    **order.CHECKS,
    **language.CHECKS,
    **statements.CHECKS,
    **refusal.CHECKS,
    **repetition.CHECKS,
    **code.CHECKS,
}
"""Every check by the type that a suite names it by."""


def apply_checks(answer: str, finish_reason: str | None, checks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One {type, passed, failure} for each of a prompt's checks, and a score in [0, 1] from those that measure.

    What a reasoning model thought aloud before its answer (`<think>`) is not looked at. An empty answer passes
    nothing. A failure of an answer that was cut off at max_tokens is called truncation, whatever it looks like: the
    limit is to blame first.
    """
    _, said = split_thought(answer)
    return [_outcome(check["type"], check.get("value"), said, finish_reason) for check in checks]


def complaint(kind: str, value: Any) -> str | None:
    """What is wrong with a check as a suite states it, or None."""
    if kind not in CHECKS:
        return f"there is no check {kind!r}; there are {', '.join(CHECKS)}"
    check = CHECKS[kind]
    return None if check.accepts(value) else f"{kind} wants {check.wants} as its value, not {_short(value)}"


def _outcome(kind: str, value: Any, answer: str, finish_reason: str | None) -> dict[str, Any]:
    failure, score = CHECKS[kind].find(answer, value)
    if failure and finish_reason == "length":
        failure = "truncation"
    outcome = {"type": kind, "passed": failure is None, "failure": failure}
    return outcome if score is None else {**outcome, "score": score}


def _short(value: Any) -> str:
    shown = Repr()
    shown.maxstring = shown.maxother = 80
    return shown.repr(value)[:300]
