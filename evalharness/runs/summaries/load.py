"""What a load run concludes of two endpoints under the same load: summary.json."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from evalharness.runs.summaries.parts import Confidence, Count, Estimate, MadeOf, Share, estimated, version_of
from evalharness.runs.typed import Part

PERCENTILES = (50, 90, 95, 99, 99.9)
Percentiles = Annotated[dict[str, float | None], Field(description="Seconds by percentile, such as p95.")]

# Of a load's profile: what one machine can generate, and what a person would wait for, with room to spare.
LIMITS = {
    "users": (1, 1024),
    "seconds": (1, 3600),
    "warmup_seconds": (0, 600),
    "output_tokens": (2, 8192),  # a time per output token needs two of them
    "seed": (0, 2**32 - 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Part):
    """What load was put on each endpoint (load/profile.py)."""

    users: Count
    seconds: float
    warmup_seconds: float
    output_tokens: Count
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointLoad(Part):
    """What was measured of one endpoint (load/measure.py has the definitions)."""

    name: str
    requests: Count
    errors: Annotated[dict[str, Count], Field(description="Kind of error to a count.")]
    error_rate: Share | None
    seconds: float
    requests_per_s: float
    output_tokens_per_s: float
    ttft: Percentiles
    itl: Percentiles
    tpot: Percentiles
    e2e: Percentiles

    def __post_init__(self) -> None:
        wanted = {f"p{q:g}" for q in PERCENTILES}
        if any(found.keys() != wanted for found in (self.ttft, self.itl, self.tpot, self.e2e)):
            raise ValueError(f"a latency has other percentiles than {', '.join(sorted(wanted))}")

    def value(self, metric: str) -> float | None:
        """By a metric's name, such as `ttft_p95` or `requests_per_s`."""
        latency, _, percentile = metric.rpartition("_")
        found: float | None = getattr(self, latency)[percentile] if hasattr(self, latency) else getattr(self, metric)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Part):
    """Second over first: the centre of the ratios of so many pairs of blocks, or of so many times so many."""

    metric: str
    ratio: Annotated[float | None, Field(description="Second over first; null where there is nothing to divide.")]
    low: Annotated[float | None, Field(description="null where there are too few ratios for an interval.")]
    high: float | None
    ratios: Annotated[Count, Field(description="How many the interval rests on.")]
    pairs_a_ratio: Annotated[Count, Field(description="How many pairs of blocks each of them is of.")]

    @property
    def estimate(self) -> Estimate | None:
        return estimated(self.ratio, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSummary(Part):
    """One load run: the same load on both endpoints in turn, block by block."""

    schema: Annotated[int, version_of("load")]
    kind: Literal["load"]
    profile: Profile
    endpoints: tuple[EndpointLoad, EndpointLoad]
    seconds: Annotated[float, Field(description="How long both together were under load, warm-up aside.")]
    pairs: Annotated[Count, Field(description="Pairs of blocks, one of each endpoint, that the ratios are of.")]
    ratios: tuple[Ratio, ...]
    confidence: Confidence
    invalid: Annotated[tuple[str, ...], Field(description="Why the figures compare nothing.")]
    warnings: tuple[str, ...]
    rows: MadeOf = None
