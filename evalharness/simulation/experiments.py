"""Runs of a simulated world, by the thousand: what they measure, and what verdict.py makes of it.

A run of n prompts is one draw of how often each case of the world happened, so thousands are one call to numpy. The
intervals are those of evalharness.stats, what they say is for criteria/quality.py and verdict.py to decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from evalharness.runs.summaries import Outcome, Purpose, Reason
from evalharness.simulation.worlds import World
from evalharness.stats import CONFIDENCE, clustered, score, sequential
from evalharness.stats.score import Floats
from evalharness.verdict.criteria.quality import outcome_of
from evalharness.verdict.verdict import Verdict

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
WORDS = {outcome: Verdict((Reason("quality", "simulated", outcome, ""),)).word for outcome in OUTCOMES}
EXACT = 1e-9  # as near as a bound must be to the truth to hold it: they are found by halving


@dataclass(frozen=True)
class Measured:
    """What so many runs of one world measured, each an array of one number a run."""

    prompts: int
    first: Floats
    difference: Floats
    low: Floats
    high: Floats

    def holds(self, truth: float) -> npt.NDArray[np.bool_]:
        """Of each run: does its interval hold this difference?"""
        return np.asarray((self.low <= truth + EXACT) & (truth - EXACT <= self.high))


def measure(world: World, prompts: int, runs: int, rng: np.random.Generator) -> Measured:
    return of_counts(world, rng.multinomial(prompts, world.shares, size=runs))


def of_counts(world: World, counts: npt.NDArray[np.int64], confidence: float = CONFIDENCE) -> Measured:
    """What runs measured in which each case of the world happened so often (runs x cases)."""
    prompts = int(counts[0].sum())
    differences = world.second - world.first
    gains, losses = counts @ np.maximum(differences, 0), counts @ np.maximum(-differences, 0)
    if np.isin(differences, (-1, 0, 1)).all():
        low, high = score.interval(gains, losses, prompts, ndtri((1 + confidence) / 2))
    else:
        low, high = clustered.bounds(gains, losses, counts @ differences**2, prompts, confidence)
    return Measured(prompts, counts @ world.first / prompts, (gains - losses) / prompts, low, high)


def passed(measured: Measured, purpose: Purpose, margin: float) -> npt.NDArray[np.bool_]:
    """Of each run: is the verdict on its one suite PASS?"""
    return np.asarray(words(measured, purpose, margin) == "PASS")


def words(measured: Measured, purpose: Purpose, margin: float) -> npt.NDArray[np.str_]:
    """The verdict's word on each run, of one suite with this purpose and margin."""
    intervals = zip(measured.first.tolist(), measured.low.tolist(), measured.high.tolist(), strict=True)
    return np.array(
        [WORDS[outcome_of(purpose, margin, first, low, high, measured.prompts)] for first, low, high in intervals]
    )


@dataclass(frozen=True)
class Stopped:
    """Runs that were looked at before their end: where each stopped, with which word, and what it had shown."""

    words: npt.NDArray[np.str_]
    prompts: Floats
    held: npt.NDArray[np.bool_]


def looked_at(
    world: World,
    prompts: int,
    runs: int,
    looks: Sequence[float],
    purpose: Purpose,
    margin: float,
    rng: np.random.Generator,
) -> Stopped:
    """Runs that stop at the first planned look (share of the prompts) whose verdict is not INCONCLUSIVE.

    `held` is whether the intervals of all looks, also of those after the stop, hold the truth.
    """
    found, asked = np.full(runs, "INCONCLUSIVE"), np.full(runs, float(prompts))
    held = np.ones(runs, bool)
    counts, before = np.zeros((runs, len(world.shares)), np.int64), 0
    for look, confidence in zip(looks, sequential.confidences(looks), strict=True):
        so_far = round(look * prompts)
        counts = counts + rng.multinomial(so_far - before, world.shares, size=runs)
        before = so_far
        measured = of_counts(world, counts, confidence)
        held &= measured.holds(world.difference)
        word = words(measured, purpose, margin)
        stops = (found == "INCONCLUSIVE") & (word != "INCONCLUSIVE")
        found, asked = np.where(stops, word, found), np.where(stops, so_far, asked)
    return Stopped(found, asked, held)
