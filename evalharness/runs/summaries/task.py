"""A task of lm-evaluation-harness, in its own numbers."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from evalharness.runs.summaries.parts import version_of
from evalharness.runs.typed import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMetric(Part):
    value: Any
    stderr: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSummary(Part):
    """One task of lm-evaluation-harness, in its own numbers."""

    schema: Annotated[int, version_of("lm-eval")]
    kind: Literal["lm-eval"]
    task: str
    results: Annotated[dict[str, dict[str, TaskMetric]], Field(description="Endpoint to metric to its value.")]
