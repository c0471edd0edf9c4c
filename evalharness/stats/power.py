"""Before a run: how likely it shows what is there, the smallest difference it can see, how many prompts it takes.

What a suite shows is decided by its interval's lower end, above 0 for superiority, above minus the margin for
non-inferiority. The power of just that decision is computed exactly, by adding up every outcome of n independent pairs,
so the promise holds for few prompts too, where formulas with a normal distribution miss by up to fifteen points.
"""

import math

import numpy as np
from scipy.special import bdtr, bdtrc, ndtri, stdtrit  # not scipy.stats: its import takes as long as a short run

from evalharness.stats import score
from evalharness.stats.clustered import WHOLE
from evalharness.stats.levels import ALPHA, POWER
from evalharness.stats.score import Floats

NEGLIGIBLE = 1e-12  # the chance of the outcomes on either side that are not added up
PRECISION = 1e-9  # of the smallest difference
MOST_PROMPTS = 10_000_000


def power_at(n: int, discordance: float, difference: float, margin: float = 0.0, alpha: float = ALPHA) -> float:
    """How likely the interval of n pairs lies wholly above -margin.

    `discordance` is the true share of prompts that only one of the two gets right, `difference` the true gain of the
    second (it cannot exceed the discordance). With margin 0 this is the power to show a gain; with difference 0 the
    power to rule out a loss of `margin`; with difference = -margin the chance of a false PASS.
    Raises ValueError where no such truth can be.
    """
    if not abs(difference) <= discordance <= 1:
        raise ValueError("no difference exceeds the discordance, and that is a share")
    discordant = _likely(n, discordance)
    needed = _fewest_gains(n, discordant, margin, alpha)
    share_of_gains = (discordance + difference) / (2 * discordance) if discordance else 0.0
    fewer = np.where(discordant > 0, bdtr(np.maximum(discordant - 1, 0), n, discordance), 0)
    chances = bdtr(discordant, n, discordance) - fewer
    return float(chances @ bdtrc(needed - 1, discordant.astype(np.intp), share_of_gains))


def smallest_difference(n: int, discordance: float, power: float = POWER, alpha: float = ALPHA) -> float:
    """The smallest true gain that n prompts show with this power (a rate; 1 where even that is not seen).

    `discordance` is the share of prompts that is expected to differ. Where no gain within it is seen, all that
    differs is taken to differ one way (discordance = gain).
    """
    too_small, seen = 0.0, 1.0
    while seen - too_small > PRECISION:
        gain = (too_small + seen) / 2
        if power_at(n, max(discordance, gain), gain, alpha=alpha) < power:
            too_small = gain
        else:
            seen = gain
    return seen


def prompts_needed(
    difference: float,
    discordance: float,
    margin: float = 0.0,
    power: float = POWER,
    alpha: float = ALPHA,
    most: int = MOST_PROMPTS,
) -> int | None:
    """How many prompts show a true difference with this power: to be above 0, or not below minus the margin.

    Since counts are whole, power does not rise smoothly: the prompts found have it, one prompt less has not, and with
    a few more it may fall short by a point. None where more than `most` are needed: the truth lies close to the bound.
    Raises ValueError where no such truth can be.
    """
    few, enough = 0, 1
    while power_at(enough, discordance, difference, margin, alpha) < power:
        if enough == most:
            return None
        few, enough = enough, min(2 * enough, most)
    while enough - few > 1:
        middle = (few + enough) // 2
        if power_at(middle, discordance, difference, margin, alpha) < power:
            few = middle
        else:
            enough = middle
    return enough


def effective_prompts(prompts: int, variants: int, correlation: float, discordance: float, alpha: float = ALPHA) -> int:
    """As how many pairs the interval of clustered.py will count so many prompts, each asked in `variants`.

    `correlation` is that of the differences within a prompt: 0 for variants as good as new prompts, 1 for variants
    that add nothing (Kish L (1965), Survey Sampling, Wiley: the design effect). Student's quantile and the prompt's
    share that the interval adds to the design effect are counted in; rounded down. Takes two prompts at least.
    """
    differing = prompts * discordance
    kish = (1 + (variants - 1) * correlation) / variants
    design_effect = (kish * differing + WHOLE) / (differing + WHOLE)
    return int(prompts / design_effect * (ndtri(1 - alpha / 2) / stdtrit(prompts - 1, 1 - alpha / 2)) ** 2)


def _likely(n: int, share: float) -> Floats:
    """The numbers of n that are not negligibly rare where each has this chance: Bernstein's bound on both tails."""
    size = -math.log(NEGLIGIBLE)
    reach = size / 3 + math.sqrt(size**2 / 9 + 2 * size * n * share * (1 - share))
    return np.arange(max(0, math.floor(n * share - reach)), min(n, math.ceil(n * share + reach)) + 1, dtype=float)


def _fewest_gains(n: int, discordant: Floats, margin: float, alpha: float) -> Floats:
    """Of each number of discordant pairs, how many must be gains for the interval to lie above -margin.

    One more than there are where not even all of them do. Halves whole numbers: the statistic rises with the gains.
    """
    size = ndtri(1 - alpha / 2)
    too_few, enough = np.full_like(discordant, -1.0), discordant + 1
    while np.any(enough - too_few > 1):
        middle = np.floor((too_few + enough) / 2)
        met = score.statistic(middle, discordant - middle, n, -margin) > size
        too_few, enough = np.where(met, too_few, middle), np.where(met, middle, enough)
    return enough
