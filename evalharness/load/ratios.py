"""Second endpoint over first, as ratios with intervals, from pairs of blocks. Pure.

Of each pair, or of so many in a row, one ratio is taken; judged is the centre of their logarithms and its interval
(stats/signed_rank.py). What the machine suffered in both blocks of a pair falls out of its ratio, and a block that was
hit alone is one of many. Medians and rates need one pair for a ratio. A tail needs so many that TAIL requests of each
side lie beyond the percentile, or it would be little else than a maximum.
"""

import math
from collections.abc import Sequence

import numpy as np

from evalharness.load.measure import Block, Pair, percentile, rate, samples
from evalharness.runs.summaries.load import Ratio
from evalharness.stats import signed_rank
from evalharness.stats.score import Floats

LATENCY_RATIOS: dict[str, tuple[str, float]] = {
    "ttft_p50": ("ttft", 50),
    "ttft_p95": ("ttft", 95),
    "tpot_p95": ("tpot", 95),
    "itl_p95": ("itl", 95),
    "e2e_p50": ("e2e", 50),
    "e2e_p95": ("e2e", 95),
}
RATE_RATIOS = {"output_tokens_per_s": "tokens", "requests_per_s": "requests"}
METRICS = (*LATENCY_RATIOS, *RATE_RATIOS)
TAIL = 5


def pairs_a_ratio(metric: str, users: int) -> int:
    """How many pairs of blocks of so many users each are pooled for one ratio."""
    _, q = LATENCY_RATIOS.get(metric, ("", 50))
    return math.ceil(100 * TAIL / ((100 - q) * users) - 1e-9) if q > 50 else 1


def ratio(pairs: Sequence[Pair], metric: str, users: int, confidence: float) -> Ratio:
    """Of whole pairs in the order in which they were measured. An interval takes more of them than a ratio does."""
    pooled = pairs_a_ratio(metric, users)
    logs = log_ratios(pairs, metric, pooled)
    found = signed_rank.centre(logs, confidence) if logs.size else None
    return Ratio(
        metric=metric,
        ratio=_times(found.estimate) if found else None,
        low=_times(found.low) if found else None,
        high=_times(found.high) if found else None,
        ratios=logs.size,
        pairs_a_ratio=pooled,
    )


def _times(log: float) -> float | None:
    return math.exp(log) if math.isfinite(log) else None


def log_ratios(pairs: Sequence[Pair], metric: str, pooled: int) -> Floats:
    """One of every so many pairs; pairs that are left over wait for more, and what cannot be divided is left out."""
    found = []
    for start in range(0, len(pairs) - pooled + 1, pooled):
        firsts, seconds = zip(*pairs[start : start + pooled], strict=True)
        below, above = statistic(firsts, metric), statistic(seconds, metric)
        if below and above:
            found.append(math.log(above / below))
    return np.array(found)


def statistic(blocks: Sequence[Block], metric: str) -> float | None:
    if metric in LATENCY_RATIOS:
        latency, q = LATENCY_RATIOS[metric]
        return percentile(samples(blocks, latency), q)
    return rate(blocks, RATE_RATIOS[metric])
