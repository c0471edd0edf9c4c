"""A capacity run's charts as inline SVG: a latency over the levels with its limit and both capacities, and the run over
time. Numbers in, markup out. The first endpoint is a ring, the second a diamond, as on every page (drawing.py).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evalharness.report.drawing import Scale, linear_ticks, log_ticks
from evalharness.runs.rows.capacity import ServerRow
from evalharness.runs.summaries.capacity import CapacitySummary

WIDTH, HEIGHT = 520, 300
LEFT, RIGHT, TOP, BOTTOM = 72, 12, 14, 40
SIDES = ("first", "second")
ASIDE = 5


@dataclass(frozen=True)
class Axis:
    """From values to pixels; logarithmic where `log`."""

    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 1)

    def ticks(self) -> list[float]:
        if not self.log:
            return linear_ticks(self.low, self.high)
        return log_ticks(Scale(self.low, self.high, log=True))


@dataclass(frozen=True)
class Counted:
    """Something that a server counts: what it is called, how it is written, and how high its chart is at least."""

    name: str
    value: Callable[[ServerRow], float]
    write: Callable[[float], str] = "{:g}".format
    top: float = 1.0


def latency(summary: CapacitySummary, limit: str) -> Markup:
    """One limited percentile over the levels that were probed, with its limit and the capacities."""
    kind, _, percentile = limit.partition("_")
    bound = summary.agreed.limits[limit]
    probed = [
        (side, row.level, value)
        for side, endpoint in enumerate(summary.endpoints)
        for row in summary.probes
        if row.endpoint == endpoint.name
        and not row.rejected
        and (value := row.latencies[kind].get(percentile)) is not None
        and value > 0
    ]
    if not probed:
        return Markup()
    values = [value for _, _, value in probed] + [bound]
    x = _level_axis(summary)
    y = Axis(min(values) / 1.3, max(values) * 1.3, HEIGHT - BOTTOM, TOP, log=True)
    drawn = [_axes(x, y, _clock, f"level, {summary.unit}")]
    drawn.append(_path("bound", f"M{LEFT} {y.at(bound)}H{WIDTH - RIGHT}"))
    for side, endpoint in enumerate(summary.endpoints):
        own = sorted((level, value) for number, level, value in probed if number == side)
        line = "L".join(f"{x.at(level)} {y.at(value)}" for level, value in own)
        drawn.append(_path(f"curve {SIDES[side]}", f"M{line}" if own else ""))
        drawn += [_mark(side, x.at(level), y.at(value)) for level, value in own]
        if endpoint.capacity is not None:
            place = x.at(endpoint.capacity)
            drawn.append(_path(f"knee {SIDES[side]}", f"M{place} {TOP}V{HEIGHT - BOTTOM}"))
            ends = x.at(endpoint.low or x.low), x.at(endpoint.high or x.high)
            drawn.append(_path(f"range {SIDES[side]}", f"M{ends[0]} {HEIGHT - BOTTOM - 3 - 5 * side}H{ends[1]}"))
    names = " and ".join(endpoint.name for endpoint in summary.endpoints)
    return _figure(f"{limit} of {names} over the level, with its limit and both capacities", drawn)


def timeline(summary: CapacitySummary, server: Sequence[ServerRow], counted: Counted) -> Markup:
    """What a server counted over the run, probe by probe."""
    begins = {row.probe: row.started for row in summary.probes}
    if not begins or not server:
        return Markup()
    zero = min(begins.values())
    known = [row for row in server if row.probe in begins]
    moments = [begins[row.probe] - zero + row.at for row in known]
    values = [counted.value(row) for row in known]
    if not known:
        return Markup()
    x = Axis(0.0, max(*moments, 1.0), LEFT, WIDTH - RIGHT)
    y = Axis(0.0, max(*values, counted.top) * 1.1, HEIGHT - BOTTOM, TOP)
    drawn = [_axes(x, y, counted.write, "seconds")]
    for side, endpoint in enumerate(summary.endpoints):
        for probe in begins:
            own = [
                (moment, one)
                for row, moment, one in zip(known, moments, values, strict=True)
                if row.probe == probe and row.endpoint == endpoint.name
            ]
            line = "L".join(f"{x.at(moment)} {y.at(one)}" for moment, one in own)
            drawn.append(_path(f"curve {SIDES[side]}", f"M{line}" if own else ""))
    return _figure(f"{counted.name} over the run", drawn)


def shares(summary: CapacitySummary) -> Markup:
    """How much of each probe's requests kept the part of the service level that it kept least, over the levels."""
    rows = [row for row in summary.probes if not row.rejected and row.shares]
    if not rows:
        return Markup()
    x = _level_axis(summary)
    worst = [min(row.shares, key=lambda one: one.share - one.least) for row in rows]
    y = Axis(max(0.0, min(one.low for one in worst) - 0.02), 1.0, HEIGHT - BOTTOM, TOP)
    drawn = [_axes(x, y, "{:.0%}".format, f"level, {summary.unit}")]
    for least in sorted({one.least for one in worst}):
        drawn.append(_path("bound", f"M{LEFT} {y.at(least)}H{WIDTH - RIGHT}"))
    names = [endpoint.name for endpoint in summary.endpoints]
    for row, one in zip(rows, worst, strict=True):
        side = names.index(row.endpoint)
        place = x.at(row.level) + (-ASIDE, ASIDE)[side]  # both are probed at the same levels
        drawn.append(_path(f"range {SIDES[side]}", f"M{place} {y.at(one.low)}V{y.at(one.high)}"))
        drawn.append(_mark(side, place, y.at(one.share)))
    return _figure("Share of requests that keep the service level, with intervals, over the level", drawn)


def _level_axis(summary: CapacitySummary) -> Axis:
    levels = [row.level for row in summary.probes]
    return Axis(min(levels) / 1.15, max(levels) * 1.15, LEFT, WIDTH - RIGHT, log=True)


def _axes(x: Axis, y: Axis, write: Callable[[float], str], what: str) -> Markup:
    parts = []
    for tick in y.ticks():
        parts.append(_path("grid", f"M{LEFT} {y.at(tick)}H{WIDTH - RIGHT}"))
        parts.append(_text("tick", LEFT - 6, y.at(tick) + 4, "end", write(tick)))
    for tick in x.ticks():
        parts.append(_path("grid", f"M{x.at(tick)} {TOP}V{HEIGHT - BOTTOM}"))
        parts.append(_text("tick", x.at(tick), HEIGHT - BOTTOM + 16, "middle", f"{tick:g}"))
    parts.append(_text("end", WIDTH - RIGHT, HEIGHT - 6, "end", what))
    return Markup().join(parts)


def _figure(about: str, drawn: Sequence[Markup]) -> Markup:
    frame = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return frame.format(WIDTH, HEIGHT, about, Markup().join(drawn))


def _mark(side: int, x: float, y: float) -> Markup:
    if side == 0:
        return Markup('<circle class="mark first" cx="{}" cy="{}" r="5"/>').format(x, y)
    return _path("mark second", f"M{x} {y - 5}l5 5-5 5-5-5z")


def _path(kind: str, shape: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, shape) if shape else Markup()


def _text(kind: str, x: float, y: float, anchor: str, said: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(kind, x, y, anchor, said)


def _clock(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
