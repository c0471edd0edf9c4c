"""Capacity at a service level: does the tuned model bear what the policy asks of the base's. Optional in a policy.

It knows a capacity run's summary, nothing of how levels were probed.
"""

import math
from collections.abc import Iterator

from evalharness import wording
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.plain import by_interval
from evalharness.verdict.criteria.statement import within
from evalharness.verdict.policy import Policy

CRITERION = "capacity at a service level"


def service_level(found: CapacitySummary | None, policy: Policy) -> Iterator[Reason]:
    """A reason, if the policy says what share of the base's capacity the tuned model has to bear."""
    if policy.capacity is None:
        return
    least = policy.capacity["at_least"]
    if found is None or found.ratio is None:
        what = "no capacity run of these two models" if found is None else "what both bear was not found"
        text = f"{what}. A capacity run (make capacity) settles it."
        yield Reason(CRITERION, "ratio", "unsettled", text, text)
        return
    first, second = (side.name for side in found.endpoints)
    value, low, high = found.ratio.estimate
    outcome = within(least, math.inf, low, high)
    ends = f"{wording.ratio(low)} to {wording.ratio(high) if math.isfinite(high) else 'no end'}"
    text = (
        f"at {found.agreed.name} {second} bears {wording.ratio(value)} times what {first} does ({ends}; at least "
        f"{wording.ratio(least)} is asked)."
    )
    if outcome == "unsettled":
        text += f" Not settled. It takes {wording.LONGER_CAPACITY}."
    ask = f"what {second} bears, as a multiple of what {first} does"
    best = wording.ratio(high) if math.isfinite(high) else "anything"
    plain = by_interval(outcome, ask, wording.ratio(low), best, f"at {wording.ratio(least)} or above")
    yield Reason(CRITERION, "ratio", outcome, text, plain)
