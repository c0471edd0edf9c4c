"""Robustness: does the tuned model lose more than the base when the same is asked in other words. Optional in a policy.

It knows a suite's `robustness` of a summary, nothing of how variants are made. Kinds that change the meaning are never
judged here: there the same answer may not be right.
"""

from collections.abc import Iterator, Sequence

from evalharness import wording
from evalharness.runs.summaries import EvalSummary, Outcome, Reason, SuiteSummary, Variants
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
        yield Reason(CRITERION, "suites", "unsettled", text)
    for name, row in found:
        outcome, text = _loses(evaluation.endpoints, row, margin, evaluation.confidence)
        yield Reason(CRITERION, name, outcome, f"{name}: {text}")


def _together(suite: SuiteSummary) -> Variants | None:
    found = suite.robustness
    return (found.together or found.preserving[0]) if found and found.preserving else None


def _loses(names: Sequence[str], row: Variants, margin: float, confidence: float) -> tuple[Outcome, str]:
    lost = row.estimate
    if lost is None:
        return "unsettled", "no prompt and variant of it were answered by both models. Another eval run settles it."
    second, size = names[1], f"{margin * 100:g} points"
    said = (
        f"reworded, {second} loses {wording.points(lost.value)} points more than {names[0]} "
        f"({confidence * 100:g} % interval {wording.points(lost.low)} to {wording.points(lost.high)}):"
    )
    if (row.endpoints[second].originals or 0) <= margin:
        shown = f"{second} is right too rarely for a loss of {size} to show"
        return "unsettled", f"{said} not settled: {shown}. A suite that it can answer settles it."
    if lost.high < margin:
        return "met", f"{said} {size} more are ruled out."
    if lost.low > margin:
        return "failed", f"{said} more than the {size} that are accepted."
    return "unsettled", f"{said} not settled. {more_of_the_same(row.prompts, times(*lost, margin), 'difference')}"
