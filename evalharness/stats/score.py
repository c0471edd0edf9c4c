"""Tango's score interval of the difference between two paired rates: all our intervals of a difference end in it.

Tango T (1998), Equivalence test and confidence interval for the difference in proportions for the paired-sample
design, Statistics in Medicine 17:891-908. A difference lies in the interval when the data, standardised by the
variance they would have if that difference were true, do not contradict it. Two things follow that make it ours: it
excludes 0 exactly when McNemar's (asymptotic) test does, and it stays honest where few pairs differ or none does,
where an estimated variance, or a bootstrap, knows only what has happened so far.

Vectorised over numpy arrays that broadcast. It knows counts, which may be fractions, and nothing of whence they come.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
HALVINGS = 45  # of a bracket at most 2 wide: 6e-14 is left


def statistic(
    gains: npt.ArrayLike,
    losses: npt.ArrayLike,
    n: npt.ArrayLike,
    difference: npt.ArrayLike,
    design_effect: npt.ArrayLike = 1.0,
    unseen: npt.ArrayLike = 1.0,
) -> Floats:
    """Standard normal where `difference` (second minus first, -1 to 1) is the truth; positive when more was seen.

    Of n pairs the second alone was right in `gains`, the first alone in `losses`. Infinite where what was seen
    cannot be, if the difference is true.

    Pairs that are not independent count `design_effect` times their variance, as far as it was seen. A difference
    further out takes outcomes that were not, and these may come in other company: as events that each turn `unseen`
    pairs at once (never fewer than the design effect of what was seen), so many of them as the surplus takes.
    """
    gains, losses, n, difference = (np.asarray(values, float) for values in (gains, losses, n, difference))
    surplus = gains - losses - n * difference
    seen, supposed = _variance(gains, losses, n, (gains - losses) / n), _variance(gains, losses, n, difference)
    turned = np.abs(surplus) * (1 - np.abs(surplus) / n)  # the variance of as many pairs as the surplus, one by one
    of_seen, of_unseen = np.asarray(design_effect, float), np.maximum(design_effect, unseen)
    variance = of_seen * supposed + (of_unseen - of_seen) * np.maximum(np.maximum(supposed - seen, turned), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(np.abs(surplus) < 1e-12, 0.0, surplus / np.sqrt(variance)))


def interval(
    gains: npt.ArrayLike,
    losses: npt.ArrayLike,
    n: npt.ArrayLike,
    z: npt.ArrayLike,
    design_effect: npt.ArrayLike = 1.0,
    unseen: npt.ArrayLike = 1.0,
) -> tuple[Floats, Floats]:
    """Bounds of the difference: all that `statistic` puts within -z to z. n is at least 1, z positive."""
    effects = design_effect, unseen
    return _lower(gains, losses, n, z, *effects), -_lower(losses, gains, n, z, *effects)


def _variance(gains: Floats, losses: Floats, n: Floats, difference: Floats) -> Floats:
    """Of gains minus losses in n independent pairs, where this is the true difference."""
    # The likeliest rate of losses, given the difference, is the larger root of 2n q^2 + linear q + constant = 0.
    linear = (2 * n - gains + losses) * difference - gains - losses
    constant = -losses * difference * (1 - difference)
    rate = (np.sqrt(np.maximum(linear**2 - 8 * n * constant, 0)) - linear) / (4 * n)
    return np.asarray(np.maximum(n * (2 * rate + difference * (1 - difference)), 0))


def _lower(*counts: npt.ArrayLike) -> Floats:
    """The lower bound, of the counts, z and design effects that `interval` has.

    Halves the bracket from -1 to the estimate, where the statistic falls from infinity to 0. Not scipy's root finders:
    where no pair differs the statistic is 0 at the estimate but jumps right beside it, and they would take the
    estimate itself for the bound.
    """
    gains, losses, n, z, *effects = np.broadcast_arrays(*(np.asarray(values, float) for values in counts))
    inside = (gains - losses) / n
    outside = np.full_like(inside, -1.0)
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        contradicted = statistic(gains, losses, n, middle, *effects) > z
        outside, inside = np.where(contradicted, middle, outside), np.where(contradicted, inside, middle)
    return np.asarray(inside)
