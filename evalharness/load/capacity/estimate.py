"""What the probes of one endpoint come to: its capacity, with an interval; and how two capacities compare. Pure.

The logarithm of the odds of a miss rises with that of the load, in a straight line that crosses what is allowed at the
capacity. Every capacity and every slope counts for as much as it makes likely what all probes saw, all alike beforehand
(as thresholds of perception are found; Kontsevich LL, Tyler CW (1999), Vision Research 39:2729-2737). Each probe counts
with as many requests as its own are worth.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit

from evalharness.load.capacity.held import Judgement
from evalharness.runs.summaries.parts import Estimate, Probed
from evalharness.stats.score import Floats

SLOPES = np.geomspace(2, 200, 16)
"""Of the logarithms: from a capacity that fades away to one that is a cliff."""
PLACES = 400  # at which the capacity may lie,
BEYOND = math.log(4)  # up to so far beyond what was seen
LOOKED = 0.7  # of what an interval may err: the search looks at it after every probe, and stops where it is narrow
MEMORY = 1.0  # so many probes counts for what the latencies' memory says one is worth, beside what batches say
ALIKE = math.log(1.5)  # their levels are no further apart than that from the middle one
GLANCED = 5.0  # requests at most is a glance worth


@dataclass(frozen=True, slots=True)
class Level:
    """What a probe has shown, statement by statement: its share of hits, and how many independent requests that is
    worth. `leaning`: more likely held than not. `quick`: it was a glance, which stops as soon as it leans. `hopeless`:
    its queue only grew, so that all would have missed in the end.
    """

    level: float
    outcome: Probed
    leaning: bool
    shares: tuple[float, ...]
    effective: tuple[float, ...]
    variances: tuple[float, ...]
    quick: bool = False
    hopeless: bool = False

    @classmethod
    def of(cls, level: float, judged: Judgement, quick: bool = False, hopeless: bool = False) -> "Level":
        shares, effective, variances = zip(
            *((one.share, one.effective, one.variance) for one in judged.shares), strict=True
        )
        return cls(level, judged.outcome, judged.leaning, shares, effective, variances, quick, hopeless)


def capacity(levels: Sequence[Level], least: Sequence[float], confidence: float) -> Estimate:
    """The highest level that keeps every statement's least share; 0 and infinity are ends that no probe has shown."""
    leaning = [one.level for one in levels if one.leaning]
    up = [one.level for one in levels if one.leaning and all(one.effective)]
    down = [one.level for one in levels if not one.leaning]
    if not up or not down:
        held = max((one.level for one in levels if one.outcome == "held"), default=0.0)
        failed = min((one.level for one in levels if one.outcome == "failed"), default=math.inf)
        return Estimate(min(max(leaning, default=min(down, default=0.0)), failed), held, failed)
    tail = (1 - confidence) / 2 * LOOKED
    quantiles = np.array([tail, 0.5, 1 - tail / len(least)])  # the first of several that gives way is the lowest
    found = [_knee(levels, column, asked, quantiles) for column, asked in enumerate(least)]
    low, value, high = np.min(found, axis=0)
    return Estimate(float(value), float(low), float(high))


def ratio(first: Estimate, second: Estimate) -> Estimate | None:
    """The second's capacity as a multiple of the first's, as unsure as both together. None where it is not known.

    The squares of how far the ends are, as logarithms, add up (Zou GY, Donner A (2008), Construction of confidence
    limits about effect measures: a general approach, Statistics in Medicine 27:1693-1702).
    """
    if not first.value or not second.value:
        return None
    value = second.value / first.value
    below = math.hypot(_apart(second.low, second.value), _apart(first.value, first.high))
    above = math.hypot(_apart(second.value, second.high), _apart(first.low, first.value))
    return Estimate(value, value * math.exp(-below), value * math.exp(above))


def _apart(low: float, high: float) -> float:
    return math.log(high / low) if low else math.inf


def _knee(levels: Sequence[Level], column: int, least: float, quantiles: Floats) -> Floats:
    """Quantiles of where one statement's share falls below what is asked; infinity where it nowhere does."""
    places = np.log([one.level for one in levels])
    shares = np.array([0.0 if one.hopeless else one.shares[column] for one in levels])
    worth = _worth(levels, column, places, least)
    missing = shares < least
    if not missing.any():
        return np.full(len(quantiles), math.inf)
    kept, missed = places[~missing].max(initial=places.min()), places[missing].min()
    knees = np.linspace(min(missed - BEYOND, kept), max(kept + BEYOND, missed), PLACES)
    odds = math.log((1 - least) / least) + SLOPES[:, None, None] * (places - knees[:, None])
    likelihood = log_expit(odds) @ worth - odds @ (worth * shares)  # of a hit: that of a miss, less the odds
    mass = np.exp(likelihood - likelihood.max()).sum(axis=0)
    return np.exp(np.interp(quantiles, np.cumsum(mass) / mass.sum(), knees))


def _worth(levels: Sequence[Level], column: int, places: Floats, least: float) -> Floats:
    """Of each probe, how many independent requests.

    Those that were not settled in all their time are near the capacity and equally long, so one is worth what the other
    is, and their batches tell it together: by itself, each that happened to see few misses would count for more. While
    they saw few in all, what they are worth says it: as one more probe that missed what it may.
    """
    # Of a queue that only grew misses are foreseen, not seen: that is worth no more than a glance.
    most = [GLANCED if one.quick or one.hopeless else math.inf for one in levels]
    worth = np.minimum([one.effective[column] for one in levels], most)
    near = np.array([one.outcome == "unsettled" and not one.quick for one in levels])
    if near.any():
        near &= np.abs(places - np.median(places[near])) < ALIKE
    shares = np.array([one.shares[column] for one in levels])[near]
    variances = np.array([one.variances[column] for one in levels])[near]
    if near.any() and (remembered := float(np.median(worth[near]))):
        of_one = MEMORY * least * (1 - least)
        worth[near] = ((shares * (1 - shares)).sum() + of_one) / (variances.sum() + of_one / remembered)
    return worth
