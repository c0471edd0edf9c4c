"""Several answers a prompt: how much of what is uncertain lies within prompts, and how much between them.

Miller E (2024), Adding error bars to evals, arXiv:2411.00640, section 3: the variance of a mean of N prompts with K
answers each is (between + within / K) / N. More answers take away only the second part, more prompts both. Pure: it
knows differences and of which prompt each is, nothing of answers.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalharness.stats.clustered import numbered


@dataclass(frozen=True)
class Split:
    """The variance of one repeat's difference: `within` prompts, and `between` what is expected of each.

    So many `prompts` have `repeats` answers each on average.
    """

    prompts: int
    repeats: float
    within: float
    between: float

    @property
    def share_within(self) -> float:
        """Of the variance of one repeat's difference; 0 where nothing varies."""
        total = self.within + self.between
        return self.within / total if total else 0.0

    def narrower(self, prompts: float = 1.0, repeats: float = 1.0) -> float:
        """By which share the interval narrows with so many times the prompts and so many times the repeats."""
        now = self.between + self.within / self.repeats
        then = (self.between + self.within / (self.repeats * repeats)) / prompts
        return 1 - math.sqrt(then / now) if now else 0.0


def split(differences: npt.ArrayLike, prompts: Sequence[Hashable]) -> Split | None:
    """Of one difference a repeat, and of which prompt each is; None where no prompt has two, or there is only one.

    The expected mean squares of one-way analysis of variance, a negative component taken for 0 (Searle SR, Casella G,
    McCulloch CE (1992), Variance components, Wiley, section 3.6).
    """
    values, index = np.asarray(differences, float), numbered(prompts)
    sizes = np.bincount(index).astype(float)
    groups, total = sizes.size, values.size
    if groups < 2 or total == groups:
        return None
    means = np.bincount(index, values) / sizes
    inside = float(np.square(values - means[index]).sum()) / (total - groups)
    across = float(sizes @ np.square(means - values.mean())) / (groups - 1)
    each = (total - float(sizes @ sizes) / total) / (groups - 1)
    return Split(groups, total / groups, inside, max(0.0, (across - inside) / each))
