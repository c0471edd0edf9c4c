"""Quality: is the difference of each suite what its purpose, or the policy, asks for.

It knows summaries and margins, nothing of how answers were judged right.
"""

import math
from collections.abc import Sequence

from evalharness import wording
from evalharness.runs.summaries import Estimate, EvalSummary, Outcome, Purpose, Reason, SuiteSummary
from evalharness.verdict.criteria.plain import by_interval, errors_hide
from evalharness.verdict.criteria.statement import FEWEST, above, of_enough, within
from evalharness.verdict.policy import PURPOSES, Policy, applied
from evalharness.verdict.settling import more_prompts, prompts_to_leave

ASKS = {
    "superiority": "{second} has to be right more often than {first}, by however little",
    "superiority by a margin": "{second} has to be right more often than {first} by {size} or more",
    "non-inferiority": "{second} must not be right less often than {first} by {size} or more",
}
MET = {
    "superiority": "better.",
    "superiority by a margin": "better by {size} or more.",
    "non-inferiority": "a loss of {size} is ruled out.",
}
FAILED = {
    "superiority": "not better.",
    "superiority by a margin": "a gain of {size} is ruled out.",
    "non-inferiority": "more is lost than the {size} that are accepted.",
}


def quality(evaluation: EvalSummary, policy: Policy) -> list[Reason]:
    """A reason for every suite that is judged, by its `right` (all checks passed).

    A PASS takes all suites, so each is judged as if it were the only one.
    """
    names, confidence = evaluation.endpoints, evaluation.confidence
    reasons = [
        _of_suite(suite, names, confidence)
        for suite in applied(policy, evaluation.suites)
        if suite.purpose != "descriptive"
    ]
    asked = {suite.suite for suite in evaluation.suites}
    for name, bar in policy.suites.items():
        if name not in asked:
            text = f"{name}: the policy asks for it, this eval run did not. An eval run with it settles it."
            reasons.append(Reason(PURPOSES[next(iter(bar))], name, "unsettled", text, text))
    if not reasons:
        text = "Every suite of this eval run is descriptive, so none is judged. One with a margin settles it."
        reasons.append(Reason("quality", "suites", "unsettled", text, text))
    return reasons


def outcome_of(
    purpose: Purpose, margin: float | None, first_rate: float, low: float, high: float, prompts: int
) -> Outcome:
    """What the interval of a difference says of a suite with this purpose and margin; all but `prompts` are rates.

    superiority: the truth is a gain, however small. superiority by a margin: a gain of the margin or more.
    non-inferiority: no loss of the margin or more. statement.py has when each is met, and when it is failed.
    """
    bound = _bound(purpose, margin)
    if purpose == "non-inferiority" and first_rate <= -bound:
        # Whoever has no more than the margin cannot lose more than it: nothing would be shown by a met criterion.
        return "unsettled"
    by_a_margin = purpose == "superiority by a margin"
    return of_enough(within(bound, math.inf, low, high) if by_a_margin else above(bound, low, high), prompts)


def rates_in_words(names: Sequence[str], suite: SuiteSummary, confidence: float) -> str:
    """`letters: tuned is right in 95.0 % against base's 50.0 % (…)`."""
    right = suite.right
    first, second = (wording.percent(side.rate) for side in (right.first, right.second))
    low, high = wording.points(right.low), wording.points(right.high)
    return (
        f"{suite.suite}: {names[1]} is right in {second} against {names[0]}'s {first} "
        f"({wording.points(right.difference)} points, {confidence * 100:g} % interval {low} to {high}, "
        f"{wording.p_value(right.p_value)})"
    )


def without_a_pair(criterion: str, suite: SuiteSummary) -> Reason:
    text = f"{suite.suite}: no prompt was answered by both models. Another eval run settles it."
    return Reason(criterion, suite.suite, "unsettled", text, text)


def _of_suite(suite: SuiteSummary, names: Sequence[str], confidence: float) -> Reason:
    purpose, margin, found = suite.purpose, suite.margin, seen(suite)
    if found is None:
        return without_a_pair(purpose, suite)
    outcome = outcome_of(purpose, margin, _first_rate(suite), found.low, found.high, suite.paired)
    size = "" if margin is None else f"{margin * 100:g} points"
    ask = f"{suite.suite}: {ASKS[purpose].format(first=names[0], second=names[1], size=size)}"
    worst, best = (f"{wording.points(end)} points" for end in (found.low, found.high))
    bound = wording.points(_bound(purpose, margin))
    region = f"at {bound} or above" if purpose == "superiority by a margin" else f"above {bound}"
    plain = by_interval(outcome, ask, worst, best, region)
    if outcome != "unsettled":
        meaning = (MET if outcome == "met" else FAILED)[purpose].format(size=size)
    elif untold := _untold(suite, found, names[0], size):
        meaning, plain = f"not settled: {untold}", f"{ask}: {untold}"
    else:
        meaning = f"not settled{_settled_by(suite, found, size)}"
    return Reason(purpose, suite.suite, outcome, f"{rates_in_words(names, suite, confidence)}: {meaning}", plain)


def seen(suite: SuiteSummary) -> Estimate | None:
    """The difference with the interval that decides: as far as errors, counted for and against, can take it."""
    found, counted = suite.right.estimate, suite.with_errors
    return Estimate(found.value, counted.low, counted.high) if found and counted else found


def _first_rate(suite: SuiteSummary) -> float:
    """How often the first is right, at least."""
    rate = suite.right.first.rate or 0
    return min(rate, suite.with_errors.first) if suite.with_errors else rate


def _bound(purpose: Purpose, margin: float | None) -> float:
    """What the whole interval has to lie above. Only superiority goes without a margin."""
    if purpose == "superiority":
        return 0.0
    return -(margin or 0) if purpose == "non-inferiority" else margin or 0


def _untold(suite: SuiteSummary, found: Estimate, base: str, size: str) -> str:
    """Why this suite can tell nothing, wherever its interval lies; empty where it can."""
    if not math.isfinite(sum(found)):
        return "its interval is none. Another eval run settles it."
    if suite.purpose == "non-inferiority" and _first_rate(suite) <= (suite.margin or 0):
        shown = f"{base} is right too rarely for a loss of {size} to show"
        return f"{shown}. A suite that {base} can answer settles it."
    if suite.paired < FEWEST:
        return f"{wording.count(suite.paired, 'prompt')} of {FEWEST} that it takes at least."
    alone = suite.right.estimate or found
    without = outcome_of(suite.purpose, suite.margin, _first_rate(suite), alone.low, alone.high, suite.paired)
    return "" if without == "unsettled" else errors_hide(found.low, found.high)


def _settled_by(suite: SuiteSummary, found: Estimate, size: str) -> str:
    """What would settle an open suite, as the rest of its sentence."""
    if suite.purpose == "superiority" and suite.margin is not None and found.high < suite.margin:
        return f", but a gain of {size}, the smallest that matters, is ruled out: more prompts are hardly worth asking."
    discordance = (suite.right.only_first + suite.right.only_second) / suite.paired
    enough = prompts_to_leave(_bound(suite.purpose, suite.margin), found.value, discordance, suite.paired)
    return f". {more_prompts(suite.paired, enough)}"
