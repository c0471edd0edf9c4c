"""Quality: is the difference of each suite what its purpose, or the policy, asks for.

It knows summaries and margins, nothing of how answers were judged right.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from evalharness import wording
from evalharness.runs.summaries.eval import EvalSummary, SuiteSummary
from evalharness.runs.summaries.parts import Estimate, Outcome, Purpose
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.plain import by_interval, errors_hide
from evalharness.verdict.criteria.statement import FEWEST, above, fewest_for, of_enough, within
from evalharness.verdict.policy import PURPOSES, Policy, applied
from evalharness.verdict.settling import more_prompts, prompts_to_leave

GUARD = "no loss shown"
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


def quality(evaluation: EvalSummary, policy: Policy, tried: Mapping[str, int] = MappingProxyType({})) -> list[Reason]:
    """A reason for every suite that is judged, by its `right` (all checks passed).

    A PASS takes all suites, so each is judged as if it were the only one. Where the policy says how much may be lost
    in the suites of non-inferiority together, that is asked of all of them in one, and of each only that it shows no
    loss of its margin: many suites that each have to rule one out hardly ever all do, however equal the models are.
    `tried` says how many tuned models were held against the base on a suite: of many, one is better by accident.
    """
    judged = [suite for suite in applied(policy, evaluation.suites) if suite.purpose != "descriptive"]
    whole = _together(evaluation, policy)
    guards = {suite.suite for suite in judged if suite.purpose == "non-inferiority"} - policy.suites.keys()
    reasons = [
        _guard(suite, evaluation)
        if whole and suite.suite in guards
        else _best_of(tried.get(suite.suite, 1), suite, _of_suite(suite, evaluation), evaluation.confidence)
        for suite in judged
    ]
    if whole and guards:
        reasons.append(_of_suite(whole, evaluation))
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
    purpose: Purpose, margin: float | None, first_rate: float, low: float, high: float, groups: int
) -> Outcome:
    """What the interval of a difference says of a suite with this purpose and margin; all but `groups` are rates.

    `groups` is how many groups of prompts it rests on: as many as prompts, where each stands alone.

    superiority: the truth is a gain, however small. superiority by a margin: a gain of the margin or more.
    non-inferiority: no loss of the margin or more. statement.py has when each is met, and when it is failed.
    """
    bound = _bound(purpose, margin)
    if purpose == "non-inferiority" and first_rate <= -bound:
        # Whoever has no more than the margin cannot lose more than it: nothing would be shown by a met criterion.
        return "unsettled"
    by_a_margin = purpose == "superiority by a margin"
    found = within(bound, math.inf, low, high) if by_a_margin else above(bound, low, high)
    return of_enough(found, groups, _fewest(purpose, margin))


def rates_in_words(names: Sequence[str], suite: SuiteSummary, confidence: float) -> str:
    """`letters: tuned is right in 95.0 % against base's 50.0 % (…)`."""
    right = suite.right
    first, second = (wording.percent(side.rate) for side in (right.first, right.second))
    low, high = wording.points(right.low), wording.points(right.high)
    return (
        f"{suite.suite}: {names[1]} is right in {second} against {names[0]}'s {first} "
        f"({wording.points(right.difference)} points, {wording.level(confidence)} % interval {low} to {high}, "
        f"{wording.p_value(right.p_value)})"
    )


def without_a_pair(criterion: str, suite: SuiteSummary) -> Reason:
    text = f"{suite.suite}: no prompt was answered by both models. Another eval run settles it."
    return Reason(criterion, suite.suite, "unsettled", text, text)


def _of_suite(suite: SuiteSummary, evaluation: EvalSummary) -> Reason:
    names, purpose, margin, found = evaluation.endpoints, suite.purpose, suite.margin, seen(suite)
    if found is None:
        return without_a_pair(purpose, suite)
    outcome = outcome_of(purpose, margin, _first_rate(suite), found.low, found.high, suite.right.groups)
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
        meaning = f"not settled{_settled_by(suite, found, size, evaluation.rounds)}"
    said = rates_in_words(names, suite, evaluation.confidence)
    return Reason(purpose, suite.suite, outcome, f"{said}: {meaning}", plain)


def least_of_many(found: Estimate, tried: int, confidence: float, groups: int) -> float:
    """The low end of a difference's interval where so many models were tried on the same prompts (Bonferroni)."""
    from evalharness.stats.multiple import widening  # here: numpy comes with it, and --help must answer at once

    return found.value - (found.value - found.low) * widening(tried, confidence, groups)


