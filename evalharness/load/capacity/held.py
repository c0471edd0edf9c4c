"""Is a level of load held? What one probe has shown so far: held, failed, or not settled. Pure.

Requests of one moment stand in the same queue, so they are no independent witnesses. Two things tell what they are
worth: how much the means of batches of them differ, which follow each other (batch means; Law AM (2015), Simulation
Modeling and Analysis, 5th edition, section 9.5.3), and how long the queue remembers, which shows in the latencies
before the first is missed.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, t

from evalharness.runs.summaries.parts import Probed
from evalharness.stats import sequential
from evalharness.stats.autocorrelation import inflation

BATCHES = 10
WARM = 0.2  # of a probe's requests, its first, count for nothing: the queue has to come to its usual length
LOOKS = (0.125, 0.25, 0.5, 1.0)
"""At which shares of its longest time a probe is judged. Each has an interval of its own confidence, so that all looks
together err no more often than one would (stats/sequential.py)."""
GLANCE = 0.0625  # at which share of it is seen where a level leans that is only on the way, and nothing more
LONGER = 1.5  # so many times the usual spell lasts one that ends in misses
FAR = 1e6  # limits: a request that never ended
QUEUE = 10  # requests at least; that fewer come to be under way is chance
HOPELESS = 2.0  # who comes when the queue is worth so many times what is granted, and grew all along, will miss

NEAR = 0.25  # of a limit: how quick the quicker ones are says nothing of how misses keep company


@dataclass(frozen=True, slots=True)
class Series:
    """Of one statement, by request in order of the scheduled times: did it hit, and how near to its limit did it come.

    `strain` is latency over limit, infinite of a request that was not answered.
    """

    hits: NDArray[np.bool_]
    strain: NDArray[np.float64]

    def after(self, first: int) -> "Series":
        return Series(self.hits[first:], self.strain[first:])


@dataclass(frozen=True, slots=True)
class Share:
    """How large a share of requests hits, with its interval; `effective`: so many independent ones it is worth, as far
    as it can tell by itself, `variance`: of the share, by its batches."""

    share: float
    low: float
    high: float
    effective: float
    variance: float

    def outcome(self, least: float) -> Probed:
        if self.low >= least:
            return "held"
        return "failed" if self.high < least else "unsettled"


NOTHING = Share(0.0, 0.0, 1.0, 0.0, 0.0)


@lru_cache
def confidences(confidence: float) -> list[float]:
    """Of each look's interval, for all together to have this one."""
    return sequential.confidences(LOOKS, alpha=1 - confidence, spending=sequential.early)


def share_of(series: Series, confidence: float) -> Share:
    """Of one statement, the warm-up aside.

    The interval is the wider, at either end, of Student's over batches, made wider where neighbouring batches are
    alike, and the exact one of as many independent requests as these are worth (Clopper and Pearson): where no batch
    has a miss, the first would know everything.
    """
    each = len(series.hits) // BATCHES
    if not each:  # what it saw says which way to look next, and is worth nothing
        return replace(NOTHING, share=float(series.hits.mean())) if len(series.hits) else NOTHING
    series = series.after(len(series.hits) - each * BATCHES)
    used = series.hits
    batches = used.reshape(BATCHES, each).mean(axis=1)
    share = float(batches.mean())
    deviations = batches - share
    squares = float(deviations @ deviations)
    variance = squares / (BATCHES - 1) / BATCHES
    if squares:
        alike = float(deviations[1:] @ deviations[:-1]) / squares + 1 / BATCHES  # less its bias
        variance *= max(1.0, (1 + alike) / max(1 - alike, 0.1))
    independent = share * (1 - share) / len(used)
    remembered = 1 + LONGER * (float(inflation(np.maximum(np.minimum(series.strain, FAR), NEAR))) - 1)
    effective = len(used) * min(1 / remembered, independent / variance if variance else 1.0)
    reach = float(t.ppf((1 + confidence) / 2, BATCHES - 1)) * math.sqrt(variance)
    low, high = _exact(share, effective, confidence)
    return Share(share, max(0.0, min(low, share - reach)), min(1.0, max(high, share + reach)), effective, variance)


def _exact(share: float, count: float, confidence: float) -> tuple[float, float]:
    tail, met = (1 - confidence) / 2, share * count
    low = float(beta.ppf(tail, met, count - met + 1)) if met > 0 else 0.0
    high = float(beta.ppf(1 - tail, met + 1, count - met)) if met < count else 1.0
    return low, high


@dataclass(frozen=True, slots=True)
class Judgement:
    """`leaning` is where it would go if it had to: the search may look there next, but it is no outcome."""

    outcome: Probed
    leaning: bool
    shares: tuple[Share, ...]

    def leans(self, under_way: Sequence[float]) -> bool:
        """It is open, and says which way it goes: on the way nobody has to know more.

        While the queue only grows, as `hopeless` is told of it, those who were in time say nothing of those to come;
        where users ask one after the other, none does (an empty `under_way`).
        """
        seen = all(share.effective >= 1 for share in self.shares)
        return self.outcome == "unsettled" and seen and not (self.leaning and grew(under_way))


def looks(quick: bool) -> Sequence[float]:
    return (GLANCE, *LOOKS) if quick else LOOKS


def judge(
    series: Sequence[Series], least: Sequence[float], look: float, confidence: float, first: int = 0
) -> Judgement:
    """At one of the looks: all that the service level asks is shown to be kept, or one part is not. At a glance neither
    is.

    The `first` requests count for nothing at all: users who ask for the first time, all at once, meet no usual queue.
    """
    own = confidences(confidence)[LOOKS.index(max(look, LOOKS[0]))]
    begun = [one.after(first) for one in series]
    shares = tuple(share_of(one.after(math.ceil(len(one.hits) * WARM)), own) for one in begun)
    outcomes = {share.outcome(asked) for share, asked in zip(shares, least, strict=True)}
    outcome: Probed = "failed" if "failed" in outcomes else "unsettled" if "unsettled" in outcomes else "held"
    leaning = bool(shares) and all(share.share >= asked for share, asked in zip(shares, least, strict=True))
    return Judgement("unsettled" if look == GLANCE else outcome, leaning, shares)


def hopeless(under_way: Sequence[float], ended: int, seconds: float, granted: float) -> bool:
    """Is the queue past helping? `under_way`: how many requests were, at a quarter, half, three quarters and now.

    So many `ended` in so many seconds. By Little's law who comes now waits for as long as the queue takes to clear.
    """
    waiting = under_way[-1] if grew(under_way) else 0.0
    return waiting >= QUEUE and waiting * seconds > HOPELESS * granted * max(ended, 1)


def grew(under_way: Sequence[float]) -> bool:
    return len(under_way) > 1 and all(before < after for before, after in itertools.pairwise(under_way))
