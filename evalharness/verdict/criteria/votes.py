"""Votes: do people prefer the tuned model, where they could not know whose answer was whose. Optional in a policy.

It knows what the votes come to (judge/people.py), nothing of where they were cast.
"""

import math
from collections.abc import Iterator

from evalharness import wording
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.summaries.judged import People
from evalharness.runs.summaries.parts import Outcome
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.plain import by_interval
from evalharness.verdict.criteria.statement import FEWEST, of_enough, within
from evalharness.verdict.policy import Policy
from evalharness.verdict.settling import HOPELESS, times

CRITERION, SUBJECT = "votes", "blind comparisons"


def votes(people: People | None, evaluation: EvalSummary, policy: Policy) -> Iterator[Reason]:
    """One reason: votes are on what people ask, not on a suite."""
    if policy.votes is None:
        return
    if people is None:
        names = wording.listing(evaluation.endpoints)
        text = f"No blind vote on these versions of {names}. `make feedback` fetches those that people have cast."
        yield Reason(CRITERION, SUBJECT, "unsettled", text, text)
        return
    outcome, text, plain = _preferred(people, policy.votes["wins_at_least"])
    yield Reason(CRITERION, SUBJECT, outcome, text, plain)


def outcome_of(decided: int, low: float, high: float, least: float) -> Outcome:
    """What so many decided votes, and the interval of the second's share of them, say of a least share."""
    return of_enough(within(least, math.inf, low, high), decided)


def _preferred(people: People, least: float) -> tuple[Outcome, str, str]:
    second = people.endpoints[1]
    ask = f"people have to prefer {second} in {wording.percent(least)} of the pairs that they decide"
    found = people.estimate
    if found is None:
        text = f"none of {wording.count(people.ties + people.both_bad, 'vote')} was for one of the two."
        return "unsettled", text, f"{ask}: {text}"
    outcome = outcome_of(people.decided, found.low, found.high, least)
    low, high = wording.percent(found.low), wording.percent(found.high)
    said = (
        f"{second} wins {wording.percent(found.value)} of {wording.count(people.decided, 'decided vote')} "
        f"({wording.level(people.confidence)} % interval {low} to {high}; {_by_whom(people)}; "
        f"at least {wording.percent(least)} is asked):"
    )
    plain = by_interval(outcome, ask, low, high, f"at {wording.percent(least)} or above")
    if outcome != "unsettled":
        return outcome, f"{said} {'enough' if outcome == 'met' else 'too few'}.", plain
    if people.people < 2:
        alone = "one person alone says nothing of others. Votes of more people settle it."
        return outcome, f"{said} not settled: {alone}", f"{ask}: {alone}"
    if people.decided < FEWEST:
        few = f"{wording.count(people.decided, 'decided vote')} of {FEWEST} that it takes at least. More settle it."
        return outcome, f"{said} not settled: {few}", f"{ask}: {few}"
    factor = times(found.value, found.low, found.high, least)
    if factor > HOPELESS:
        more = "The share lies so close to the bound that more votes will hardly settle it."
    else:
        many = math.ceil(people.people * (factor - 1))
        more = f"About {wording.count(many, 'more voter')} would settle it, if the share stays as it is."
    return outcome, f"{said} not settled. {more}", plain


def _by_whom(people: People) -> str:
    voters = f"{people.people} people" if people.people > 1 else "1 person"
    return f"by {voters} in {wording.count(people.chats, 'chat')}"
