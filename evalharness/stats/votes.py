"""A judge's (or a person's) votes between two answers: the share of wins, its interval, the sign test.

Ties are dropped: they say how often the two differ, not which is better. Votes on prompts of one group, or on several
answers to one prompt, are no independent witnesses: their share has the score interval of clustered.py, of votes that
are each 1 or -1. It knows counts, nothing of judges.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

from scipy.special import ndtri, stdtrit

from evalharness.stats import score
from evalharness.stats.clustered import Sums, unseen
from evalharness.stats.levels import CONFIDENCE


@dataclass(frozen=True)
class Votes:
    """How often the second was preferred to the first, how often not, how often neither. One vote a prompt."""

    wins: int
    losses: int
    ties: int = 0

    @property
    def decided(self) -> int:
        return self.wins + self.losses

    @property
    def share(self) -> float:
        """The share of wins among the decided. Raises ZeroDivisionError where nothing was decided."""
        return self.wins / self.decided


@dataclass(frozen=True)
class InGroups:
    """How decided votes stand together: how many groups of one size they are worth, and clustered.py's effects."""

    groups: int
    design_effect: float
    whole: float

    @classmethod
    def of(cls, won: Sequence[bool], groups: Sequence[Hashable]) -> "InGroups | None":
        """Of each decided vote, whether it was won and of which group its prompt is; None where each stands alone."""
        if len(set(groups)) == len(groups):
            return None
        sums = Sums.of([1 if one else -1 for one in won], groups)
        return cls(int(float(sums.groups) + 1e-9), float(sums.design_effect), float(sums.whole))


def share_interval(
    votes: Votes, confidence: float = CONFIDENCE, in_groups: InGroups | None = None
) -> tuple[float, float]:
    """Wilson's score interval of the share of wins, or its like in groups; 0 to 1 where nothing was decided.

    Wilson EB (1927), Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22:209-212.
    """
    if not votes.decided:
        return 0.0, 1.0
    if in_groups:
        if in_groups.groups < 2:
            return 0.0, 1.0
        quantile = stdtrit(in_groups.groups - 1, (1 + confidence) / 2)
        feared = unseen(in_groups.design_effect, in_groups.whole)
        counts = votes.wins, votes.losses, votes.decided
        low, high = score.interval(*counts, quantile, in_groups.design_effect, feared)
        return (1 + float(low)) / 2, (1 + float(high)) / 2
    square = float(ndtri((1 + confidence) / 2)) ** 2
    middle = (votes.wins + square / 2) / (votes.decided + square)
    reach = sqrt(square * votes.wins * votes.losses / votes.decided + square**2 / 4) / (votes.decided + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def sign_test(votes: Votes) -> float:
    """The two-sided p-value of the exact sign test: the decided votes against a fair coin."""
    from scipy.stats import binomtest

    return float(binomtest(votes.wins, votes.decided).pvalue) if votes.decided else 1.0
