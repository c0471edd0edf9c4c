"""The centre of paired differences, which no outlier moves far, and its interval: Hodges-Lehmann and Wilcoxon. Pure.

Hodges JL, Lehmann EL (1963), Estimates of location based on rank tests, Annals of Mathematical Statistics 34:598-611.

The interval holds exactly where each difference is as likely to have either sign about the centre, whatever its size
and that of its neighbours. It is so by design where the order within each pair is drawn anew: what comes and goes on
the machine then falls on the first or the second by a coin's toss. What hits one of the two for several pairs in a row
is seen as autocorrelation, and widens the interval.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtri, stdtrit

from evalharness.stats.autocorrelation import inflation
from evalharness.stats.score import Floats

EXACT = 60  # differences up to which the null distribution is counted out; beyond, the normal one is as good
HALVINGS = 60


@dataclass(frozen=True)
class Centre:
    """Hodges-Lehmann's estimate and its interval, which is infinite where there are too few differences for any."""

    estimate: float
    low: float
    high: float


def centre(differences: Floats, confidence: float) -> Centre:
    """Of paired differences, in the order in which they were measured (at least one)."""
    ordered = np.sort(differences)
    averages = _averages(ordered.size)
    reach = float(reach_of(differences, confidence))
    rank = averages - np.floor(averages / 2 + reach)
    middle = (_average(ordered, (averages + 1) // 2) - _average(-ordered[::-1], (averages + 1) // 2)) / 2
    if rank < 1:
        return Centre(middle, -np.inf, np.inf)
    return Centre(middle, _average(ordered, rank), -_average(-ordered[::-1], rank))


def reach_of(differences: Floats, confidence: float) -> Floats:
    """How far from its expectation the statistic of a value that the interval holds can be (one of each series).

    Where the differences (… x n) are autocorrelated, as many as n / inflation independent ones would be worth them.
    """
    count = differences.shape[-1]
    inflated = inflation(differences)
    fewer = np.maximum(count / inflated - 1, 0.5)
    upper = (1 + confidence) / 2
    student = np.where(inflated > 1, stdtrit(fewer, upper) / stdtrit(max(count - 1, 0.5), upper), 1.0)
    return np.asarray(_reach(count, confidence) * np.sqrt(inflated) * student)


def statistic(differences: Floats, value: float) -> Floats:
    """Wilcoxon's statistic of each series (… x n) less its expectation: above 0 if the centre is above `value`."""
    distances = differences - value
    ranks = np.abs(distances).argsort(axis=-1).argsort(axis=-1) + 1
    return np.asarray((ranks * (distances > 0)).sum(axis=-1) - _averages(differences.shape[-1]) / 2)


@lru_cache
def _reach(count: int, confidence: float) -> float:
    """Of `count` independent differences; infinite where even the outermost value of the statistic is not rare."""
    tail = (1 - confidence) / 2
    if count > EXACT:
        return float(-ndtri(tail) * np.sqrt(count * (count + 1) * (2 * count + 1) / 24))
    below = int(np.searchsorted(np.cumsum(_chances(count)), tail, side="right"))
    return _averages(count) / 2 - below + 0.5 if below else np.inf


def _chances(count: int) -> Floats:
    """How likely each sum of the ranks 1 to `count` is, if a coin decides of each whether it is in the sum."""
    found = np.ones(1)
    for rank in range(1, count + 1):
        found = (np.pad(found, (0, rank)) + np.pad(found, (rank, 0))) / 2
    return found


def _averages(count: int) -> float:
    """The number of Walsh averages: of each difference with each, itself included."""
    return count * (count + 1) / 2


def _average(ordered: Floats, rank: float) -> float:
    """The `rank`-th smallest Walsh average (from 1), found by halving: there may be millions of them."""
    low, high = float(ordered[0]), float(ordered[-1])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        # Each average of two is counted twice, that of one with itself once.
        twice = int(np.searchsorted(ordered, 2 * middle - ordered, side="right").sum())
        themselves = int(np.searchsorted(ordered, middle, side="right"))
        if (twice + themselves) / 2 >= rank:
            high = middle
        else:
            low = middle
    return high
