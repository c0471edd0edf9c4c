"""Capacity: does the tuned model keep the policy's limits on ratios under load.

It knows a load run's summary, nothing of how the load was made.
"""

from collections.abc import Iterable, Iterator

from evalharness import wording
from evalharness.runs.summaries import Estimate, LoadSummary, Outcome, Ratio, Reason
from evalharness.verdict.policy import Limit, Policy, allowed
from evalharness.verdict.settling import longer_run, times
from evalharness.wording import LONGER_LOAD


def capacity(load: LoadSummary | None, policy: Policy) -> Iterator[Reason]:
    """A reason for every ratio that the policy bounds."""
    ratios = {row.metric: row for row in load.ratios} if load else {}
    for metric, limit in policy.load.items():
        row = ratios.get(metric)
        found = row.estimate if row else None
        if load is None:
            outcome: Outcome = "unsettled"
            text = "no load run of these two models. A load run settles it."
        elif found is None:
            outcome, text = "unsettled", _unmeasured(row)
        elif policy.load_users and load.profile.users < policy.load_users:
            users = wording.count(load.profile.users, "user")
            text = f"measured under the load of {users}, the policy asks for {policy.load_users} or more. "
            outcome, text = "unsettled", f"{text}A load run with --users {policy.load_users} settles it."
        else:
            outcome, text = _within(found, limit), _ratio_in_words(load, metric, found, limit)
            if outcome == "unsettled":
                factor = times(*found, *limit.values())
                text += f" Not settled. {longer_run(max(load.seconds, load.profile.seconds / factor), factor)}"
            elif outcome == "met" and load.invalid:
                outcome, text = "unsettled", f"{text} But the measurement is not valid. {' '.join(load.invalid)}"
        yield Reason("capacity", metric, outcome, f"{wording.METRICS[metric]}: {text}")


def settled(ratios: Iterable[Ratio], policy: Policy) -> bool:
    """Is every limit of the policy kept or broken, so that more load has nothing to add? Not if there is none."""
    estimates = {row.metric: row.estimate for row in ratios}
    return bool(policy.load) and all(
        (found := estimates.get(metric)) is not None and _within(found, limit) != "unsettled"
        for metric, limit in policy.load.items()
    )


def _unmeasured(row: Ratio | None) -> str:
    if row is None or row.ratio is None:
        return "not measured for both models. Another load run settles it."
    return f"too few pairs of blocks were measured for an interval. It takes {LONGER_LOAD}."


def _within(ratio: Estimate, limit: Limit) -> Outcome:
    """Where a ratio's interval lies to what is allowed: outside it, inside it, or across its edge."""
    smallest, largest = allowed(limit)
    if ratio.high < smallest or ratio.low > largest:
        return "failed"
    if "equal_within" in limit or (smallest <= ratio.low and ratio.high <= largest):
        return "met"
    return "unsettled"


def _ratio_in_words(load: LoadSummary, metric: str, ratio: Estimate, limit: Limit) -> str:
    first, second = load.endpoints
    return (
        f"{second.name} {wording.load_value(metric, second.value(metric))}, "
        f"{first.name} {wording.load_value(metric, first.value(metric))}: {wording.ratio(ratio.value)} times "
        f"({load.confidence * 100:g} % interval {wording.ratio(ratio.low)} to {wording.ratio(ratio.high)}; "
        f"{_limit_in_words(limit)})."
    )


def _limit_in_words(limit: Limit) -> str:
    ((rule, bound),) = limit.items()
    return {
        "at_most": f"at most {wording.ratio(bound)} is allowed",
        "at_least": f"at least {wording.ratio(bound)} is asked",
        "equal_within": f"must reach within a factor of {wording.ratio(1 + bound)} of equal",
    }[rule]
