"""How far two raters agree beyond chance: Cohen's kappa with its interval. Pure: labels in, numbers out."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from evalharness.stats import CONFIDENCE


@dataclass(frozen=True)
class Agreement:
    """Of `n` things rated twice, `agreed` got the same label. kappa and its bounds are None where chance alone
    would agree on everything: both raters used a single label, the same one, or nothing was rated."""

    n: int
    agreed: int
    kappa: float | None
    low: float | None
    high: float | None


def agreement(first: Sequence[Hashable], second: Sequence[Hashable], confidence: float = CONFIDENCE) -> Agreement:
    """Labels of the same things in the same order. Raises ValueError when one has more than the other.

    Cohen J (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement
    20:37-46. As in his standard error, the agreement by chance is taken as known; the interval is that of the
    observed agreement carried through kappa's formula, by Wilson's method, so that it does not shrink to a point
    when all labels agree.
    """
    from scipy.stats import binomtest

    pairs = list(zip(first, second, strict=True))
    n, agreed = len(pairs), sum(one == other for one, other in pairs)
    ones, others = Counter(first), Counter(second)
    by_chance = sum(many * others[label] for label, many in ones.items()) / n**2 if n else 1.0
    if by_chance == 1:
        return Agreement(n, agreed, None, None, None)
    low, high = binomtest(agreed, n).proportion_ci(confidence, method="wilson")
    kappa, low, high = ((rate - by_chance) / (1 - by_chance) for rate in (agreed / n, float(low), float(high)))
    return Agreement(n, agreed, kappa, low, high)
