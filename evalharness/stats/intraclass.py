"""How alike values of one group are: the intra-class correlation of prompts that share a template.

The analysis of variance's estimator for groups of unequal sizes (Donner A (1986), A review of inference procedures for
the intraclass correlation coefficient in the one-way random effects model, Int Stat Rev 54:67-82): 0 where prompts of a
group are no more alike than any two, 1 where they are all the same, below 0 where they differ more than by chance.
Values are mostly 0 and 1, so the interval is no F interval, which holds the truth in 70 of 100 runs where few are 1: it
is the jackknife's over groups, of the logarithm of the variance ratio, which holds it in 86 to 97.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from evalharness.stats.clustered import numbered
from evalharness.stats.levels import CONFIDENCE
from evalharness.stats.score import Floats

FEW = 5
"""Where fewer groups hold another value than the commonest, how alike groups are cannot be told: one that is lost as a
whole, or one prompt that stands alone, would make it 1."""


@dataclass(frozen=True)
class Alike:
    """A correlation within groups with its interval, in -1 to 1."""

    correlation: float
    low: float
    high: float


def intraclass(values: npt.ArrayLike, groups: Sequence[Hashable], confidence: float = CONFIDENCE) -> Alike | None:
    """Of one value a prompt and of which group each is.

    None where nothing tells: hardly any group (FEW) holds another value than the commonest, or none has two prompts.
    Raises ValueError when both are of different lengths.
    """
    given = np.asarray(values, float)
    if given.shape != (len(groups),):
        raise ValueError("it takes the group of every value")
    if not given.size:
        return None
    index = numbered(groups)
    sizes, totals, squares = (np.bincount(index, part).astype(float) for part in (np.ones_like(given), given, given**2))
    kinds, counts = np.unique(given, return_counts=True)
    differing = np.unique(index[given != kinds[counts.argmax()]]).size
    many = sizes.size
    if differing < FEW or many == given.size:
        return None
    ratio, typical = _ratio(many, sizes.sum(), totals.sum(), *_sums(sizes, totals, squares))
    without = _ratio(
        many - 1,
        sizes.sum() - sizes,
        totals.sum() - totals,
        *(total - own for total, own in zip(_sums(sizes, totals, squares), _each(sizes, totals, squares), strict=True)),
    )[0]
    logs = np.log(ratio), np.log(without)
    pseudo = many * logs[0] - (many - 1) * logs[1]
    reach = float(stdtrit(many - 1, (1 + confidence) / 2)) * pseudo.std(ddof=1) / np.sqrt(many)
    low, high = (float(_correlation(np.exp(pseudo.mean() + step), typical)) for step in (-reach, reach))
    found = float(_correlation(ratio, typical))
    return Alike(found, min(low, found), max(high, found))


def _each(sizes: Floats, totals: Floats, squares: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each group: its part of the squares between groups, of those within, and its size squared."""
    between = np.square(totals) / sizes
    return between, squares - between, np.square(sizes)


def _sums(sizes: Floats, totals: Floats, squares: Floats) -> tuple[Floats, ...]:
    return tuple(part.sum() for part in _each(sizes, totals, squares))


def _ratio(
    many: int, n: Floats, total: Floats, between: Floats, within: Floats, squared_sizes: Floats
) -> tuple[Floats, Floats]:
    """The mean square between groups over that within, and the typical size of a group.

    Where nothing differs within or between groups, a thousandth of a prompt does: else there were no logarithm.
    """
    least = 1e-3
    of_groups = np.maximum(between - np.square(total) / n, least) / (many - 1)
    of_prompts = np.maximum(within, least) / np.maximum(n - many, 1)
    return of_groups / of_prompts, (n - squared_sizes / n) / (many - 1)


def _correlation(ratio: Floats, typical: Floats) -> Floats:
    """Groups of hardly two prompts could be as unlike as -5: that is -1 here."""
    return np.maximum((ratio - 1) / (ratio + typical - 1), -1.0)
