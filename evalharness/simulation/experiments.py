"""Runs of a simulated world, by the thousand: what they measure, and what verdict.py makes of it.

A run of n prompts is one draw of how often each case of the world happened, so thousands are one call to numpy. The
intervals are those of evalharness.stats, what they say is for criteria/quality.py and verdict.py to decide.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import get_args

import numpy as np
import numpy.typing as npt

from evalharness.runs.summaries.parts import Outcome, Purpose
from evalharness.runs.summaries.verdict import Reason
from evalharness.simulation.worlds import Counts, Groups, World
from evalharness.stats import CONFIDENCE, sequential
from evalharness.stats.clustered import Sums
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
    groups: int
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
    happened, differences = counts.astype(float), world.second - world.first
    gains, losses = happened @ np.maximum(differences, 0), happened @ np.maximum(-differences, 0)
    sums, run = np.unique([gains, losses, happened @ differences**2], axis=1, return_inverse=True)  # many are alike
    low, high = (ends[run] for ends in Sums.alone(prompts, *sums).bounds(confidence))
    return Measured(prompts, prompts, happened @ world.first / prompts, (gains - losses) / prompts, low, high)


def measure_groups(world: World, groups: Groups, runs: int, rng: np.random.Generator) -> Measured:
    """What runs measured whose prompts stand in groups. `world` has one answer a prompt, right or wrong."""
    return of_groups(world, groups.sizes, groups.drawn(world, runs, rng))


def of_groups(world: World, sizes: Counts, drawn: Counts, confidence: float = CONFIDENCE) -> Measured:
    """What runs measured in whose groups each case of the world happened so often (runs x groups x cases)."""
    return of_sums(summed(world, sizes, drawn), drawn.sum(axis=1) @ world.first, confidence)


def summed(world: World, sizes: Counts, drawn: Counts) -> Sums:
    counts = drawn.astype(float)
    differences = world.second - world.first
    totals, cases = counts @ differences, counts.sum(axis=1)
    return Sums(
        n=int(sizes.sum()),
        gains=cases @ np.maximum(differences, 0),
        losses=cases @ np.maximum(-differences, 0),
        squares=cases @ differences**2,
        squared_sizes=float(sizes @ sizes),
        cubed_sizes=float((sizes**3).sum()),
        squared_totals=(totals**2).sum(axis=1),
        sizes_by_totals=totals @ sizes,
    )


def of_sums(sums: Sums, first: Floats, confidence: float = CONFIDENCE) -> Measured:
    """What runs measured that come to these sums, and in which the first was right so often."""
    prompts, groups = int(sums.n), int(float(sums.groups) + 1e-9)
    low, high = sums.bounds(confidence)
    return Measured(prompts, groups, first / prompts, np.asarray(sums.difference), low, high)


def passed(measured: Measured, purpose: Purpose, margin: float) -> npt.NDArray[np.bool_]:
    """Of each run: is the verdict on its one suite PASS?"""
    return np.asarray(words(measured, purpose, margin) == "PASS")


def words(measured: Measured, purpose: Purpose, margin: float) -> npt.NDArray[np.str_]:
    """The verdict's word on each run, of one suite with this purpose and margin."""
    seen, run = np.unique([measured.first, measured.low, measured.high], axis=1, return_inverse=True)
    outcomes = [outcome_of(purpose, margin, first, low, high, measured.groups) for first, low, high in seen.T.tolist()]
    return np.array([WORDS[outcome] for outcome in outcomes])[run]


@dataclass(frozen=True)
class Stopped:
    """Runs that were looked at before their end: where each stopped, with which word, and what it had shown."""

    words: npt.NDArray[np.str_]
    prompts: Floats
    held: npt.NDArray[np.bool_]


At = Callable[[float], Measured]
"""What runs have measured at a look, by the confidence of its intervals."""


def prompts_at(world: World, prompts: int, runs: int, looks: Sequence[float], rng: np.random.Generator) -> list[At]:
    """What runs have measured at each of the looks (shares of the prompts), each prompt alone."""
    counts, before, found = np.zeros((runs, len(world.shares)), np.int64), 0, list[At]()
    for look in looks:
        so_far = round(look * prompts)
        counts = counts + rng.multinomial(so_far - before, world.shares, size=runs)
        before = so_far
        found.append(partial(of_counts, world, counts))
    return found


def groups_at(world: World, groups: Groups, runs: int, looks: Sequence[float], rng: np.random.Generator) -> list[At]:
    """What they have measured where groups of prompts come one after the other, in random order."""
    order = rng.permutation(groups.sizes.size)
    sizes, drawn = groups.sizes[order], groups.drawn(world, runs, rng)[:, order]
    asked = np.cumsum(sizes) - sizes  # before each group
    ends = [int((asked < look * sizes.sum()).sum()) for look in looks]
    return [partial(of_groups, world, sizes[:end], drawn[:, :end]) for end in ends]


def looked_at(at: Sequence[At], looks: Sequence[float], truth: float, purpose: Purpose, margin: float) -> Stopped:
    """Runs that stop at the first planned look whose verdict is not INCONCLUSIVE.

    `held` is whether the intervals of all looks, also of those after the stop, hold the truth.
    """
    seen = [measured(confidence) for measured, confidence in zip(at, sequential.confidences(looks), strict=True)]
    held = np.all([one.holds(truth) for one in seen], axis=0)
    found, asked = np.full(held.size, "INCONCLUSIVE"), np.full(held.size, float(seen[-1].prompts))
    for one in seen:
        word = words(one, purpose, margin)
        stops = (found == "INCONCLUSIVE") & (word != "INCONCLUSIVE")
        found, asked = np.where(stops, word, found), np.where(stops, one.prompts, asked)
    return Stopped(found, asked, held)
