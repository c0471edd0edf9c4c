"""How much less than so many independent ones are measurements worth that followed each other? Pure, vectorised.

It knows ranks alone, so that no outlier decides, and nothing of what was measured.
"""

import numpy as np
from scipy.stats import rankdata

from evalharness.stats.score import Floats

FEWEST = 20  # values from which a correlation can be told from chance at all
TINY = 1e-9
MOST = 0.95  # of a series' length that its inflation can take up: beyond it nothing is known at all


def inflation(values: Floats) -> Floats:
    """By what factor the variance of a series' centre exceeds that of independent values; at least 1.

    `values` (… x n) are in the order in which they were measured. The sum of the ranks' autocorrelations is cut where
    a pair of neighbouring lags turns negative, and made to fall (initial monotone sequence estimator; Geyer CJ (1992),
    Practical Markov chain Monte Carlo, Statistical Science 7:473-483). It is raised for what the sample's own mean
    took away from the autocorrelations. Fewer than
    FEWEST values are taken for independent.
    """
    count = values.shape[-1]
    if count < FEWEST:
        return np.ones(values.shape[:-1])
    ranks = rankdata(values, axis=-1) - (count + 1) / 2  # of equals the mean: in the order they came, they would rise
    power = np.abs(np.fft.rfft(ranks, 2 * count)) ** 2
    correlations = np.fft.irfft(power)[..., :count]
    correlations = correlations / np.maximum(correlations[..., :1], TINY)  # of values that are all equal, nothing
    lags = 2 * (count // 2)
    pairs = correlations[..., 0:lags:2] + correlations[..., 1:lags:2]
    pairs = np.where(np.cumprod(pairs > 0, axis=-1), pairs, 0)
    found = np.maximum(1, 2 * np.minimum.accumulate(pairs, axis=-1).sum(axis=-1) - 1)
    return np.asarray(np.where(found > 1, found / (1 - np.minimum(found / count, MOST)), found))
