"""Tuning told from quantization: base and tuned, each in full precision and in INT4, on the same prompts.

One contrast a prompt, then the interval of clustered.py: whatever makes a prompt easy or hard for all four falls out.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalharness.stats.clustered import Effect, effect
from evalharness.stats.levels import CONFIDENCE


@dataclass(frozen=True)
class Contrasts:
    """What each of the two does to the score, averaged over the other, and what they do together.

    `interaction` is what tuning gains in INT4 beyond what it gains in full precision, -2 to 2: negative where
    quantization eats some of what tuning taught.
    """

    tuning: Effect
    quantization: Effect
    interaction: Effect


def contrasts(
    base: npt.ArrayLike,
    base_int4: npt.ArrayLike,
    tuned: npt.ArrayLike,
    tuned_int4: npt.ArrayLike,
    groups: Sequence[Hashable] | None = None,
    confidence: float = CONFIDENCE,
) -> Contrasts:
    """One score (0 to 1) a prompt of each of the four, all in the same order of prompts, and of which group each is.

    Raises ValueError for scores outside 0 to 1, without prompts, or when the four are not of one length.
    """
    scores = [np.asarray(values, float) for values in (base, base_int4, tuned, tuned_int4)]
    if len({values.shape for values in scores}) > 1:
        raise ValueError("the four must have answered the same prompts")
    a, b, c, d = scores
    return Contrasts(
        tuning=effect((c - a + d - b) / 2, groups, confidence=confidence),
        quantization=effect((b - a + d - c) / 2, groups, confidence=confidence),
        interaction=effect((d - b) - (c - a), groups, confidence=confidence, reach=2),
    )
