"""The rows of a load: its requests and blocks, and the faults that `chaos` made while it ran.

They do not know how load is made, nor how fast anything was.
"""

from dataclasses import dataclass
from typing import Literal

from evalharness.runs.rows.parts import Error
from evalharness.runs.typed import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow(Part):
    """A row of requests.jsonl. `chunks`: when each chunk of output came, in seconds since the request was sent.

    One that was `cut` was under way when the load was over, and is no error of the endpoint.
    """

    endpoint: str
    pair: int
    prompt: str
    phase: Literal["warmup", "measured", "cut"]
    started: float
    first_token: float | None
    seconds: float
    prompt_tokens: int | None
    output_tokens: int | None
    finish_reason: str | None
    error: Error | None
    chunks: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow(Part):
    """A row of blocks.jsonl: one side of a pair, from its first request to the end of its last answer.

    With it the load generator's CPU time in it.
    """

    endpoint: str
    pair: int
    phase: Literal["warmup", "measured"]
    started: float
    seconds: float
    client_cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow(Part):
    """A row of faults.jsonl: what was done to which server while load ran, in seconds since 1970."""

    fault: str
    server: str
    began: float
    ended: float
