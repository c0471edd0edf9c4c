"""What two eval runs of the same prompts show beside each other."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from evalharness.runs.summaries.parts import (
    Confidence,
    Count,
    Estimate,
    Failures,
    PValue,
    Share,
    Signed,
    estimated,
    version_of,
)
from evalharness.runs.typed import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSuite(Part):
    suite: str
    paired: Count
    old: Share | None
    new: Share | None
    difference: Annotated[Signed | None, Field(description="New minus old.")]
    low: Signed | None
    high: Signed | None
    p_value: PValue | None
    adjusted: Annotated[
        PValue | None, Field(description="p_value adjusted for the number of models tried, and of suites (Holm).")
    ]
    outcome: Literal["better", "worse", "same"] | None
    lost: Annotated[tuple[str, ...], Field(description="Prompts that only the old run's answer got right.")]
    gained: tuple[str, ...]
    failures: Failures

    @property
    def estimate(self) -> Estimate | None:
        """The difference; None without pairs."""
        return estimated(self.difference, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Part):
    name: str
    model: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedEndpoint(Part):
    role: Literal["tuned", "base"]
    sides: Annotated[tuple[Side, Side], Field(description="In the old run and in the new one.")]
    changed: Annotated[
        tuple[str, ...],
        Field(
            description="In what its server differed between the runs, as far as both recorded it; a new adapter aside."
        ),
    ]
    suites: tuple[ComparedSuite, ...]
    tried: Annotated[
        Count, Field(description="How many such models the finished runs beside these asked; `adjusted` pays for them.")
    ] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareSummary(Part):
    """Two eval runs of the same prompts, endpoint by endpoint."""

    schema: Annotated[int, version_of("compare")]
    kind: Literal["compare"]
    runs: Annotated[tuple[str, str], Field(description="The old run's folder and the new one's.")]
    confidence: Confidence
    compared: Annotated[Count, Field(description="Prompts that were compared.")]
    left_out: Annotated[
        dict[str, Count], Field(description="Run to the prompts of it that the other did not ask the same.")
    ]
    endpoints: tuple[ComparedEndpoint, ComparedEndpoint]
