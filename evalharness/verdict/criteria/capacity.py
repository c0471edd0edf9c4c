"""Capacity: does the tuned model keep the policy's limits on ratios under load.

It knows a load run's summary, nothing of how the load was made.
"""

from collections.abc import Iterator

from evalharness import wording
from evalharness.runs.summaries import Estimate, LoadSummary, Outcome, Reason
from evalharness.verdict.policy import Limit, Policy, allowed
from evalharness.verdict.settling import longer_run, times


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
            outcome, text = "unsettled", "not measured for both models. Another load run settles it."
        elif policy.load_users and load.profile.users < policy.load_users:
            users = wording.count(load.profile.users, "user")
            text = f"measured under the load of {users}, the policy asks for {policy.load_users} or more. "
            outcome, text = "unsettled", f"{text}A load run with --users {policy.load_users} settles it."
        else:
            outcome, text = _within(found, limit), _ratio_in_words(load, metric, found, limit)
            if outcome == "unsettled":
                factor = times(*found, *limit.values())
                text += f" Not settled. {longer_run(load.profile.seconds, factor)}"
            elif outcome == "met" and load.invalid:
                outcome, text = "unsettled", f"{text} But the measurement is not valid. {' '.join(load.invalid)}"
        yield Reason("capacity", metric, outcome, f"{wording.METRICS[metric]}: {text}")


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
