"""Robustness: does the tuned model lose more than the base when the same is asked in other words. Optional in a policy.

It knows a suite's `robustness` of a summary, nothing of how variants are made. Kinds that change the meaning are never
judged here: there the same answer may not be right.
"""

from collections.abc import Iterator, Sequence

from evalharness import wording
from evalharness.runs.summaries.eval import EvalSummary, SuiteSummary, Variants
from evalharness.runs.summaries.parts import Outcome
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.plain import by_interval, errors_hide
from evalharness.verdict.criteria.statement import above, fewest_for, of_enough
from evalharness.verdict.policy import Policy
from evalharness.verdict.settling import more_of_the_same, times

CRITERION = "robustness"


def robustness(evaluation: EvalSummary, policy: Policy) -> Iterator[Reason]:
    """A reason for every suite with variants that keep the meaning, by all their kinds together."""
    if policy.robustness is None:
        return
    margin = policy.robustness["not_worse_by"]
    found = [(suite.suite, row) for suite in evaluation.suites if (row := _together(suite))]
    if not found:
        text = "No suite of this eval run has variants that keep the meaning. `evalharness perturb` makes some."
        yield Reason(CRITERION, "suites", "unsettled", text, text)
    for name, row in found:
        outcome, text, plain = _loses(evaluation.endpoints, row, margin, evaluation.confidence)
        yield Reason(CRITERION, name, outcome, f"{name}: {text}", f"{name}: {plain}")


def outcome_of(margin: float, originals: float, low: float, high: float, groups: int) -> Outcome:
    """What the interval of how much more the second loses says of this margin.

    `originals` is how often it is right where nothing is reworded: who has no more than the margin cannot lose it;
    `groups` is how many groups of prompts the interval rests on.
    """
    return of_enough("unsettled" if originals <= margin else above(-margin, -high, -low), groups, fewest_for(margin))


def _together(suite: SuiteSummary) -> Variants | None:
    found = suite.robustness
    return (found.together or found.preserving[0]) if found and found.preserving else None


def _loses(names: Sequence[str], row: Variants, margin: float, confidence: float) -> tuple[Outcome, str, str]:
    lost = row.estimate
    if lost is None:
        text = "no prompt and variant of it were answered by both models. Another eval run settles it."
        return "unsettled", text, text
    (first, second), size = names, f"{margin * 100:g} points"
    originals = row.endpoints[second].originals or 0
    said = (
        f"reworded, {second} loses {wording.points(lost.value)} points more than {first} "
        f"({wording.level(confidence)} % interval {wording.points(lost.low)} to {wording.points(lost.high)}):"
    )
    reach = row.with_errors or lost
    outcome = outcome_of(margin, originals, reach.low, reach.high, row.groups)
    ask = f"asked in other words, {second} must not lose {size} more than {first} does"
    worst, best = (f"{wording.points(end)} points" for end in (reach.high, reach.low))
    plain = by_interval(outcome, ask, worst, best, f"below {wording.points(margin)}")
    if outcome == "met":
        return outcome, f"{said} {size} more are ruled out.", plain
    if outcome == "failed":
        return outcome, f"{said} more than the {size} that are accepted.", plain
    if originals <= margin:
        untold = f"{second} is right too rarely for a loss of {size} to show. A suite that it can answer settles it."
    elif row.groups < fewest_for(margin):
        what = "prompt" if row.groups == row.prompts else "group"
        untold = f"{wording.count(row.groups, what)} of {fewest_for(margin)} that it takes at least."
    elif outcome_of(margin, originals, lost.low, lost.high, row.groups) != "unsettled":
        untold = errors_hide(reach.low, reach.high)
    else:
        factor = times(*lost, margin)
        return outcome, f"{said} not settled. {more_of_the_same(row.prompts, factor, 'difference')}", plain
    return outcome, f"{said} not settled: {untold}", f"{ask}: {untold}"
