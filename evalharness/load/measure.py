"""Request rows → what was measured of each endpoint. Pure: rows in, numbers out.

Definitions, in seconds from the moment a request is sent:
    ttft  time to first token: to the first chunk of output
    itl   inter-token latency: each gap between two chunks of an answer
    tpot  time per output token: (last chunk - first chunk) / (output tokens - 1)
    e2e   to the end of the answer
They are of the requests sent within the measured windows, to their end even if that lies outside.

output_tokens_per_s and requests_per_s are what arrived, or was completed, within the windows over the
windows' length: requests sent in the warm-up count with what they brought inside, requests in flight at the
end with what they brought until then. Failed requests bring nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalharness.runs.rows import RequestRow, RoundRow
from evalharness.runs.summaries import EndpointLoad

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

LATENCIES = ("ttft", "itl", "tpot", "e2e")
PERCENTILES = (50, 90, 95, 99)
MOST_SLICES = 24  # a round; more only make the bootstrap slower


@dataclass(frozen=True)
class Samples:
    """What was measured in windows cut into slices of a second (long rounds: into MOST_SLICES).

    `seconds`, `tokens` and `finished` have one entry a slice: its length, the output tokens that arrived,
    the requests that ended in it. `values[latency]` (seconds) and `slices[latency]` run parallel: a sample,
    and the slice in which its request was sent. `rounds` says how many of the slices, in turn, are each
    round's.
    """

    rounds: tuple[int, ...]
    seconds: Floats
    tokens: Floats
    finished: Floats
    values: dict[str, Floats]
    slices: dict[str, Indices]


def latencies(row: RequestRow) -> dict[str, Floats]:
    """The samples of one successful request."""
    chunks, tokens = np.array(row.chunks), row.output_tokens or 0
    tpot = [(chunks[-1] - chunks[0]) / (tokens - 1)] if tokens > 1 else []
    return {
        "ttft": chunks[:1],
        "itl": np.diff(chunks),
        "tpot": np.array(tpot),
        "e2e": np.array([row.seconds]),
    }


def samples_of_round(rows: Sequence[RequestRow], window: RoundRow) -> Samples:
    """What one round measured; `window` is its row of rounds.jsonl (unix start, length in seconds)."""
    count = min(MOST_SLICES, max(1, round(window.seconds)))
    edges = np.linspace(0, window.seconds, count + 1)
    arrivals, tokens, ends = [np.empty(0)], [np.empty(0)], []
    values: dict[str, list[Floats]] = {name: [np.empty(0)] for name in LATENCIES}
    slices: dict[str, list[Indices]] = {name: [np.empty(0, np.int64)] for name in LATENCIES}
    for row in rows:
        if row.error:
            continue
        sent = row.started - window.started
        chunks = len(row.chunks)
        arrivals.append(sent + np.array(row.chunks))
        # A chunk can hold several tokens, and only the whole answer's are known.
        tokens.append(np.full(chunks, (row.output_tokens or 0) / chunks))
        ends.append(sent + row.seconds)
        if row.phase == "measured":
            place = min(count - 1, max(0, int(np.searchsorted(edges, sent, "right")) - 1))
            for name, found in latencies(row).items():
                values[name].append(found)
                slices[name].append(np.full(found.size, place))
    return Samples(
        rounds=(count,),
        seconds=np.diff(edges),
        tokens=np.histogram(np.concatenate(arrivals), edges, weights=np.concatenate(tokens))[0],
        finished=np.histogram(ends, edges)[0].astype(float),
        values={name: np.concatenate(parts) for name, parts in values.items()},
        slices={name: np.concatenate(parts) for name, parts in slices.items()},
    )


def pooled(rounds: Sequence[Samples]) -> Samples:
    """Several rounds as one, their slices numbered on."""
    offsets = np.cumsum([0, *(part.seconds.size for part in rounds)])
    return Samples(
        rounds=tuple(count for part in rounds for count in part.rounds),
        seconds=np.concatenate([part.seconds for part in rounds]),
        tokens=np.concatenate([part.tokens for part in rounds]),
        finished=np.concatenate([part.finished for part in rounds]),
        values={name: np.concatenate([part.values[name] for part in rounds]) for name in LATENCIES},
        slices={
            name: np.concatenate([part.slices[name] + offset for part, offset in zip(rounds, offsets, strict=False)])
            for name in LATENCIES
        },
    )


def percentile(values: Floats, q: float) -> float | None:
    """The smallest sample that at least q % of the samples do not exceed; None without samples."""
    return float(np.percentile(values, q, method="inverted_cdf")) if values.size else None


def figures(name: str, rows: Sequence[RequestRow], measured: Samples) -> EndpointLoad:
    """One endpoint's entry in summary.json; `rows` are all its requests."""
    counted = [row for row in rows if row.phase == "measured"]
    errors = Counter(row.error.kind for row in counted if row.error)
    seconds = float(measured.seconds.sum())
    return EndpointLoad(
        name=name,
        requests=len(counted),
        errors=dict(errors),
        error_rate=errors.total() / len(counted) if counted else None,
        seconds=seconds,
        requests_per_s=float(measured.finished.sum()) / seconds,
        output_tokens_per_s=float(measured.tokens.sum()) / seconds,
        **{latency: {f"p{q}": percentile(measured.values[latency], q) for q in PERCENTILES} for latency in LATENCIES},
    )
