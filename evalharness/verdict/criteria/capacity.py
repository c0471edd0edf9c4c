"""Capacity: does the tuned model keep the policy's limits on ratios under load.

It knows a load run's summary, nothing of how the load was made.
"""

import math
from collections.abc import Iterable, Iterator

from evalharness import wording
from evalharness.runs.summaries.load import LoadSummary, Ratio
from evalharness.runs.summaries.parts import Estimate, Outcome
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.plain import by_interval, by_range
from evalharness.verdict.criteria.statement import FEWEST, of_enough, within
from evalharness.verdict.policy import Limit, Policy, allowed
from evalharness.verdict.settling import longer_run, times_within
from evalharness.wording import LONGER_LOAD


def capacity(load: LoadSummary | None, policy: Policy) -> Iterator[Reason]:
    """A reason for every ratio that the policy bounds."""
    ratios = {row.metric: row for row in load.ratios} if load else {}
    for metric, limit in policy.load.items():
        row = ratios.get(metric)
        found = row.estimate if row else None
        outcome: Outcome = "unsettled"
        if load is None:
            text = plain = "no load run of these two models. A load run settles it."
        elif found is None or not math.isfinite(sum(found)):
            text = plain = _unmeasured(row)
        elif policy.load_users and load.profile.users < policy.load_users:
            users = wording.count(load.profile.users, "user")
            text = plain = (
                f"measured under the load of {users}, the policy asks for {policy.load_users} or more. "
                f"A load run with --users {policy.load_users} settles it."
            )
        else:
            outcome, text, plain = _limited(load, metric, found, limit)
        said = wording.METRICS[metric]
        yield Reason("capacity", metric, outcome, f"{said}: {text}", f"{said}: {plain}")


def outcome_of(limit: Limit, low: float, high: float, requests: int) -> Outcome:
    """What the interval of a ratio says of a limit, so many requests of a side having been measured."""
    return of_enough(within(*allowed(limit), low, high), requests)


def _limited(load: LoadSummary, metric: str, ratio: Estimate, limit: Limit) -> tuple[Outcome, str, str]:
    """The outcome of a limit under a load, in words and in plain ones."""
    text, fewest = _ratio_in_words(load, metric, ratio, limit), min(side.requests for side in load.endpoints)
    outcome = outcome_of(limit, ratio.low, ratio.high, fewest)
    if load.invalid:
        wrong = f"the measurement is not valid. {' '.join(load.invalid)}"
    elif outcome == "unsettled" and fewest < FEWEST:
        wrong = f"too few requests of a side were measured, {fewest} of {FEWEST}. It takes {LONGER_LOAD}."
    else:
        if outcome == "unsettled":
            text += f" Not settled. {_longer(load, ratio, limit)}"
        return outcome, text, _plain(outcome, load, ratio, limit)
    return "unsettled", f"{text} But {wrong}", wrong


def settled(ratios: Iterable[Ratio], fewest: int, policy: Policy) -> bool:
    """Is every limit of the policy kept or broken, so that more load has nothing to add? Not if there is none.

    `fewest` is how many requests were measured of the side that has fewer.
    """
    estimates = {row.metric: row.estimate for row in ratios}
    return bool(policy.load) and all(
        (found := estimates.get(metric)) is not None
        and of_enough(within(*allowed(limit), found.low, found.high), fewest) != "unsettled"
        for metric, limit in policy.load.items()
    )


def _unmeasured(row: Ratio | None) -> str:
    if row is None or row.ratio is None:
        return "not measured for both models. Another load run settles it."
    return f"too few pairs of blocks were measured for an interval. It takes {LONGER_LOAD}."


def _longer(load: LoadSummary, ratio: Estimate, limit: Limit) -> str:
    """How long a load would settle a ratio: longer than the longest this one might have been, if it ended before."""
    factor = times_within(*ratio, *allowed(limit))
    return longer_run(max(load.seconds, load.profile.seconds / factor), factor)


def _ratio_in_words(load: LoadSummary, metric: str, ratio: Estimate, limit: Limit) -> str:
    first, second = load.endpoints
    return (
        f"{second.name} {wording.load_value(metric, second.value(metric))}, "
        f"{first.name} {wording.load_value(metric, first.value(metric))}: {wording.ratio(ratio.value)} times "
        f"({wording.level(load.confidence)} % interval {wording.ratio(ratio.low)} to {wording.ratio(ratio.high)}; "
        f"{_limit_in_words(limit)})."
    )


def _limit_in_words(limit: Limit) -> str:
    ((rule, bound),) = limit.items()
    return {
        "at_most": f"at most {wording.ratio(bound)} is allowed",
        "at_least": f"at least {wording.ratio(bound)} is asked",
        "equal_within": f"must lie within a factor of {wording.ratio(1 + bound)} of equal",
    }[rule]


def _plain(outcome: Outcome, load: LoadSummary, ratio: Estimate, limit: Limit) -> str:
    first, second = (side.name for side in load.endpoints)
    smallest, largest = allowed(limit)
    ask = f"{second}'s as a multiple of {first}'s"
    low, high = wording.ratio(ratio.low), wording.ratio(ratio.high)
    if "equal_within" in limit:
        return by_range(ask, low, high, f"in {wording.ratio(smallest)} to {wording.ratio(largest)}")
    if "at_most" in limit:
        return by_interval(outcome, ask, high, low, f"at {wording.ratio(largest)} or below")
    return by_interval(outcome, ask, low, high, f"at {wording.ratio(smallest)} or above")
