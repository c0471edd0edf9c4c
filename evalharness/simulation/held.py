"""Which simulated rows hold which criterion of the verdict: one list, so that a criterion without any is noticed."""

from collections.abc import Mapping
from functools import cache

from evalharness.simulation import bounds, capacity, table

COUNTED: Mapping[str, str] = {
    "answered": "errors and missing rows are counted; what they could hide is simulated with each suite's criterion",
    "fair fight": "what two servers say of themselves is compared",
    "gain": "it is met by a suite's own criterion and by nothing else",
    "no loss shown": "it is failed just where the suite's own criterion is, and met otherwise",
    "quality": "it is there where no suite is judged at all",
}
"""Criteria with no chance in them, and why there is nothing to simulate."""


@cache
def rows() -> dict[str, list[str]]:
    """Criterion -> the rows of the tables that hold it."""
    found: dict[str, list[str]] = {}
    for bound in bounds.cases():
        found.setdefault(bound.criterion, []).append(f"{bound.about}, {bound.witnesses}")
    found["capacity at a service level"] = [queue.name for queue in capacity.cases()]
    for case in table.cases():
        for criterion in table.holds(case):
            found.setdefault(criterion, []).append(f"{case.world}, {case.correlation}, {case.prompts}")
    return found
