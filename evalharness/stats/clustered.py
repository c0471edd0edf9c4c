"""Differences of scores in -1 to 1, one a prompt, of prompts that may belong together: in families, variants, repeats.

Prompts of one group (a template, a document, a task in two languages) are no independent witnesses; the group is.
Every prompt weighs the same, but how far the difference may lie off is told from how the groups differ, not the
prompts: the design effect (Rao JNK, Scott AJ (1992), A simple method for the analysis of clustered binary data,
Biometrics 48:577-585), by which Tango's score interval then takes its variance, with Student's quantile since it is
estimated. Variants and repeats of one prompt become one number a prompt first, their mean.

A design effect knows only what has happened. A whole group that is lost may just not have been among those asked, and
what differs by chance everywhere else hides that none was: so what an interval supposes beyond what was seen, it
supposes of groups that turn as a whole, and rather of the large ones (`whole`). Without that, losses of whole groups
among differences by chance pass in up to a third of the runs that should not. Groups of unequal sizes count for as many
of one size as they are worth (Kish L (1965), Survey Sampling, Wiley): a few large ones are few, whatever stands alone
beside them.

Why not the bootstrap: it too knows only what has happened. With 30 prompts of four variants, 0.80 right against 0.75,
BCa and studentized cluster bootstrap hold the truth in 86 to 93 % of all runs, this interval in 95 to 98 % (the tests
repeat BCa's). Nor does this one draw random numbers.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtri, stdtrit

from evalharness.stats import score
from evalharness.stats.levels import CONFIDENCE
from evalharness.stats.pairs import Pairs, mcnemar
from evalharness.stats.score import Floats

FEARED = 0.75
"""The share of the variance of groups that turn as a whole which is given to what was not seen. With all of it the
interval would hold the truth in 95 % where nothing but whole groups turns, and be needlessly wide elsewhere; with this
share false PASS stays below 5 % there too."""

Numbers = float | Floats
"""One number, or an array of one number a run."""


@dataclass(frozen=True)
class Effect:
    """A difference with its interval, and the numbers of prompts and of groups that it rests on.

    `groups` is how many groups of one size these prompts are worth, `company` in how large a group the average prompt
    stands, `design_effect` how many times the variance of independent prompts the difference has, were each only right
    or wrong.
    """

    difference: float
    low: float
    high: float
    prompts: int
    groups: int
    company: float
    design_effect: float


@dataclass(frozen=True)
class Sums:
    """All that an interval needs to know of differences in groups. Those of several suites add up.

    Of n prompts `gains` and `losses` are the sums of the positive differences and of the negative ones' sizes,
    `squares` that of all squares. Of their groups' sizes and totals: the sums of squares, of the sizes' cubes, and of
    the products. Each may be an array of one number a run.
    """

    n: Numbers
    gains: Numbers
    losses: Numbers
    squares: Numbers
    squared_sizes: Numbers
    cubed_sizes: Numbers
    squared_totals: Numbers
    sizes_by_totals: Numbers

    @classmethod
    def of(cls, differences: npt.ArrayLike, groups: Sequence[Hashable] | None = None) -> Self:
        """Of one difference (-1 to 1) a prompt, and of which group each prompt is (None: each of its own).

        Raises ValueError when there is no difference, one is larger, or the groups are of another length.
        """
        values = np.asarray(differences, float)
        if values.ndim != 1 or not values.size or not np.all(np.abs(values) <= 1):
            raise ValueError("it takes one difference of -1 to 1 for each prompt, and at least one prompt")
        index = np.arange(values.size) if groups is None else numbered(groups)
        if index.size != values.size:
            raise ValueError("it takes the group of every difference")
        sizes, totals = np.bincount(index), np.bincount(index, values)
        return cls(
            n=values.size,
            gains=float(np.maximum(values, 0).sum()),
            losses=float(np.maximum(-values, 0).sum()),
            squares=float(np.square(values).sum()),
            squared_sizes=int((sizes**2).sum()),
            cubed_sizes=int((sizes**3).sum()),
            squared_totals=float(np.square(totals).sum()),
            sizes_by_totals=float(sizes @ totals),
        )

    @classmethod
    def alone(cls, n: Numbers, gains: Numbers, losses: Numbers, squares: Numbers) -> Self:
        """Of prompts that each stand alone."""
        return cls(n, gains, losses, squares, n, n, squares, gains - losses)

    def __add__(self, other: Self) -> Self:
        """Of both together; no group is in both."""
        return replace(self, **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @property
    def difference(self) -> Numbers:
        return (self.gains - self.losses) / self.n

    @property
    def design_effect(self) -> Numbers:
        """How many times the variance that n independent prompts had, were every difference -1, 0 or 1.

        1 where no prompt differs, and that of whole groups where all do alike. Never less than the prompts had without
        their groups: no company makes them say more.
        """
        mean = self.difference
        as_pairs = self.gains + self.losses - self.n * mean**2
        of_groups = self.squared_totals - 2 * mean * self.sizes_by_totals + mean**2 * self.squared_sizes
        spread = np.maximum(of_groups, self.squares - self.n * mean**2)
        seen = np.asarray(as_pairs) > 1e-12
        unvaried = np.where(np.asarray(self.gains) + self.losses > 0, self.company, 1.0)
        return np.asarray(np.where(seen, spread / np.where(seen, as_pairs, 1), unvaried))

    @property
    def company(self) -> Numbers:
        """In how large a group the average prompt stands."""
        return self.squared_sizes / self.n

    @property
    def groups(self) -> Numbers:
        """How many groups of one size these are worth: as many as there are, if all are of one."""
        return self.n / self.company

    @property
    def whole(self) -> Numbers:
        """How many prompts turn at once where a group does, which it does the rather the larger it is.

        Each turns halfway between what those that differ did in the mean, and altogether.
        """
        turned = np.asarray(self.gains) + self.losses
        each = np.where(turned > 0, self.squares / np.where(turned > 0, turned, 1), 1.0)
        return np.asarray((1 + each) / 2 * self.cubed_sizes / self.squared_sizes)

    def bounds(self, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
        """The interval of the difference. One group alone says nothing: -1 to 1.

        Where each prompt stands alone, and is only better, worse or the same, nothing is estimated: it is Tango's
        interval as it stands, without Student's quantile.
        """
        level = (1 + confidence) / 2
        groups = np.asarray(self.groups, float)
        tangos = (groups == self.n) & (np.asarray(self.squares) == self.gains + self.losses)
        quantile = np.where(tangos, ndtri(level), stdtrit(np.maximum(groups - 1, 1), level))
        design_effect = np.where(tangos, 1.0, self.design_effect)  # which it is, but for rounding
        missed = unseen(design_effect, self.whole)
        low, high = score.interval(self.gains, self.losses, self.n, quantile, design_effect, missed)
        enough = tangos | (groups > 1)
        return np.where(enough, low, -1.0), np.where(enough, high, 1.0)

    def effect(self, confidence: float = CONFIDENCE, reach: float = 1.0) -> Effect:
        """The difference and its interval, times `reach`; of single numbers."""
        low, high = (float(bound) * reach for bound in self.bounds(confidence))
        return Effect(
            difference=float(self.difference) * reach,
            low=low,
            high=high,
            prompts=int(self.n),
            groups=int(self.groups + 1e-9),
            company=float(self.company),
            design_effect=float(self.design_effect),
        )


def effect(
    differences: npt.ArrayLike,
    groups: Sequence[Hashable] | None = None,
    *,
    confidence: float = CONFIDENCE,
    reach: float = 1.0,
) -> Effect:
    """The mean of one difference a prompt, with its interval.

    `groups` says of which group each prompt is (None: each of its own). `reach` is how large a difference can be: 1
    between two scores of 0 to 1, 2 between two such differences. Raises ValueError as Sums.of does.
    """
    return Sums.of(np.asarray(differences, float) / reach, groups).effect(confidence, reach)


def unseen(design_effect: Numbers, whole: Numbers) -> Floats:
    """The design effect of what was not seen, where so many prompts may turn at once."""
    return np.asarray(design_effect + FEARED * np.maximum(np.asarray(whole) - design_effect, 0))


def numbered(clusters: Sequence[Hashable]) -> npt.NDArray[np.intp]:
    """Each cluster as a whole number, from 0, in the order in which they first appear."""
    number = {cluster: index for index, cluster in enumerate(dict.fromkeys(clusters))}
    return np.fromiter((number[cluster] for cluster in clusters), np.intp, len(clusters))


def means(scores: npt.ArrayLike, clusters: Sequence[Hashable]) -> dict[Hashable, float]:
    """The mean score of each cluster, in the order in which they first appear.

    `scores` (0 to 1, or booleans) and `clusters` (of which prompt each is) are of the same length, else ValueError.
    """
    values = np.asarray(scores, float)
    if values.shape != (len(clusters),):
        raise ValueError("it takes the cluster of every score")
    index = numbered(clusters)
    totals = np.bincount(index, values) / np.bincount(index)
    return dict(zip(dict.fromkeys(clusters), totals.tolist(), strict=True))


def paired_effect(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    clusters: Sequence[Hashable],
    groups: Sequence[Hashable] | None = None,
    confidence: float = CONFIDENCE,
) -> Effect:
    """Second minus first: scores (0 to 1) of the same answers in the same order, and of which prompt each is.

    `groups` says of which group each prompt is, in the order in which they first appear.
    """
    of_first, of_second = means(first, clusters), means(second, clusters)
    return effect([of_second[cluster] - of_first[cluster] for cluster in of_first], groups, confidence=confidence)


def sign_flip(differences: npt.ArrayLike, groups: Sequence[Hashable] | None = None) -> float:
    """The two-sided mid-p-value of no difference: could which of the two is which have been a coin's choice, by group?

    `differences` are -1, 0 or 1, one a prompt. Under exchange of the two models every group's total turns its sign as
    one, however alike its prompts are; the p-value is the share of all turns that give as large a sum, less half of
    those that give just this one. Where each prompt is its own group it is McNemar's mid-p-value (pairs.py). Exact for
    any number of groups, and for few of them never small (Fisher RA (1935), The design of experiments, section 21).
    """
    values = np.asarray(differences, float)
    index = np.arange(values.size) if groups is None else numbered(groups)
    of_groups = np.rint(np.bincount(index, values)).astype(int)
    if np.abs(of_groups).max() <= 1:
        return mcnemar(Pairs(0, int((of_groups < 0).sum()), int((of_groups > 0).sum()), 0))
    totals, many = np.unique(np.abs(of_groups), return_counts=True)
    chances = np.ones(1)  # of every sum there can be, from minus to plus all totals
    for total, count in zip(totals.tolist(), many.tolist(), strict=True):
        if total:
            heads = np.arange(count + 1)
            coins = np.zeros(2 * total * count + 1)
            coins[:: 2 * total] = np.exp(
                gammaln(count + 1) - gammaln(heads + 1) - gammaln(count - heads + 1) - count * np.log(2)
            )
            chances = np.convolve(chances, coins)
    seen = abs(round(float(values.sum())))
    if not seen:
        return 1.0
    middle = chances.size // 2
    return min(1.0, 2 * float(chances[middle + seen + 1 :].sum()) + float(chances[middle + seen]))
