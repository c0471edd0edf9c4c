"""Worlds to simulate: all that can happen to one prompt, and how likely each of it is.

A world knows the truth that no run ever sees. Correlation is in it: between the two models' answers to one prompt, and
among the variants of one prompt.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.stats import dirichlet_multinomial, multinomial

from evalharness.stats.power import Company
from evalharness.stats.score import Floats

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """What can happen to a prompt: `shares` (they add up to 1), and both models' scores (0 to 1) in each case."""

    shares: Floats
    first: Floats
    second: Floats

    @property
    def difference(self) -> float:
        """The true difference, second minus first."""
        return float(self.shares @ (self.second - self.first))


def single(rate: float, discordance: float, difference: float) -> World:
    """One answer a prompt, the first right at `rate`. A difference beyond the discordance raises the latter to it.

    Raises ValueError where no such world can be.
    """
    discordance = max(discordance, abs(difference))
    only_first, only_second = (discordance - difference) / 2, (discordance + difference) / 2
    shares = np.array([rate - only_first, only_first, only_second, 1 - rate - only_second])
    if shares.min() < -1e-12:
        raise ValueError(f"no rate of {rate} has a discordance of {discordance} and a difference of {difference}")
    return World(np.maximum(shares, 0), np.array([1.0, 1, 0, 0]), np.array([1.0, 0, 1, 0]))


def several(world: World, variants: int, correlation: float) -> World:
    """Each prompt of `world` in so many variants, alike to this degree (0: not at all, below 1).

    How likely each outcome is differs from prompt to prompt by a Dirichlet distribution, so that two variants of one
    prompt have just this correlation, in each model's outcomes and in their difference.
    """
    counts = np.array([one for one in product(range(variants + 1), repeat=4) if sum(one) == variants])
    if correlation:
        possible = world.shares > 0
        counts = counts[(counts[:, ~possible] == 0).all(axis=1)]
        concentration = world.shares[possible] * (1 - correlation) / correlation
        shares = dirichlet_multinomial.pmf(counts[:, possible], concentration, variants)
    else:
        shares = multinomial.pmf(counts, variants, world.shares)
    return World(shares / shares.sum(), counts @ world.first / variants, counts @ world.second / variants)


@dataclass(frozen=True)
class Groups:
    """Prompts in groups: how many in each, and how alike those of one group are (0 to 1).

    `at_once`: with this chance a whole group goes one way, and else its prompts are independent. Otherwise how likely
    each outcome is differs from group to group by a Dirichlet distribution. Either way two prompts of one group have
    just this correlation, in each model's outcomes and in their difference.
    """

    sizes: Counts
    correlation: float
    at_once: bool = False

    @property
    def company(self) -> Company:
        return Company(float((self.sizes**2).sum() / self.sizes.sum()), self.correlation)

    def drawn(self, world: World, runs: int, rng: np.random.Generator) -> Counts:
        """How often each case of the world happened in each group: runs x groups x cases."""
        shape = runs, self.sizes.size
        if self.at_once or self.correlation in (0, 1):
            alone = rng.multinomial(np.broadcast_to(self.sizes, shape), world.shares)
            one = rng.choice(world.shares.size, shape, p=world.shares)
            whole = (one[..., None] == np.arange(world.shares.size)) * self.sizes[:, None]
            return np.where((rng.random(shape) < self.correlation)[..., None], whole, alone)
        concentration = world.shares * (1 - self.correlation) / self.correlation
        weights = rng.standard_gamma(concentration, (*shape, world.shares.size))
        total = weights.sum(axis=-1, keepdims=True)
        # Where all weights are too small for a number, one case has all of it, as good as.
        likely = np.where(total > 0, weights / np.where(total > 0, total, 1), np.eye(world.shares.size)[0])
        return rng.multinomial(np.broadcast_to(self.sizes, shape), likely)


