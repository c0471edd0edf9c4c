"""How much more evidence would settle an open criterion.

Of a suite, from the power to show a truth that is as what was found (stats/power.py). Of everything else from the width
of its interval: its reach to either side shrinks with the square root of the evidence (prompts, seconds of load), so if
the estimate stays at a distance d from a bound that the interval still covers with a reach r, (r/d)² times the
evidence takes the bound out of the interval. It knows nothing of what passes or fails.
"""

import math

from evalharness import wording
from evalharness.runs.summaries.load import LIMITS
from evalharness.wording import LONGER_LOAD

HOPELESS = 100.0
"""Beyond this many times the evidence nobody will gather it: the estimate lies on the bound, as good as."""


def times(estimate: float, low: float, high: float, bound: float) -> float:
    """How many times the evidence takes `bound` out of the interval; infinite for an estimate right on it."""
    if math.isclose(estimate, bound, abs_tol=1e-9):
        return math.inf
    reach = estimate - low if bound < estimate else high - estimate
    return (reach / (estimate - bound)) ** 2


def times_within(estimate: float, low: float, high: float, smallest: float, largest: float) -> float:
    """How many times the evidence takes the interval wholly into what is allowed, or wholly out of it."""
    crossed = [bound for bound in (smallest, largest) if low <= bound <= high]
    if smallest <= estimate <= largest:
        return max((times(estimate, low, high, bound) for bound in crossed), default=1.0)
    return times(estimate, low, high, smallest if estimate < smallest else largest)


def prompts_to_leave(
    bound: float,
    difference: float,
    discordance: float,
    prompts: int,
    company: float = 1.0,
    design_effect: float = 1.0,
    *,
    alpha: float,
) -> int | None:
    """How many prompts take the bound out of the interval of the difference, with 80 % power, at this `alpha`.

    `discordance` is the share of prompts that only one of the two gets right, `prompts` how many were asked,
    `company` in how large a group the average one stands, and `design_effect` what that did to the variance. None where
    it would take hopelessly many more.
    """
    from evalharness.stats.power import (  # here: numpy comes with it, and --help must answer at once
        company_of,
        prompts_needed,
    )

    discordance = max(discordance, abs(difference))  # as it is but for rounding
    most = int(HOPELESS * prompts)
    # Above a bound as it stands; below it is above it with everything turned round.
    side = 1 if difference > bound else -1
    found = company_of(company, design_effect)
    return prompts_needed(side * difference, discordance, -side * bound, alpha=alpha, most=most, company=found)


def more_prompts(prompts: int, enough: int | None, each: float = 1.0) -> str:
    """A sentence saying how many prompts, beyond the given number, would settle a suite (prompts_to_leave).

    `each` is how many a group has: new ones take new groups.
    """
    from evalharness.stats.levels import POWER

    if enough is None:
        return "The difference lies so close to the bound that more prompts will hardly settle it."
    more = wording.count(_round_up(enough - prompts), "more prompt")
    if each > 1:
        more += f", in {_round_up((enough - prompts) / each)} more groups,"
    return f"About {more} would settle it with {POWER * 100:g} % power, if the two differ as they did here."


def more_of_the_same(prompts: int, factor: float, what: str) -> str:
    """A sentence saying how many more prompts would settle `what`, such as a share, by the width of its interval."""
    if factor > HOPELESS:
        return f"The {what} lies so close to the bound that more prompts will hardly settle it."
    more = wording.count(_round_up(prompts * (factor - 1)), "more prompt")
    return f"About {more} would settle it, if the {what} stays as it is."


def longer_run(seconds: float, factor: float) -> str:
    """A sentence saying how long a load run, in seconds, would settle a ratio."""
    _, longest = LIMITS["seconds"]
    if seconds * factor > longest:
        return f"The ratio lies so close to the bound that even the longest load, {longest} s, will hardly settle it."
    enough = min(longest, _round_up(seconds * factor))
    return f"It takes {LONGER_LOAD} of about {enough} s, if the ratio stays as it is."


def _round_up(number: float) -> int:
    """To two figures, upwards, at least 1: an estimate must not look exact."""
    unit = int(10 ** max(0, len(str(int(number))) - 2))
    return max(1, math.ceil(number / unit) * unit)
