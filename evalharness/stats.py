"""Paired comparison of two rates: how far apart, how sure, and what could have been seen at all.

Everything here is pure: counts in, numbers out. It knows nothing of prompts, endpoints or files.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95
ALPHA = 1 - CONFIDENCE
POWER = 0.8


@dataclass(frozen=True)
class Pairs:
    """The paired 2x2 table: how many prompts both got right, only one did, neither did."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def first(self) -> int:
        return self.both + self.only_first

    @property
    def second(self) -> int:
        return self.both + self.only_second

    @property
    def difference(self) -> float:
        """The second's rate minus the first's, -1 to 1. Raises ZeroDivisionError without pairs."""
        return (self.only_second - self.only_first) / self.n


def difference_interval(pairs: Pairs, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Bounds of the difference (second minus first).

    Method 10 of Newcombe RG (1998), Improved confidence intervals for the difference between binomial
    proportions based on paired data, Statistics in Medicine 17:2635-2650: the Wilson score intervals of both
    rates, squared and added, less the covariance that a continuity-corrected phi coefficient gives.
    Raises ZeroDivisionError without pairs.
    """
    first, second = pairs.first / pairs.n, pairs.second / pairs.n
    first_low, first_high = _wilson(pairs.first, pairs.n, confidence)
    second_low, second_high = _wilson(pairs.second, pairs.n, confidence)
    phi = _phi(pairs)

    def reach(up: float, down: float) -> float:
        return math.sqrt(up**2 - 2 * phi * up * down + down**2)

    below = reach(second - second_low, first_high - first)
    above = reach(second_high - second, first - first_low)
    return max(pairs.difference - below, -1.0), min(pairs.difference + above, 1.0)


def mcnemar(pairs: Pairs) -> float:
    """The two-sided p-value of McNemar's exact test: the discordant pairs against a fair coin."""
    from scipy.stats import binomtest

    discordant = pairs.only_first + pairs.only_second
    return float(binomtest(pairs.only_second, discordant).pvalue) if discordant else 1.0


def smallest_difference(n: int, discordance: float, power: float = POWER, alpha: float = ALPHA) -> float:
    """The smallest true difference that a McNemar test on n pairs finds with this power (a rate; 1 at most).

    `discordance` is the share of pairs that is expected to differ. It solves for the difference d the sample
    size of Connor RJ (1987), Sample size for testing differences in proportions for the paired-sample design,
    Biometrics 43:207-211:  d sqrt(n) = z(1 - alpha/2) sqrt(discordance) + z(power) sqrt(discordance - d^2).
    No difference exceeds the discordance; where d would, all that differs is taken to differ one way
    (discordance = d).
    """
    normal = NormalDist()
    size, strength = normal.inv_cdf(1 - alpha / 2), normal.inv_cdf(power)
    if n <= size**2:
        return 1.0
    total = n + strength**2
    root = math.sqrt(total - size**2)
    found = math.sqrt(discordance) * (size * math.sqrt(n) + strength * root) / total
    if found <= discordance:
        return found
    return 1 - ((math.sqrt(n) * root - size * strength) / total) ** 2


def _wilson(passed: int, n: int, confidence: float) -> tuple[float, float]:
    from scipy.stats import binomtest

    low, high = binomtest(passed, n).proportion_ci(confidence, method="wilson")
    return float(low), float(high)


def _phi(pairs: Pairs) -> float:
    """The outcomes' correlation as method 10 wants it: pulled towards 0 when positive, 0 when undefined."""
    product = pairs.first * (pairs.n - pairs.first) * pairs.second * (pairs.n - pairs.second)
    if not product:
        return 0.0
    covariance: float = pairs.both * pairs.neither - pairs.only_first * pairs.only_second
    if covariance > 0:
        covariance = max(covariance - pairs.n / 2, 0.0)
    return covariance / math.sqrt(product)
