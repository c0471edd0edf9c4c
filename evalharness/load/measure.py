"""Rows of a load → what was measured of each endpoint. Pure: rows in, numbers out.

Definitions, in seconds from the moment a request is sent:
    ttft  time to first token: to the first chunk of output
    itl   inter-token latency: each gap between two chunks of an answer
    tpot  time per output token: (last chunk - first chunk) / (output tokens - 1)
    e2e   to the end of the answer

output_tokens_per_s and requests_per_s are what all of a block's users were given, over the time from the first request
of the block to the last answer's end. Failed requests bring nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evalharness.runs.rows.load import BlockRow, RequestRow

Samples = NDArray[np.floating[Any]]

LATENCIES = ("ttft", "itl", "tpot", "e2e")

# There are as many gaps as tokens: those of a million requests take half the memory so, right to some nanoseconds.
KEPT_AS = {"itl": np.float32}
DIGITS = 9  # after the point, of what is told of them in seconds


@dataclass(frozen=True)
class Block:
    """One side's part of a pair: its length in seconds, what it brought in it, and samples of every latency."""

    seconds: float
    tokens: float
    requests: float
    values: dict[str, Samples]


Pair = tuple[Block, Block]
"""One block of each endpoint, run right after each other, with the same questions."""


def latencies(row: RequestRow) -> dict[str, Samples]:
    """The samples of one successful request."""
    chunks, tokens = np.array(row.chunks), row.output_tokens or 0
    tpot = [(chunks[-1] - chunks[0]) / (tokens - 1)] if tokens > 1 else []
    return {
        "ttft": chunks[:1],
        "itl": np.diff(chunks),
        "tpot": np.array(tpot),
        "e2e": np.array([row.seconds]),
    }


def measured_block(rows: Iterable[RequestRow], block: BlockRow) -> Block:
    """What one block measured; `rows` are its requests."""
    answered = [row for row in rows if not row.error]
    samples = [latencies(row) for row in answered]
    return Block(
        seconds=block.seconds,
        tokens=sum(row.output_tokens or 0 for row in answered),
        requests=len(answered),
        values={name: _joined(name, [one[name] for one in samples]) for name in LATENCIES},
    )


def samples(blocks: Sequence[Block], latency: str) -> Samples:
    return _joined(latency, [block.values[latency] for block in blocks])


def _joined(latency: str, found: Sequence[Samples]) -> Samples:
    kept_as = KEPT_AS.get(latency, np.float64)
    return np.concatenate([np.empty(0, kept_as), *found], dtype=kept_as, casting="same_kind")


def percentile(values: Samples, q: float) -> float | None:
    """The smallest sample that at least q % of the samples do not exceed; None without samples."""
    return _told(np.percentile(values, q, method="inverted_cdf")) if values.size else None


def percentiles(values: Samples, of: Sequence[float]) -> dict[str, float | None]:
    """`percentile` of each, as p50 and so on; `values` are out of order afterwards: a copy of a million requests' gaps
    is a quarter of a gigabyte.
    """
    if not values.size:
        return {f"p{q:g}": None for q in of}
    found = np.percentile(values, of, method="inverted_cdf", overwrite_input=True)
    return {f"p{q:g}": _told(value) for q, value in zip(of, found, strict=True)}


def _told(value: np.floating[Any]) -> float:
    return round(float(value), DIGITS) if isinstance(value, np.float32) else float(value)


def rate(blocks: Sequence[Block], amount: str) -> float | None:
    """`tokens` or `requests` per second of blocks; None without blocks."""
    seconds = sum(block.seconds for block in blocks)
    return float(sum(getattr(block, amount) for block in blocks) / seconds) if seconds else None
