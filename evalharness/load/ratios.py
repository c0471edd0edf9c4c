"""Second endpoint over first, as ratios with 95 % intervals. Pure, seeded, vectorised.

The intervals come from a hierarchical bootstrap (Kalibera and Jones, "Rigorous benchmarking in reasonable
time", ISMM 2013): first whole rounds are drawn anew, then the seconds within each. Single requests are not
drawn, since those of one moment share the server's batch and the machine's hiccups: taken for independent
witnesses they make an interval look far narrower than the next run would. The same rounds are drawn for both
endpoints, because the n-th round of one was run right beside the n-th of the other, and what the machine
suffered then falls out of the ratio. (scipy.stats.bootstrap draws single observations only.)

So few rounds make a bootstrap too sure: their spread is taken for the whole. The percentiles are widened for it as
Hesterberg has it ("What teachers should know about the bootstrap", The American Statistician 69, 2015, section
4.3.3: expanded percentile interval). Where two equal endpoints' rounds differ by 10 % and their seconds by 2 to
10 %, nominal 95 % intervals of ten rounds of two seconds held the true ratio in 94 to 97 of 100 simulated runs, not
widened in 89 to 94; four rounds of five seconds, not widened, in 79 to 88. Where seconds differ far more than rounds
they err on the wide side (98 to 99). tests/unit/evalharness/load/test_ratios.py repeats the first.
"""

import numpy as np
from scipy.special import ndtr, stdtrit

from evalharness.load.measure import Floats, Indices, Samples, percentile
from evalharness.runs.summaries import Ratio

CONFIDENCE = 0.95
RESAMPLES = 2000
LATENCY_RATIOS = {
    "ttft_p50": ("ttft", 50),
    "ttft_p95": ("ttft", 95),
    "tpot_p95": ("tpot", 95),
    "itl_p95": ("itl", 95),
    "e2e_p50": ("e2e", 50),
    "e2e_p95": ("e2e", 95),
}
RATE_RATIOS = {"output_tokens_per_s": "tokens", "requests_per_s": "finished"}
GRID = 2000  # so many values are told apart in resampling; more are rounded up, by 1/2000 in rank


def ratios(first: Samples, second: Samples, seed: int) -> tuple[Ratio, ...]:
    """One for each metric, its ratio and interval None where there is nothing to divide."""
    rng = np.random.default_rng(seed)
    rounds = len(first.rounds)
    drawn = rng.multinomial(rounds, np.full(rounds, 1 / rounds), size=RESAMPLES)
    below, above = (resampled(side, slice_weights(side.rounds, drawn, rng)) for side in (first, second))
    tail = expanded_tail(rounds)
    return tuple(
        ratio(metric, statistic(first, metric), statistic(second, metric), below[metric], above[metric], tail)
        for metric in below
    )


def expanded_tail(rounds: int) -> float:
    """The share of resamples to leave out at either end, so that `rounds` (two or more) cover CONFIDENCE."""
    student = stdtrit(rounds - 1, (1 - CONFIDENCE) / 2)
    return float(ndtr(student * np.sqrt(rounds / (rounds - 1))))


def ratio(metric: str, first: float | None, second: float | None, below: Floats, above: Floats, tail: float) -> Ratio:
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = above / below
    drawn = drawn[np.isfinite(drawn)]
    if not first or second is None or not drawn.size:
        return Ratio(metric=metric, ratio=None, low=None, high=None)
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Ratio(metric=metric, ratio=second / first, low=float(low), high=float(high))


def statistic(measured: Samples, metric: str) -> float | None:
    """The value whose ratio is taken, as it was measured."""
    if metric in LATENCY_RATIOS:
        name, q = LATENCY_RATIOS[metric]
        return percentile(measured.values[name], q)
    return float(getattr(measured, RATE_RATIOS[metric]).sum() / measured.seconds.sum())


def slice_weights(rounds: tuple[int, ...], drawn: Indices, rng: np.random.Generator) -> Floats:
    """How often each slice is drawn (resamples x slices), `drawn` being the same of each round."""
    return np.hstack(
        [
            rng.multinomial(times * slices, np.full(slices, 1 / slices))
            for slices, times in zip(rounds, drawn.T, strict=True)
        ]
    ).astype(float)


def resampled(measured: Samples, weights: Floats) -> dict[str, Floats]:
    """Each metric under each row of `weights`; NaN where no sample was drawn."""
    seconds = weights @ measured.seconds
    latencies = {
        metric: resampled_percentile(measured.values[name], measured.slices[name], weights, q)
        for metric, (name, q) in LATENCY_RATIOS.items()
    }
    return latencies | {metric: weights @ getattr(measured, field) / seconds for metric, field in RATE_RATIOS.items()}


def resampled_percentile(values: Floats, slices: Indices, weights: Floats, q: float) -> Floats:
    """The q-th percentile under each row of `weights`, by way of one histogram a slice."""
    if not values.size:
        return np.full(len(weights), np.nan)
    grid = np.unique(np.quantile(values, np.linspace(0, 1, GRID), method="inverted_cdf"))
    cells = slices * grid.size + np.searchsorted(grid, values)
    histogram = np.bincount(cells, minlength=weights.shape[1] * grid.size).reshape(-1, grid.size)
    cumulative = np.cumsum(weights @ histogram, axis=1)
    total = cumulative[:, -1:]
    found = grid[np.argmax(cumulative >= q / 100 * total, axis=1)]
    return np.where(total[:, 0] > 0, found, np.nan)
