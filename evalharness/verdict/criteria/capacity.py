"""Capacity: does the tuned model keep the policy's limits on ratios under load.

It knows a load run's summary, nothing of how the load was made.
"""

import math
from collections.abc import Iterator

from evalharness import wording
from evalharness.runs.rows import Row
from evalharness.verdict.criteria.plain import by_interval, by_range
from evalharness.verdict.criteria.reason import Outcome, Reason
from evalharness.verdict.criteria.statement import FEWEST, of_enough, within
from evalharness.verdict.policy import Limit, Policy, allowed
from evalharness.verdict.settling import longer_run, times_within
from evalharness.wording import LONGER_LOAD


def capacity(load: Row | None, policy: Policy) -> Iterator[Reason]:
    """A reason for every ratio that the policy bounds."""
    ratios = {row["metric"]: row for row in load["ratios"]} if load else {}
    for metric, limit in policy.load.items():
        row = ratios.get(metric)
        said = wording.METRICS[metric]
        if load is None:
            outcome: Outcome = "unsettled"
            text = plain = "no load run of these two models. A load run settles it."
        elif row is None or not _measured(row):
            outcome = "unsettled"
            text = plain = "not measured for both models. Another load run settles it."
        elif policy.load_users and load["profile"]["users"] < policy.load_users:
            users = wording.count(load["profile"]["users"], "user")
            text = f"measured under the load of {users}, the policy asks for {policy.load_users} or more. "
            outcome, text = "unsettled", f"{text}A load run with --users {policy.load_users} settles it."
            plain = text
        else:
            outcome, text = within(*allowed(limit), row["low"], row["high"]), _ratio_in_words(load, row, limit)
            plain = _plain(outcome, load, row, limit)
            fewest = min(side["requests"] for side in load["endpoints"])
            if load["invalid"]:
                plain = f"the measurement is not valid. {' '.join(load['invalid'])}"
                outcome, text = "unsettled", f"{text} But {plain}"
            elif of_enough(outcome, fewest) != outcome:
                plain = f"too few requests of a side were measured, {fewest} of {FEWEST}. It takes {LONGER_LOAD}."
                outcome, text = "unsettled", f"{text} But {plain}"
            elif outcome == "unsettled":
                factor = times_within(row["ratio"], row["low"], row["high"], *allowed(limit))
                text += f" Not settled. {longer_run(load['profile']['seconds'], factor)}"
        yield Reason("capacity", metric, outcome, f"{said}: {text}", f"{said}: {plain}")


def _measured(row: Row) -> bool:
    return all(row[key] is not None and math.isfinite(row[key]) for key in ("ratio", "low", "high"))


def _ratio_in_words(load: Row, row: Row, limit: Limit) -> str:
    first, second = load["endpoints"]
    low, high = wording.ratio(row["low"]), wording.ratio(row["high"])
    return (
        f"{second['name']} {wording.load_value(second, row['metric'])}, "
        f"{first['name']} {wording.load_value(first, row['metric'])}: {wording.ratio(row['ratio'])} times "
        f"({load['confidence'] * 100:g} % interval {low} to {high}; {_limit_in_words(limit)})."
    )


def _limit_in_words(limit: Limit) -> str:
    ((rule, bound),) = limit.items()
    return {
        "at_most": f"at most {wording.ratio(bound)} is allowed",
        "at_least": f"at least {wording.ratio(bound)} is asked",
        "equal_within": f"must lie within a factor of {wording.ratio(1 + bound)} of equal",
    }[rule]


def _plain(outcome: Outcome, load: Row, row: Row, limit: Limit) -> str:
    first, second = (side["name"] for side in load["endpoints"])
    smallest, largest = allowed(limit)
    ask = f"{second}'s as a multiple of {first}'s"
    low, high = wording.ratio(row["low"]), wording.ratio(row["high"])
    if "equal_within" in limit:
        return by_range(ask, low, high, f"in {wording.ratio(smallest)} to {wording.ratio(largest)}")
    if "at_most" in limit:
        return by_interval(outcome, ask, high, low, f"at {wording.ratio(largest)} or below")
    return by_interval(outcome, ask, low, high, f"at {wording.ratio(smallest)} or above")
