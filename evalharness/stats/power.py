"""Before a run: how likely it shows what is there, the smallest difference it can see, how many prompts it takes.

What a suite shows is decided by its interval's lower end, above 0 for superiority, above minus the margin for
non-inferiority. The power of just that decision is computed exactly, by adding up every outcome of n independent pairs,
so the promise holds for few prompts too, where formulas with a normal distribution miss by up to fifteen points.
Prompts that come in groups are counted as the independent pairs that they are worth.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, bdtrc, ndtri, stdtrit  # not scipy.stats: its import takes as long as a short run

from evalharness.stats import score
from evalharness.stats.clustered import unseen
from evalharness.stats.levels import ALPHA, FALSE_PASS, POWER
from evalharness.stats.score import Floats

NONE_MET = 0.8 * FALSE_PASS  # of all runs in which a loss comes in whole groups; the rest is for those that met one
NEGLIGIBLE = 1e-12  # the chance of the outcomes on either side that are not added up
PRECISION = 1e-9  # of the smallest difference
MOST_PROMPTS = 10_000_000


@dataclass(frozen=True)
class Company:
    """In how large a group the average prompt stands, and the correlation of the differences within a group.

    Variants and repeats of a prompt are company too: of so many answers as there are.
    """

    size: float = 1.0
    correlation: float = 0.0

    @property
    def design_effect(self) -> float:
        """How many times the variance of independent prompts (Kish L (1965), Survey Sampling, Wiley)."""
        return 1 + (self.size - 1) * self.correlation


ALONE = Company()


def company_of(size: float, design_effect: float) -> Company:
    """Company of this size, as alike as the design effect says that it was found to be."""
    return Company(size, min(1.0, max(0.0, (design_effect - 1) / (size - 1)))) if size > 1 else ALONE


def power_at(
    n: int, discordance: float, difference: float, margin: float = 0.0, alpha: float = ALPHA, company: Company = ALONE
) -> float:
    """How likely the interval of n prompts lies wholly above -margin.

    `discordance` is the true share of prompts that only one of the two gets right, `difference` the true gain of the
    second (it cannot exceed the discordance). With margin 0 this is the power to show a gain; with difference 0 the
    power to rule out a loss of `margin`; with difference = -margin the chance of a false PASS. Exact where each prompt
    stands alone, near it in company. Raises ValueError where no such truth can be.
    """
    if not abs(difference) <= discordance <= 1:
        raise ValueError("no difference exceeds the discordance, and that is a share")
    pairs = worth(n, company, alpha)
    if pairs < 1:
        return 0.0
    discordant = _likely(pairs, discordance)
    # What was not seen is feared in whole groups (clustered.py): in so many of the pairs that these are worth.
    needed = _fewest_gains(pairs, discordant, margin, alpha, unseen(1.0, company.size / company.design_effect))
    share_of_gains = (discordance + difference) / (2 * discordance) if discordance else 0.0
    fewer = np.where(discordant > 0, bdtr(np.maximum(discordant - 1, 0), pairs, discordance), 0)
    chances = bdtr(discordant, pairs, discordance) - fewer
    return float(chances @ bdtrc(needed - 1, discordant.astype(np.intp), share_of_gains))


def worth(prompts: int, company: Company, alpha: float = ALPHA) -> int:
    """As many independent pairs as so many prompts in company are worth to their interval, Student's quantile counted
    in; rounded down. 0 where they are not even two groups."""
    if company.size <= 1:
        return prompts
    groups = prompts / company.size
    if groups < 2:
        return 0
    student = (ndtri(1 - alpha / 2) / stdtrit(groups - 1, 1 - alpha / 2)) ** 2
    return int(prompts / company.design_effect * student)


def fewest_groups(margin: float) -> int:
    """Fewer groups than this cannot show that no more than `margin` is lost, whatever they say.

    A loss may come in whole groups: then a run of so few holds none of those that are lost in more than NONE_MET of
    all cases, and looks like no loss at all. 63 for 5 points, 31 for 10. Of prompts that stand alone no interval is
    narrow enough to pass with fewer, so that it asks nothing more of them (up to 25 points: from 15 on it is below 20,
    which every statement asks anyhow).
    """
    return math.ceil(math.log(NONE_MET) / math.log1p(-margin))


def smallest_difference(
    n: int, discordance: float, power: float = POWER, alpha: float = ALPHA, company: Company = ALONE
) -> float:
    """The smallest true gain that n prompts show with this power (a rate; 1 where even that is not seen).

    `discordance` is the share of prompts that is expected to differ. Where no gain within it is seen, all that
    differs is taken to differ one way (discordance = gain).
    """
    too_small, seen = 0.0, 1.0
    while seen - too_small > PRECISION:
        gain = (too_small + seen) / 2
        if power_at(n, max(discordance, gain), gain, alpha=alpha, company=company) < power:
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
    company: Company = ALONE,
) -> int | None:
    """How many prompts show a true difference with this power: to be above 0, or not below minus the margin.

    Since counts are whole, power does not rise smoothly: the prompts found have it, one prompt less has not, and with
    a few more it may fall short by a point. None where more than `most` are needed: the truth lies close to the bound.
    Raises ValueError where no such truth can be.
    """
    few, enough = 0, 1
    while power_at(enough, discordance, difference, margin, alpha, company) < power:
        if enough == most:
            return None
        few, enough = enough, min(2 * enough, most)
    while enough - few > 1:
        middle = (few + enough) // 2
        if power_at(middle, discordance, difference, margin, alpha, company) < power:
            few = middle
        else:
            enough = middle
    return enough


def _likely(n: int, share: float) -> Floats:
    """The numbers of n that are not negligibly rare where each has this chance: Bernstein's bound on both tails."""
    size = -math.log(NEGLIGIBLE)
    reach = size / 3 + math.sqrt(size**2 / 9 + 2 * size * n * share * (1 - share))
    return np.arange(max(0, math.floor(n * share - reach)), min(n, math.ceil(n * share + reach)) + 1, dtype=float)


def _fewest_gains(n: int, discordant: Floats, margin: float, alpha: float, missed: Floats) -> Floats:
    """Of each number of discordant pairs, how many must be gains for the interval to lie above -margin.

    One more than there are where not even all of them do. Halves whole numbers: the statistic rises with the gains.
    """
    size = ndtri(1 - alpha / 2)
    too_few, enough = np.full_like(discordant, -1.0), discordant + 1
    while np.any(enough - too_few > 1):
        middle = np.floor((too_few + enough) / 2)
        met = score.statistic(middle, discordant - middle, n, -margin, unseen=missed) > size
        too_few, enough = np.where(met, too_few, middle), np.where(met, middle, enough)
    return enough
