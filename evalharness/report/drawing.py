"""What charts are drawn with, as inline SVG: scales, ticks, marks, rows over an axis. Numbers in, markup out, all pure.

A chart is a stack of rows: a label and its value on one line, the drawing on the line below, one axis for all. The
first endpoint is always a ring, the second a diamond: colour never speaks alone. Colours, fonts and line widths are
the stylesheet's. It does not know what is measured.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evalharness import wording

WIDTH, PAD = 520, 8
ROW, AXIS, ENDS = 62, 34, 20  # heights


@dataclass(frozen=True)
class Scale:
    """From values to x positions."""

    low: float
    high: float
    log: bool = False

    def x(self, value: float) -> float:
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        value = math.log(max(value, self.low)) if self.log else value
        share = min(max((value - low) / (high - low), 0), 1)
        return round(PAD + share * (WIDTH - 2 * PAD), 1)


@dataclass(frozen=True)
class Estimate:
    """One row of a forest plot; `bounds` are the values it is held against."""

    name: str
    value: float
    low: float
    high: float
    bounds: tuple[float, ...]

    @property
    def edges(self) -> tuple[float, ...]:
        return (self.low, self.high, *self.bounds)


@dataclass(frozen=True)
class Axis:
    """What lies under the rows: the scale, its ticks, how they are written, and what either end means."""

    scale: Scale
    ticks: Iterable[float]
    label: Callable[[float], str]
    ends: tuple[str, str] = ("", "")


def forest(about: str, rows: Sequence[Estimate], ends: tuple[str, str]) -> Markup:
    """Differences in percentage points with their intervals, around zero; `ends` say what either side means."""
    edges = [0.0, *(edge for row in rows for edge in row.edges)]
    pad = max(0.02, (max(edges) - min(edges)) * 0.04)
    scale = Scale(min(edges) - pad, max(edges) + pad)
    axis = Axis(scale, linear_ticks(scale.low, scale.high), _whole_points, ends)
    return chart(about, intervals(rows, scale, 0, wording.points), axis)


def chart(about: str, rows: Sequence[tuple[str, str, Markup]], axis: Axis) -> Markup:
    """The rows under each other and their axis. Nothing at all when there are no rows."""
    if not rows:
        return Markup()
    foot = len(rows) * ROW
    height = foot + AXIS + (ENDS if any(axis.ends) else 0)
    parts = [Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, about)]
    for tick in axis.ticks:
        x = axis.scale.x(tick)
        bands = " ".join(f"M{x} {top + 26}V{top + 54}" for top in range(0, foot, ROW))
        anchor = "start" if x < 4 * PAD else "end" if x > WIDTH - 4 * PAD else "middle"
        parts.append(
            Markup('<path class="grid" d="{}"/><text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>').format(
                bands, x, foot + 16, anchor, axis.label(tick)
            )
        )
    for said, x, anchor in zip(_arrows(axis.ends), (0, WIDTH), ("start", "end"), strict=True):
        end = Markup('<text class="end" x="{}" y="{}" text-anchor="{}">{}</text>')
        parts.append(end.format(x, foot + 16 + ENDS, anchor, said) if said else Markup())
    for number, (name, value, drawing) in enumerate(rows):
        parts.append(
            Markup(
                '<g transform="translate(0 {})"><text class="name" y="16">{}</text>'
                '<text class="value" x="{}" y="16" text-anchor="end">{}</text>'
                '<g transform="translate(0 40)">{}</g></g>'
            ).format(number * ROW, _shortened(name), WIDTH, value, drawing)
        )
    return Markup().join([*parts, Markup("</svg>")])


def intervals(
    rows: Iterable[Estimate], scale: Scale, nothing: float, write: Callable[[float], str]
) -> list[tuple[str, str, Markup]]:
    """Each row's interval over its bounds and over the line where nothing differs."""
    drawn = []
    for row in rows:
        low, high = scale.x(row.low), scale.x(row.high)
        drawing = _upright("zero", scale.x(nothing))
        for bound in row.bounds:
            drawing += _upright("bound", scale.x(bound))
        drawing += line("interval", low, high) + path("interval", f"M{low} -5V5M{high} -5V5")
        drawing += diamond(scale.x(row.value))
        text = f"{write(row.value)} ({write(row.low)} to {write(row.high)})"
        drawn.append((row.name, text, drawing))
    return drawn


def _arrows(ends: tuple[str, str]) -> tuple[str, str]:
    low, high = ends
    shown = _shortened(low, 26), _shortened(high, 26)
    return f"\N{LEFTWARDS ARROW} {shown[0]}" if low else "", f"{shown[1]} \N{RIGHTWARDS ARROW}" if high else ""


def linear_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within a range, some `about` of them."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough)
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def log_ticks(scale: Scale) -> list[float]:
    """Round numbers within a positive range: powers of ten, or as much finer as it takes to have three."""
    decades = range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)
    for series in ((1,), (1, 3), (1, 2, 5)):
        ticks = [float(f"{one}e{decade}") for decade in decades for one in series]
        ticks = [tick for tick in ticks if scale.low <= tick <= scale.high]
        if len(ticks) >= 3:
            return ticks
    return linear_ticks(scale.low, scale.high)


def line(kind: str, left: float, right: float, y: float = 0) -> Markup:
    return path(kind, f"M{left} {y}H{right}")


def _upright(kind: str, x: float) -> Markup:
    return path(kind, f"M{x} -14V14")


def ring(x: float, y: float = 0) -> Markup:
    return Markup('<circle class="mark first" cx="{}" cy="{}" r="6"/>').format(x, y)


def diamond(x: float, y: float = 0) -> Markup:
    return path("mark second", f"M{x} {y - 6}l6 6-6 6-6-6z")


def path(kind: str, shape: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, shape)


def _shortened(name: str, longest: int = 30) -> str:
    """In the middle: what tells names apart is often at their end."""
    half = (longest - 1) // 2
    return name if len(name) <= longest else f"{name[: longest - 1 - half]}\N{HORIZONTAL ELLIPSIS}{name[-half:]}"


def _whole_points(difference: float) -> str:
    return wording.points(difference).removesuffix(".0")
