"""How far two raters agree beyond chance: Cohen's kappa with its interval. Pure: labels in, numbers out."""

from collections import Counter
from collections.abc import Hashable, Sequence

from evalharness.runs.summaries import Agreement
from evalharness.stats import CONFIDENCE


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
        return Agreement(n=n, agreed=agreed, kappa=None, low=None, high=None)
    low, high = binomtest(agreed, n).proportion_ci(confidence, method="wilson")
    kappa, low, high = ((rate - by_chance) / (1 - by_chance) for rate in (agreed / n, float(low), float(high)))
    return Agreement(n=n, agreed=agreed, kappa=kappa, low=low, high=high)
