"""Where a policy asks for it, the ratio of the capacities is held against it by its whole interval."""

from dataclasses import replace

import pytest

from evalharness.runs.summaries.capacity import Agreed, Bears, CapacityRatio, CapacitySummary
from evalharness.runs.summaries.parts import Outcome
from evalharness.runs.versions import SCHEMAS
from evalharness.verdict.criteria.service_level import service_level
from evalharness.verdict.policy import Policy, read_policy, shipped

ASKED = Policy(version=1, quality="by-purpose", max_error_rate=0.01, capacity={"at_least": 0.8})


def found(ratio: CapacityRatio | None) -> CapacitySummary:
    return CapacitySummary(
        schema=SCHEMAS["capacity"],
        kind="capacity",
        agreed=Agreed(
            name="local",
            title="",
            source="",
            limits={"ttft_p95": 0.5},
            errors=0.05,
            goodput=None,
            probe_seconds=24,
            rate=None,
        ),
        arrivals="poisson",
        unit="requests/s",
        cache="cold",
        endpoints=(
            Bears(name="base", capacity=10, low=9, high=11),
            Bears(name="tuned", capacity=9.5, low=9, high=11),
        ),
        ratio=ratio,
        confidence=0.95,
        precision=0.1,
        seconds=100,
        whole=True,
        probes=(),
        warnings=(),
    )


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [(0.82, 1.2, "met"), (0.82, None, "met"), (0.7, 1.2, "unsettled"), (0.4, 0.75, "failed")],
)
def test_the_whole_interval_of_the_ratio_decides(low: float, high: float | None, outcome: Outcome) -> None:
    (reason,) = service_level(found(CapacityRatio(ratio=low + 0.1, low=low, high=high)), ASKED)
    assert reason.outcome == outcome
    assert "at least 0.80 is asked" in reason.text


def test_without_a_capacity_run_nothing_is_settled_and_without_a_limit_nothing_is_asked() -> None:
    assert [reason.outcome for reason in service_level(None, ASKED)] == ["unsettled"]
    assert [reason.outcome for reason in service_level(found(None), ASKED)] == ["unsettled"]
    assert list(service_level(None, replace(ASKED, capacity=None))) == []
    assert read_policy(shipped(against_itself=False)).capacity is None
