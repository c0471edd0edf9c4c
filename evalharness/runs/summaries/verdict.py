"""A verdict with its reasons, and the evidence that it rests on."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.summaries.judged import JudgeSummary, People
from evalharness.runs.summaries.load import LoadSummary
from evalharness.runs.summaries.parts import Outcome, Word, version_of
from evalharness.runs.typed import Part


@dataclass(frozen=True, slots=True)
class Reason(Part):
    """One criterion's outcome for one subject (a suite, a load metric, an endpoint), and the sentence why."""

    criterion: str
    subject: str
    outcome: Outcome
    text: str
    plain: Annotated[
        str, Field(description="The same for whoever knows no statistics, with the number that would change it.")
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictSummary(Part):
    """One verdict and the evidence that it rests on."""

    schema: Annotated[int, version_of("verdict")]
    kind: Literal["verdict"]
    verdict: Word
    reasons: tuple[Reason, ...]
    eval: EvalSummary
    load: LoadSummary | None
    judge: JudgeSummary | None
    people: People | None = None
    capacity: Annotated[
        CapacitySummary | None, Field(description="Only where the policy asks for a share of the base's capacity.")
    ] = None
