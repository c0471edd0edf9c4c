"""What to probe next: doubling, then halving what lies between, then closing in on the shown ends. Pure.

The search has no state of its own: it follows from the probes so far, so that one that was interrupted goes on from
what was written down. It knows outcomes and levels, nothing of how they came about.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.runs.summaries.parts import Probed


@dataclass(frozen=True, slots=True)
class Found:
    """A probe's outcome. `leaning`: more likely held than not. `quick`: it stopped early because it was, unsettled."""

    level: float
    outcome: Probed
    leaning: bool
    quick: bool = False

    @property
    def upwards(self) -> bool:
        return self.outcome == "held" or (self.outcome == "unsettled" and self.leaning)


@dataclass(frozen=True, slots=True)
class Next:
    """`quick`: one look is enough if all is well, for this is only on the way."""

    level: float
    quick: bool


@dataclass(frozen=True, slots=True)
class Range:
    """Where a search begins and what it never leaves; `precision` is how far apart, as a share, ends may stay."""

    start: float
    least: float
    most: float
    precision: float = 0.1
    whole: bool = False


def bracket(found: Sequence[Found]) -> tuple[float, float]:
    """The highest level that is shown to be held and the lowest that is shown not to be; 0 and infinity without one.

    Where the two contradict each other, between them lies what both would allow.
    """
    held = max((one.level for one in found if one.outcome == "held"), default=0.0)
    failed = min((one.level for one in found if one.outcome == "failed"), default=math.inf)
    if held < failed:
        return held, failed
    below = [one.level for one in found if one.outcome == "held" and one.level < failed]
    above = [one.level for one in found if one.outcome == "failed" and one.level > held]
    return max(below, default=0.0), min(above, default=math.inf)


def next_probe(found: Sequence[Found], within: Range) -> Next | None:
    """The level to probe next, or None when the ends are as near to each other as was asked, or cannot come nearer."""
    step = 1 + within.precision
    if not found:
        return Next(_allowed(within.start, within), quick=True)
    up = max((one.level for one in found if one.upwards), default=None)
    down = min((one.level for one in found if not one.upwards), default=None)
    if down is None:
        assert up is not None
        if up < within.most:
            return Next(_allowed(2 * up, within), quick=2 * up < within.most)
        return _once_more(found, up)
    if up is None or up >= down:
        up = max((one.level for one in found if one.upwards and one.level < down), default=None)
    if up is None:
        return Next(_allowed(down / 2, within), quick=True) if down > within.least else None
    if between := _between(up, down, step, within):
        return Next(between, quick=False)
    held, failed = bracket(found)
    return (
        _once_more(found, up)
        or _lower_end(found, held, up, step, within)
        or _upper_end(found, failed, down, step, within)
    )


def _lower_end(found: Sequence[Found], held: float, up: float, step: float, within: Range) -> Next | None:
    """Shows that something just below is held."""
    open_ones = [one.level for one in found if one.level > held and not one.quick and one.outcome == "unsettled"]
    nearest = min([up, *open_ones]) if held < up else held
    if held > 0:
        between = _between(held, nearest, step, within)
        return Next(between, quick=False) if between else None
    if nearest <= within.least:
        return None
    lower = _allowed(nearest / step ** (1 + len(open_ones)), within)
    return Next(lower, quick=False) if all(one.level != lower or one.quick for one in found) else None


def _upper_end(found: Sequence[Found], failed: float, down: float, step: float, within: Range) -> Next | None:
    """Shows that something just above is not held."""
    open_ones = [one.level for one in found if one.level < failed and not one.quick and one.outcome == "unsettled"]
    nearest = max([down, *open_ones]) if failed > down else failed
    if math.isfinite(failed):
        between = _between(nearest, failed, step, within)
        return Next(between, quick=False) if between else None
    if nearest >= within.most:
        return None
    higher = _allowed(nearest * step ** (1 + len(open_ones)), within)
    return Next(higher, quick=False) if all(one.level != higher or one.quick for one in found) else None


def _once_more(found: Sequence[Found], level: float) -> Next | None:
    """A level at which only a glance has been taken, at length."""
    return Next(level, quick=False) if all(one.quick for one in found if one.level == level) else None


def _between(low: float, high: float, step: float, within: Range) -> float | None:
    if high / low <= step * (1 + 1e-9) or (within.whole and high - low <= 1):
        return None
    middle = math.sqrt(low * high)
    return min(max(round(middle), low + 1), high - 1) if within.whole else middle


def _allowed(level: float, within: Range) -> float:
    level = min(max(level, within.least), within.most)
    return float(round(level)) if within.whole else level
