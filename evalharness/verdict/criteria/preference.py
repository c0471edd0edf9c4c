"""Preference: does a judging model give the tuned model enough of the pairs. Optional in a policy.

It knows judge.json, nothing of who judged or how far to trust it: that is shown beside it.
"""

import math
from collections.abc import Iterator

from evalharness import wording
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.summaries.judged import JudgedGroups, JudgedPairs, JudgeSummary
from evalharness.runs.summaries.parts import Outcome
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.plain import by_interval
from evalharness.verdict.criteria.statement import FEWEST, of_enough, within
from evalharness.verdict.policy import Policy
from evalharness.verdict.settling import more_of_the_same, times

CRITERION = "preference"


def preference(judged: JudgeSummary | None, evaluation: EvalSummary, policy: Policy) -> Iterator[Reason]:
    """A reason for every suite that was judged, by the share of wins among the pairs that are no tie.

    A pair of which no verdict could be read, or had, counts against what is to be shown: as lost for a PASS, as won
    for a FAIL. So does a prompt that one of the two left unanswered.
    """
    if policy.judge is None:
        return
    if judged is None or not judged.suites:
        text = "No model judged this eval run. `evalharness judge` lets one."
        yield Reason(CRITERION, "suites", "unsettled", text, text)
        return
    least = policy.judge["wins_at_least"]
    erred = {one.suite: one.with_errors.prompts - one.paired for one in evaluation.suites if one.with_errors}
    for suite in judged.suites:
        unread = suite.pairs.without_verdict + erred.get(suite.suite, 0)
        outcome, text, plain = _preferred(suite.pairs, unread, judged.endpoints[1], least, judged.confidence)
        yield Reason(CRITERION, suite.suite, outcome, f"{suite.suite}: {text}", f"{suite.suite}: {plain}")


def outcome_of(
    wins: int, losses: int, unread: int, least: float, confidence: float, in_groups: JudgedGroups | None = None
) -> Outcome:
    """What so many wins and losses of the second say of a least share, `unread` pairs having no verdict."""
    low, high = bounds(wins, losses, unread, confidence, in_groups)
    return by_share(low, high, in_groups.groups if in_groups else wins + losses, least)


def by_share(low: float, high: float, witnesses: int, least: float) -> Outcome:
    """What the interval of the share of wins says of a least share."""
    return of_enough(within(least, math.inf, low, high), witnesses)


def bounds(
    wins: int, losses: int, unread: int, confidence: float, in_groups: JudgedGroups | None = None
) -> tuple[float, float]:
    """The interval of the share of wins, its low end with all unread pairs lost, its high end with all of them won."""
    from evalharness.stats.votes import (  # here: scipy comes with it, and --help must answer at once
        InGroups,
        Votes,
        share_interval,
    )

    company = InGroups(in_groups.groups, in_groups.design_effect, in_groups.whole) if in_groups else None
    low, _ = share_interval(Votes(wins, losses + unread), confidence, company)
    _, high = share_interval(Votes(wins + unread, losses), confidence, company)
    return low, high


def _preferred(
    pairs: JudgedPairs, unread: int, second: str, least: float, confidence: float
) -> tuple[Outcome, str, str]:
    wins, losses = pairs.second, pairs.first
    outcome = outcome_of(wins, losses, unread, least, confidence, pairs.in_groups)
    low, high = bounds(wins, losses, unread, confidence, pairs.in_groups)
    decided = wins + losses
    witnesses = pairs.in_groups.groups if pairs.in_groups else decided
    ask = f"the judging model has to prefer {second} in {wording.percent(least)} of the pairs that it decides"
    plain = by_interval(
        outcome, ask, wording.percent(low), wording.percent(high), f"at {wording.percent(least)} or above"
    )
    if not decided:
        text = f"none of {wording.count(pairs.judged + unread, 'pair')} was decided. More prompts may settle it."
        return outcome, text, f"{ask}: {text}"
    against = f", {wording.count(unread, 'pair')} without a verdict counted against it" if unread else ""
    said = (
        f"{second} wins {wording.percent(wins / decided)} of the {decided} decided pairs "
        f"({wording.level(confidence)} % interval {wording.percent(low)} to {wording.percent(high)}{against}; "
        f"at least {wording.percent(least)} is asked):"
    )
    if outcome != "unsettled":
        return outcome, f"{said} {'enough' if outcome == 'met' else 'too few'}.", plain
    if witnesses < FEWEST:
        what = "group" if pairs.in_groups else "decided pair"
        few = f"{wording.count(witnesses, what)} of {FEWEST} that it takes at least. More prompts settle it."
        return outcome, f"{said} not settled: {few}", f"{ask}: {few}"
    if unread:
        return outcome, f"{said} not settled. A judge whose verdicts can be read, or more prompts, settle it.", plain
    factor = times(wins / decided, low, high, least)
    return outcome, f"{said} not settled. {more_of_the_same(pairs.judged, factor, 'share')}", plain
