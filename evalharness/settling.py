"""How much more evidence would settle an open criterion: estimates from the width of an interval.

An interval's reach to either side shrinks with the square root of the evidence (prompts, seconds of load).
If the estimate stays where it is, at a distance d from a bound that the interval still covers with a reach r,
then (r/d)² times the evidence takes the bound out of the interval. It knows nothing of what passes or fails.
"""

import math

from evalharness.load.profile import LIMITS
from evalharness.wording import LONGER_LOAD

HOPELESS = 100.0
"""Beyond this many times the evidence nobody will gather it: the estimate lies on the bound, as good as."""


def times(estimate: float, low: float, high: float, bound: float) -> float:
    """How many times the evidence takes `bound` out of the interval; infinite for an estimate right on it."""
    if math.isclose(estimate, bound, abs_tol=1e-9):
        return math.inf
    reach = estimate - low if bound < estimate else high - estimate
    return (reach / (estimate - bound)) ** 2


def more_prompts(prompts: int, factor: float) -> str:
    """A sentence saying how many prompts, beyond the given number, would settle a suite."""
    if factor > HOPELESS:
        return "The difference lies so close to the bound that more prompts will hardly settle it."
    more = _round_up(prompts * (factor - 1))
    return f"About {more} more prompts would settle it, if the difference stays as it is."


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
