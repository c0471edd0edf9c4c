"""A judge's (or a person's) votes between two answers: the share of wins, its interval, the sign test.

Ties are dropped: they say how often the two differ, not which is better. It knows counts, nothing of judges.
"""

from dataclasses import dataclass
from math import sqrt

from scipy.special import ndtri

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


def share_interval(votes: Votes, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval of the share of wins; 0 to 1 where nothing was decided.

    Wilson EB (1927), Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22:209-212.
    """
    if not votes.decided:
        return 0.0, 1.0
    square = float(ndtri((1 + confidence) / 2)) ** 2
    middle = (votes.wins + square / 2) / (votes.decided + square)
    reach = sqrt(square * votes.wins * votes.losses / votes.decided + square**2 / 4) / (votes.decided + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def sign_test(votes: Votes) -> float:
    """The two-sided p-value of the exact sign test: the decided votes against a fair coin."""
    from scipy.stats import binomtest

    return float(binomtest(votes.wins, votes.decided).pvalue) if votes.decided else 1.0
