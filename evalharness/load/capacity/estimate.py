"""What the probes of one endpoint come to: its capacity, with an interval; and how two capacities compare. Pure.

The interval needs no model of the queue: below is the highest level that a probe showed to be held, above the lowest
that one showed not to be, each at half of what the confidence leaves. The estimate between them is where a fit of the
misses meets those that are allowed: a straight line through the levels around, both on logarithmic scales, on which it
nearly is one in the queues that have a formula; where too few are around, an isotonic fit of all (Barlow RE and others
(1972), Statistical Inference under Order Restrictions).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from evalharness.load.capacity.search import Found, bracket
from evalharness.runs.summaries.parts import Estimate
from evalharness.stats.score import Floats

AROUND = 6.0
FEWEST = 3  # levels for a line


@dataclass(frozen=True, slots=True)
class Level:
    """A probe of so many requests, with its shares of hits, statement by statement, and how many independent requests
    each is worth."""

    found: Found
    requests: int
    shares: tuple[float, ...]
    effective: tuple[float, ...]


def capacity(levels: Sequence[Level], least: Sequence[float]) -> Estimate:
    """The highest level that keeps every statement's least share; 0 and infinity are ends that no probe has shown."""
    low, high = bracket([one.found for one in levels])
    fits = [_crossing(levels, column, asked) for column, asked in enumerate(least)]
    value = min(fits, default=math.inf)
    highest = max((one.found.level for one in levels), default=0.0)
    return Estimate(min(max(min(value, highest), low), high), low, high)


def ratio(first: Estimate, second: Estimate) -> Estimate | None:
    """The second's capacity as a multiple of the first's: all that both intervals allow. None where it is not known."""
    if not first.value or not second.value:
        return None
    return Estimate(
        second.value / first.value,
        second.low / first.high if math.isfinite(first.high) else 0.0,
        second.high / first.low if first.low else math.inf,
    )


def _crossing(levels: Sequence[Level], column: int, least: float) -> float:
    """Where one statement's share falls below what is asked; infinity where it nowhere does."""
    merged: dict[float, tuple[float, float]] = {}
    for one in levels:
        weight = max(one.effective[column], 1.0)
        misses, total = merged.get(one.found.level, (0.0, 0.0))
        # Half a miss more, so that none is not never.
        missed = 1 - one.shares[column] + 0.5 / (one.requests + 1)
        merged[one.found.level] = misses + missed * weight, total + weight
    places = np.array(sorted(merged))
    misses, weights = np.array([merged[level] for level in places]).T
    straight = _line(places, misses / weights, weights, 1 - least)
    if straight is not None:
        return straight
    shares = isotonic_regression(misses / weights, weights=weights, increasing=True).x
    beyond = np.flatnonzero(shares > 1 - least)
    if not beyond.size:
        return math.inf
    after = int(beyond[0])
    if not after:
        return float(places[0])
    before = after - 1
    x, y = np.log(places[before : after + 1]), np.log(shares[before : after + 1])
    return float(np.exp(np.interp(math.log(1 - least), y, x)))


def _line(places: Floats, shares: Floats, weights: Floats, allowed: float) -> float | None:
    """By weighted least squares through the levels whose misses are within AROUND of those allowed, either way.

    None where these do not lie on both sides of it, or are too few, or do not rise.
    """
    near = (shares > allowed / AROUND) & (shares < allowed * AROUND) & (shares < 1)
    x, y = np.log(places[near]), np.log(shares[near] / allowed)
    if len(x) < FEWEST or y.min() > 0 or y.max() < 0:
        return None
    trust = weights[near] * shares[near] / (1 - shares[near])  # the inverse of the variance of a logarithm of a share
    slope, height = np.polyfit(x - x.mean(), y, 1, w=np.sqrt(trust))
    if slope <= 0:
        return None
    found = float(np.exp(x.mean() - height / slope))
    return min(max(found, float(places[near].min())), float(places[near].max()))
