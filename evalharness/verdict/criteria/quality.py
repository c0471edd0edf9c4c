"""Quality: is the difference of each suite what its purpose, or the policy, asks for.

It knows summaries and margins, nothing of how answers were judged right.
"""

from evalharness import wording
from evalharness.runs.summaries import Estimate, EvalSummary, Outcome, Reason, SuiteSummary
from evalharness.verdict.policy import PURPOSES, Policy, applied
from evalharness.verdict.settling import more_prompts, prompts_to_leave


def quality(evaluation: EvalSummary, policy: Policy) -> list[Reason]:
    """A reason for every suite that is judged, by its `right` (all checks passed).

    By purpose, a PASS takes all suites, so each is judged as if it were the only one. The harness's test of itself
    fails on a difference in any suite: each more would be one more chance of a false alarm, were the p-values not
    adjusted for their number (stats/multiple.py).
    """
    names, confidence = evaluation.endpoints, evaluation.confidence
    adjusted = _adjusted_p_values(evaluation) if policy.quality == "no-difference" else {}
    reasons: list[Reason] = []
    for suite in applied(policy, evaluation.suites):
        criterion = "no difference" if policy.quality == "no-difference" else suite.purpose
        if criterion == "descriptive":
            continue
        difference = suite.right.estimate
        if difference is None:
            outcome: Outcome = "unsettled"
            text = f"{suite.suite}: no prompt was answered by both models. Another eval run settles it."
        else:
            if adjusted:
                outcome, meaning = _no_difference(adjusted[suite.suite], len(adjusted), 1 - confidence)
            else:
                outcome, meaning = _difference(criterion, suite, difference, names[0])
            text = f"{_rates_in_words(names, suite, confidence)}: {meaning}"
        reasons.append(Reason(criterion, suite.suite, outcome, text))
    asked = {suite.suite for suite in evaluation.suites}
    for name, bar in policy.suites.items():
        if name not in asked:
            text = f"{name}: the policy asks for it, this eval run did not. An eval run with it settles it."
            reasons.append(Reason(PURPOSES[next(iter(bar))], name, "unsettled", text))
    if not reasons:
        text = "Every suite of this eval run is descriptive, so none is judged. One with a margin settles it."
        reasons.append(Reason("quality", "suites", "unsettled", text))
    return reasons


def _adjusted_p_values(evaluation: EvalSummary) -> dict[str, float]:
    """McNemar's p-values by suite, of those with a pair, as if any one that is small would count."""
    from evalharness.stats.multiple import holm  # here: numpy and scipy come with it, and --help must answer at once

    found = {suite.suite: suite.right.p_value for suite in evaluation.suites}
    p_values = {suite: p for suite, p in found.items() if p is not None}
    return dict(zip(p_values, holm(list(p_values.values())), strict=True))


def _no_difference(p: float, suites: int, alpha: float) -> tuple[Outcome, str]:
    """The outcome of one of so many suites in which nothing can differ, by its adjusted p-value."""
    shown = f" ({wording.p_value(p)}, adjusted for {suites} suites)" if suites > 1 else ""
    if p > alpha:
        return "met", f"no difference found{shown}."
    return "failed", f"a difference where none can be{shown}."


def outcome_of(purpose: str, margin: float, first_rate: float, low: float, high: float) -> Outcome:
    """What the interval of a difference says of a suite with this purpose and margin; all are rates."""
    if purpose == "superiority":
        # In this order: a gain too small to matter is none, however sure it is.
        return "failed" if high < margin else "met" if low > 0 else "unsettled"
    # Whoever has no more than the margin cannot lose more than it: nothing would be shown by a met criterion.
    if first_rate <= margin:
        return "unsettled"
    return "met" if low > -margin else "failed" if high < -margin else "unsettled"


def _difference(purpose: str, suite: SuiteSummary, difference: Estimate, base: str) -> tuple[Outcome, str]:
    """The outcome of one suite by its purpose, and what it means."""
    outcome = outcome_of(purpose, suite.margin or 0, suite.right.first.rate or 0, difference.low, difference.high)
    return outcome, _meaning(outcome, purpose, suite, difference.value, base)


def _meaning(outcome: Outcome, purpose: str, suite: SuiteSummary, difference: float, base: str) -> str:
    right, margin = suite.right, suite.margin or 0
    size = f"{margin * 100:g} points"
    if outcome == "met":
        return "better." if purpose == "superiority" else f"a loss of more than {size} is ruled out."
    if outcome == "failed":
        smallest = f"a gain of {size}, the smallest that matters, is ruled out."
        return smallest if purpose == "superiority" else f"more is lost than the {size} that are accepted."
    if purpose == "non-inferiority" and (right.first.rate or 0) <= margin:
        shown = f"{base} is right too rarely for a loss of {size} to show"
        return f"not settled: {shown}. A suite that {base} can answer settles it."
    # Two ways out for a gain: it is shown, or one that matters is ruled out.
    gain = [0.0] * (difference > 0) + [margin] * (difference < margin)
    discordance = (right.only_first + right.only_second) / suite.paired
    enough = prompts_to_leave(gain if purpose == "superiority" else [-margin], difference, discordance, suite.paired)
    return f"not settled. {more_prompts(suite.paired, enough)}"


def _rates_in_words(names: tuple[str, str], suite: SuiteSummary, confidence: float) -> str:
    right = suite.right
    first, second = (wording.percent(side.rate) for side in (right.first, right.second))
    low, high = wording.points(right.low), wording.points(right.high)
    return (
        f"{suite.suite}: {names[1]} is right in {second} against {names[0]}'s {first} "
        f"({wording.points(right.difference)} points, {confidence * 100:g} % interval {low} to {high}, "
        f"{wording.p_value(right.p_value)})"
    )