@dataclass(frozen=True)
class Repeated:
    """Prompts, each answered several times by both models: how likely a right answer is differs from prompt to prompt.

    By a Dirichlet distribution over the cases of a world of single answers, of this correlation; given the prompt, the
    two models and their repeats answer independently, as at a temperature above 0.
    """

    prompts: int
    repeats: int
    correlation: float

    def drawn(self, world: World, runs: int, rng: np.random.Generator) -> Counts:
        """How often each case of single() happened to each prompt: runs x prompts x cases."""
        concentration = np.maximum(world.shares, 1e-9) * (1 - self.correlation) / self.correlation
        weights = rng.standard_gamma(concentration, (runs, self.prompts, concentration.size)) + 1e-300
        likely = weights / weights.sum(axis=-1, keepdims=True)
        first, second = (np.clip(likely @ right, 0, 1) for right in (world.first, world.second))
        both = np.stack([first * second, first * (1 - second), (1 - first) * second, (1 - first) * (1 - second)], -1)
        return rng.multinomial(self.repeats, both)


@dataclass(frozen=True)
class WholeLosses:
    """Groups of which a few are lost as a whole, while `apart` of all other prompts differ by chance, as often either
    way, and `gained` of them are gained beside. `by_size`: a larger group is lost the more often for it.

    It is what an interval sees least of: a run of few lost groups looks like one of none, and its noise like evidence.
    """

    sizes: Counts
    apart: float
    gained: float = 0.0
    by_size: bool = False

    def drawn(self, difference: float, runs: int, rng: np.random.Generator) -> Counts:
        """How often each case of single() happened in each group, so many groups being lost that this is the truth."""
        gained = max(self.gained, difference)
        lost = (gained - difference) / (1 + gained)  # of all prompts: the others gain what these do not lose
        weights = self.sizes.astype(float) if self.by_size else np.ones(self.sizes.size)
        chance = lost * self.sizes.sum() * weights / (weights @ self.sizes)
        gains, losses = self.apart / 2 + gained, self.apart / 2
        both = 1 - losses - gains
        alone = rng.multinomial(np.broadcast_to(self.sizes, (runs, self.sizes.size)), [both, losses, gains, 0.0])
        whole = np.array([0, 1, 0, 0]) * self.sizes[:, None]
        return np.where((rng.random((runs, self.sizes.size)) < chance)[..., None], whole, alone)


def alike_sized(groups: int, size: int) -> Counts:
    return np.full(groups, size)


def unequal(groups: int, largest: int) -> Counts:
    """From 1 to the largest, each so many times the one before: few large groups, many small ones."""
    return np.round(np.geomspace(1, largest, groups)).astype(int)


def graded(levels: int, rate: float, alike: float, difference: float) -> World:
    """A judge's scores in `levels` equal steps from 0 to 1. A share `alike` of the prompts gets the same from both.

    Of the others each score is a binomial draw, the first's with mean `rate`, the second's so that the whole differs
    by `difference`.
    """
    steps = np.arange(levels)
    of_first, of_second = (
        multinomial.pmf(np.stack([steps, levels - 1 - steps], 1), levels - 1, [mean, 1 - mean])
        for mean in (rate, rate + difference / (1 - alike))
    )
    shares = alike * np.diag(of_first) + (1 - alike) * np.outer(of_first, of_second)
    first, second = np.meshgrid(steps / (levels - 1), steps / (levels - 1), indexing="ij")
    return World(shares.ravel(), first.ravel(), second.ravel())


@dataclass(frozen=True)
class FourModels:
    """What can happen to a prompt that four models answer: shares, and the four's outcomes (cases x 4)."""

    shares: Floats
    outcomes: Floats

    def contrast(self, *weights: float) -> World:
        """The weighted sum of the four outcomes as a difference to 0."""
        values = self.outcomes @ np.array(weights)
        return World(self.shares, np.zeros_like(values), values)


def four(rates: tuple[float, float, float, float], alike: float) -> FourModels:
    """Four models of these rates. A share `alike` of the prompts is as hard for all: one draw decides all four."""
    outcomes = np.array(list(product([0.0, 1.0], repeat=4)))
    apart = np.prod(np.where(outcomes == 1, rates, 1 - np.array(rates)), axis=1)
    order = np.sort(rates)
    hardness = np.diff(np.concatenate([[0.0], order, [1.0]]))  # how often just those of a higher rate are right
    together = np.zeros(len(outcomes))
    for threshold, share in zip(np.concatenate([[0.0], order]), hardness, strict=True):
        right = (np.array(rates) > threshold).astype(float)
        together[(outcomes == right).all(axis=1)] += share
    return FourModels(alike * together + (1 - alike) * apart, outcomes)
