"""What a capacity run concludes: the highest load that each endpoint bears at a service level."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from evalharness.runs.rows.capacity import ProbeRow
from evalharness.runs.summaries.parts import Confidence, Estimate, MadeOf, Share, version_of
from evalharness.runs.typed import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed(Part):
    """The service level that was asked for (load/capacity/slo.py)."""

    name: str
    title: str
    source: str
    limits: Annotated[dict[str, float], Field(description="Seconds by latency and percentile, such as ttft_p95.")]
    errors: Share
    goodput: Share | None
    probe_seconds: float
    rate: Annotated[float | None, Field(description="What somebody published for it, in requests a second.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bears(Part):
    """What an endpoint bears at the service level, in the unit of the levels."""

    name: str
    capacity: Annotated[float | None, Field(description="null where no level was probed.")]
    low: Annotated[float, Field(description="The interval's lower end; 0 where nothing was shown to be held.")]
    high: Annotated[float | None, Field(description="Its upper end; null where nothing was shown not to be.")]

    @property
    def estimate(self) -> Estimate | None:
        return None if self.capacity is None else Estimate(self.capacity, self.low, _or_infinite(self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRatio(Part):
    """Second over first; `high` is null where nothing bounds it."""

    ratio: float
    low: float
    high: float | None

    @property
    def estimate(self) -> Estimate:
        return Estimate(self.ratio, self.low, _or_infinite(self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySummary(Part):
    """One capacity run: the highest load that each endpoint bears at a service level, probe by probe."""

    schema: Annotated[int, version_of("capacity")]
    kind: Literal["capacity"]
    agreed: Agreed
    arrivals: Annotated[str, Field(description="An arrival process, or a trace's path.")]
    unit: Annotated[str, Field(description="Of the levels: requests/s, or users of a closed loop.")]
    cache: Literal["cold", "warm"]
    endpoints: tuple[Bears, Bears]
    ratio: Annotated[CapacityRatio | None, Field(description="null where one of the two is not known.")]
    confidence: Confidence
    precision: Annotated[float, Field(description="Half of what an interval may be wide, as a share.")]
    seconds: Annotated[float, Field(description="How long both together were probed.")]
    whole: Annotated[bool, Field(description="Was all probed that the search wanted, before the time was up?")]
    probes: tuple[ProbeRow, ...]
    warnings: tuple[str, ...]
    rows: MadeOf = None


def _or_infinite(high: float | None) -> float:
    return math.inf if high is None else high