def _best_of(tried: int, suite: SuiteSummary, reason: Reason, confidence: float) -> Reason:
    """The reason as it stands where this is the only model that was tried, or one of so many."""
    found = seen(suite)
    if reason.outcome != "met" or reason.criterion == "non-inferiority" or found is None or tried < 2:
        return reason
    least, bound = least_of_many(found, tried, confidence, suite.right.groups), _bound(suite.purpose, suite.margin)
    counted = f"{tried} tuned models were tried on these prompts: that counted, its gain is"
    if within(bound, math.inf, least, found.high) == "met":
        return replace(reason, text=f"{reason.text} {counted} {wording.points(least)} points at least.")
    said, _, _ = reason.text.rpartition(": ")
    open_still = f"{counted} perhaps {wording.points(least)} points only"
    text = f"{said}: not settled. {open_still}. Prompts that none was tried on settle it."
    plain = f"{suite.suite}: {open_still}. The best of many looks better than it is."
    return replace(reason, outcome="unsettled", text=text, plain=plain)


def _together(evaluation: EvalSummary, policy: Policy) -> SuiteSummary | None:
    """The suites of non-inferiority in one, with the policy's margin; None where it has none, or there are not two."""
    if evaluation.together is None or policy.together is None:
        return None
    return replace(evaluation.together, margin=policy.together["not_worse_by"])


def _guard(suite: SuiteSummary, evaluation: EvalSummary) -> Reason:
    """Of a suite of which all together say how much may be lost: only a loss that it shows by itself fails it."""
    names, reason = evaluation.endpoints, _of_suite(suite, evaluation)
    if reason.outcome == "failed" or seen(suite) is None:
        return reason
    size = f"{(suite.margin or 0) * 100:g} points"
    said = f"a loss of {size} is not shown. How much may be lost is told of all suites together."
    text = f"{rates_in_words(names, suite, evaluation.confidence)}: {said}"
    plain = f"{suite.suite}: by itself it fails only where it shows that {names[1]} loses {size} or more."
    return replace(reason, criterion=GUARD, outcome="met", text=text, plain=plain)


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


def _fewest(purpose: Purpose, margin: float | None) -> int:
    """How many groups of prompts it takes at least to be met."""
    return fewest_for(margin) if purpose == "non-inferiority" and margin else FEWEST


def _untold(suite: SuiteSummary, found: Estimate, base: str, size: str) -> str:
    """Why this suite can tell nothing, wherever its interval lies; empty where it can."""
    if not math.isfinite(sum(found)):
        return "its interval is none. Another eval run settles it."
    if suite.purpose == "non-inferiority" and _first_rate(suite) <= (suite.margin or 0):
        shown = f"{base} is right too rarely for a loss of {size} to show"
        return f"{shown}. A suite that {base} can answer settles it."
    groups, fewest = suite.right.groups, _fewest(suite.purpose, suite.margin)
    if groups < fewest:
        what = "prompt" if groups == suite.paired else "group"
        return f"{wording.count(groups, what)} of {fewest} that it takes at least."
    alone = suite.right.estimate or found
    without = outcome_of(suite.purpose, suite.margin, _first_rate(suite), alone.low, alone.high, groups)
    return "" if without == "unsettled" else errors_hide(found.low, found.high)


def _settled_by(suite: SuiteSummary, found: Estimate, size: str, rounds: int) -> str:
    """What would settle an open suite, as the rest of its sentence; a further round has wider intervals to pay for."""
    from evalharness.stats.sequential import alpha_of_round

    if suite.purpose == "superiority" and suite.margin is not None and found.high < suite.margin:
        return f", but a gain of {size}, the smallest that matters, is ruled out: more prompts are hardly worth asking."
    discordance = (suite.right.only_first + suite.right.only_second) / suite.paired
    company = suite.right.company or 1, suite.right.design_effect or 1
    bound, alpha = _bound(suite.purpose, suite.margin), alpha_of_round(rounds + 1)
    enough = prompts_to_leave(bound, found.value, discordance, suite.paired, *company, alpha=alpha)
    return f". {more_prompts(suite.paired, enough, suite.paired / suite.right.groups)}"
