"""When a load has shown enough: the looks at it while it runs, and what each of them may conclude. Pure.

Looks are planned at shares of the longest load. At each, intervals of its own confidence are judged in place of 95 %
ones, so that all looks together are wrong as seldom as one would be (stats/sequential.py). What is known grows with the
pairs of blocks, and these with time; a look falls to the end of a pair, a little late, which costs nothing.
"""

from functools import lru_cache

from evalharness.stats import sequential

LOOKS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def due(share: float) -> int:
    """How many of the looks have come when this share of the longest load is over."""
    return sum(look <= share for look in LOOKS)


@lru_cache
def confidences() -> list[float]:
    return sequential.confidences(LOOKS, spending=sequential.early)


def confidence(looks: int) -> float:
    """That of the intervals once so many looks have come; before the first, that of the first."""
    return confidences()[max(0, looks - 1)]
