"""The row of a text that a model has reworded. It knows neither the kinds of variants nor what becomes of it."""

from dataclasses import dataclass

from evalharness.runs.rows.parts import Error, Messages
from evalharness.runs.typed import Json, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class RewordedRow(Part):
    """What a model made of a text, as `perturb` keeps it beside the suite and `augment` beside the pool: under a digest
    of the whole question."""

    question: str
    model: str
    messages: Messages
    max_tokens: int
    seed: int
    temperature: float
    top_p: float
    presence_penalty: float
    frequency_penalty: float
    answer: str | None
    finish_reason: str | None
    usage: Json | None
    started: float
    seconds: float
    attempts: int
    error: Error | None
