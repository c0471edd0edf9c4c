"""Preference: does a judging model give the tuned model enough of the pairs. Optional in a policy.

It knows judge.json, nothing of who judged or how far to trust it: that is shown beside it.
"""

from collections.abc import Iterator

from evalharness import wording
from evalharness.runs.summaries import JudgedPairs, JudgeSummary, Outcome, Reason
from evalharness.verdict.policy import Policy
from evalharness.verdict.settling import more_of_the_same, times

CRITERION = "preference"


def preference(judged: JudgeSummary | None, policy: Policy) -> Iterator[Reason]:
    """A reason for every suite that was judged, by the share of wins among the pairs that are no tie."""
    if policy.judge is None:
        return
    if judged is None:
        text = "No model judged this eval run. `evalharness judge` lets one."
        yield Reason(CRITERION, "suites", "unsettled", text)
        return
    least = policy.judge["wins_at_least"]
    for suite in judged.suites:
        outcome, text = _preferred(suite.pairs, judged.endpoints[1], least, judged.confidence)
        yield Reason(CRITERION, suite.suite, outcome, f"{suite.suite}: {text}")


def _preferred(pairs: JudgedPairs, second: str, least: float, confidence: float) -> tuple[Outcome, str]:
    share = pairs.estimate
    if share is None:
        return "unsettled", f"none of {wording.count(pairs.judged, 'pair')} was decided. More prompts may settle it."
    said = (
        f"{second} wins {wording.percent(share.value)} of the {pairs.first + pairs.second} decided pairs "
        f"({confidence * 100:g} % interval {wording.percent(share.low)} to {wording.percent(share.high)}; "
        f"at least {wording.percent(least)} is asked):"
    )
    if share.low >= least:
        return "met", f"{said} enough."
    if share.high < least:
        return "failed", f"{said} too few."
    return "unsettled", f"{said} not settled. {more_of_the_same(pairs.judged, times(*share, least), 'share')}"
