"""Looking at a run before it is over, without paying for each look with a false conclusion.

The looks are planned: at which shares of the prompts, asked in random order. At each, intervals of the confidence
given here are judged in place of the 95 % ones, and the run may stop at the first verdict that is not INCONCLUSIVE.
All looks' intervals together hold the truth with the confidence of one (repeated confidence intervals; Jennison C,
Turnbull BW (1989), Journal of the Royal Statistical Society B 51:305-361).
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from evalharness.stats.levels import ALPHA, FALSE_PASS
from evalharness.stats.score import Floats

NODES = 200  # of the quadrature over what a run may have shown so far
FAR = 40.0  # further than any path goes, in standard deviations of the whole run

Spending = Callable[[float, float], float]
"""How much of alpha has been spent at a share of the whole run: of the share and alpha."""


def late(share: float, alpha: float) -> float:
    """Hardly any in the beginning, as O'Brien and Fleming do. Lan and DeMets (1983), see boundaries()."""
    return 4 * float(ndtr(ndtri(alpha / 4) / np.sqrt(share)))


def early(share: float, alpha: float) -> float:
    """Enough in the beginning to end there if all is clear: alpha times share to the power of 1.5.

    Kim K, DeMets DL (1987), Design and analysis of group sequential tests based on the type I error spending rate
    function, Biometrika 74:149-154.
    """
    return float(alpha * share**1.5)


def alpha_of_round(number: int) -> float:
    """What the intervals of the how-manieth evaluation of the same two models may err, where no number was planned.

    0.05 for the first, then 0.017, 0.008, …: one side of each is FALSE_PASS / (number (number + 1)), and all of these
    together are FALSE_PASS, however many rounds there are and whatever they have in common (the union bound).
    """
    return 2 * FALSE_PASS / (number * (number + 1))


def confidences(looks: Sequence[float], alpha: float = ALPHA, spending: Spending = late) -> list[float]:
    """The confidence of the interval at each look; `looks` are rising shares of the whole run, the last one 1."""
    return [float(2 * ndtr(bound) - 1) for bound in boundaries(looks, alpha, spending)]


def boundaries(looks: Sequence[float], alpha: float = ALPHA, spending: Spending = late) -> list[float]:
    """The |z| that ends a run at each look: 2.96 and 1.97 for looks at half and at all, 1.96 for one look (late).

    Alpha is spent bit by bit: Lan KKG, DeMets DL (1983), Discrete sequential boundaries for clinical trials,
    Biometrika 70:659-663. The paths that have not yet ended are integrated look by look: Armitage P, McPherson CK,
    Rowe BC (1969), Repeated significance tests on accumulating data, Journal of the Royal Statistical Society A
    132:235-244. Raises ValueError for looks that do not rise from above 0 to 1.
    """
    if not looks or looks[-1] != 1 or any(late <= early for early, late in zip([0.0, *looks], looks, strict=False)):
        raise ValueError(f"looks must rise from above 0 to 1, not {list(looks)}")
    nodes, quadrature = np.polynomial.legendre.leggauss(NODES)
    places, masses = np.zeros(1), np.ones(1)  # of the paths that go on: where they are, and how likely
    spent, share, found = 0.0, 0.0, []
    for look in looks:
        step = np.sqrt(look - share)
        allowed = spending(look, alpha)
        reach = _reach(allowed - spent, places, masses, step)
        found.append(float(reach / np.sqrt(look)))
        density = np.exp(-(((nodes[:, None] * reach - places) / step) ** 2) / 2) @ masses / (step * np.sqrt(2 * np.pi))
        places, masses = nodes * reach, density * quadrature * reach
        spent, share = allowed, look
    return found


def _reach(wanted: float, places: Floats, masses: Floats, step: float) -> float:
    """How far paths go on that all but `wanted` of them end within."""
    if len(places) == 1:  # none has gone anywhere yet, and few runs look twice: spared the import below
        return min(FAR, step * -float(ndtri(wanted / 2)))
    from scipy.optimize import brentq

    return float(brentq(_ending_beyond, 0, FAR, args=(wanted, places, masses, step)))


def _ending_beyond(reach: float, wanted: float, places: Floats, masses: Floats, step: float) -> float:
    """By how much more than `wanted` the paths that go on from `places` end further from 0 than `reach`."""
    beyond = ndtr((places - reach) / step) + ndtr((-reach - places) / step)
    return float(masses @ beyond) - wanted
