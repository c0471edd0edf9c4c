"""What to probe next: doubling and halving at a glance, then the capacity's interval, below and above. Pure.

The search has no state of its own: it follows from the probes so far, so that one that was interrupted goes on from
what was written down. It knows what they have shown, nothing of how that came about.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.load.capacity.estimate import Level, capacity

CLOSE = 1.3  # times as high as what leans up is what leans down: from there on a glance tells too little


@dataclass(frozen=True, slots=True)
class Next:
    """`quick`: one look is enough if it leans either way, for this is only on the way."""

    level: float
    quick: bool


@dataclass(frozen=True, slots=True)
class Range:
    """Where a search begins and what it never leaves; `precision` is half of what the interval may be wide, as a
    share."""

    start: float
    least: float
    most: float
    precision: float = 0.1
    whole: bool = False


def next_probe(levels: Sequence[Level], asked: Sequence[float], confidence: float, within: Range) -> Next | None:
    """The level to probe next, or None when the capacity is known as precisely as was asked, or never will be."""
    if not levels:
        return Next(_allowed(within.start, within), quick=True)
    up = max((one.level for one in levels if one.leaning), default=None)
    down = min((one.level for one in levels if not one.leaning), default=None)
    if down is None:
        assert up is not None
        if up < within.most:
            return Next(_allowed(2 * up, within), quick=2 * up < within.most)
        return Next(up, quick=False) if _glanced(levels, up) else None
    if up is None:
        if down > within.least:
            return Next(_allowed(down / 2, within), quick=True)
        return Next(down, quick=False) if _glanced(levels, down) else None
    between = _allowed(math.sqrt(up * down), within)
    if up < between < down and down > CLOSE * up:
        return Next(between, quick=True)
    found = capacity(levels, asked, confidence)
    if not found.low:  # so few are asked at the level that leans up that no probe of this length shows anything
        return None
    if found.high - found.low <= max(2 * within.precision * found.value, within.whole):
        return None
    # On both sides of it in turn: at one level alone nobody learns how steeply misses rise.
    end = found.low if sum(not one.quick for one in levels) % 2 else found.high
    return Next(_allowed(math.sqrt(found.value * end), within), quick=False)


def _glanced(levels: Sequence[Level], level: float) -> bool:
    """Whether nothing but glances was taken of it, which settle nothing."""
    return all(one.quick for one in levels if one.level == level)


def _allowed(level: float, within: Range) -> float:
    level = min(max(level, within.least), within.most)
    return float(round(level)) if within.whole else level
