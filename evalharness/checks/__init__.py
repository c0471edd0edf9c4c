"""What makes an answer right: small checks that a suite names by type, each with a value from the suite.

A check looks at one answer, its text or the tools it calls, and names the failure it sees, or sees none. It knows
nothing of endpoints, prompts or other answers. One file a subject; base.py has the list of failures.
"""

from collections.abc import Sequence
from reprlib import Repr
from typing import Any

from evalharness.checks import (
    as_json,
    calls,
    code,
    counts,
    final,
    language,
    layout,
    numbers,
    order,
    phrases,
    references,
    refusal,
    repetition,
    sources,
    statements,
)
from evalharness.checks.as_json import strict_json
from evalharness.checks.base import CallCheck, Check, Finding, Measure
from evalharness.checks.loose import loosely
from evalharness.checks.reading.markup import split_thought
from evalharness.runs.rows.eval import Call, Checked, Wanted

__all__ = ["CHECKS", "apply_checks", "complaint", "loosely", "split_thought", "strict_json"]

CHECKS: dict[str, Check | Measure | CallCheck] = {
    **as_json.CHECKS,
    **phrases.CHECKS,
    **numbers.CHECKS,
    **final.CHECKS,
    **references.CHECKS,
    **counts.CHECKS,
    **layout.CHECKS,
    **order.CHECKS,
    **language.CHECKS,
    **statements.CHECKS,
    **sources.CHECKS,
    **refusal.CHECKS,
    **repetition.CHECKS,
    **code.CHECKS,
    **calls.CHECKS,
}
"""Every check by the type that a suite names it by."""


def apply_checks(
    answer: str, finish_reason: str | None, checks: Sequence[Wanted], called: Sequence[Call] = ()
) -> tuple[Checked, ...]:
    """What each of a prompt's checks found, in their order.

    What a reasoning model thought aloud before its answer (`<think>`) is not looked at. An empty answer passes nothing
    but checks of what it `called`. A failure of an answer that was cut off at max_tokens is called truncation,
    whatever it looks like: the limit is to blame first.
    """
    _, said = split_thought(answer)
    return tuple(_checked(check, said, finish_reason, called) for check in checks)


def complaint(kind: str, value: Any) -> str | None:
    """What is wrong with a check as a suite states it, or None."""
    if kind not in CHECKS:
        return f"there is no check {kind!r}; there are {', '.join(CHECKS)}"
    check = CHECKS[kind]
    return None if check.accepts(value) else f"{kind} wants {check.wants} as its value, not {_short(value)}"


def _checked(check: Wanted, answer: str, finish_reason: str | None, called: Sequence[Call]) -> Checked:
    failure, score = _found(CHECKS[check.type], answer, check.value, called)
    if failure and finish_reason == "length":
        failure = "truncation"
    return Checked(type=check.type, passed=failure is None, failure=failure, score=score, turn=check.turn)


def _found(check: Check | Measure | CallCheck, answer: str, value: Any, called: Sequence[Call]) -> Finding:
    if isinstance(check, CallCheck):
        return Finding(check.failure_of(answer, called, value))
    found = check.find(answer, value)
    return found._replace(failure="call") if found.failure == "empty" and called else found


def _short(value: Any) -> str:
    shown = Repr()
    shown.maxstring = shown.maxother = 80
    return shown.repr(value)[:300]
