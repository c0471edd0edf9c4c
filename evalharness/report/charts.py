"""Charts as inline SVG: numbers in, markup out, all of it pure.

Every chart is a stack of rows: a label and its value on one line, the drawing on the line below, one axis for
all. The first endpoint is always a ring, the second a diamond: colour never speaks alone. Colours, fonts and
line widths are the stylesheet's.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evalharness import wording
from evalharness.runs.failures import FAILURES, Failure
from evalharness.runs.summaries.eval import Factorial, Score, SuiteSummary, Variants
from evalharness.runs.summaries.judged import JudgeSummary, People
from evalharness.runs.summaries.load import EndpointLoad, Ratio
from evalharness.verdict.policy import Limit, LoadMetric, allowed

WIDTH, PAD = 520, 8
ROW, AXIS, ENDS = 62, 34, 20  # heights
STAGES = ("ttft", "tpot", "itl", "e2e")


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


def rates(suites: Sequence[SuiteSummary], names: Sequence[str]) -> Markup:
    """How often each endpoint is right, suite by suite."""
    scale = Scale(0, 1)
    rows = []
    for suite in suites:
        first, second = suite.right.first.rate, suite.right.second.rate
        if first is None or second is None:
            continue
        drawing = _line("track", scale.x(0), scale.x(1)) + _line("span", scale.x(first), scale.x(second))
        drawing += _ring(scale.x(first)) + _diamond(scale.x(second))
        value = f"{wording.percent(first)} \N{RIGHTWARDS ARROW} {wording.percent(second)}"
        rows.append((suite.suite, value, drawing))
    about = f"Share of prompts answered right, {names[0]} and {names[1]}"
    return _chart(about, rows, Axis(scale, [0, 0.25, 0.5, 0.75, 1], _share))


def differences(suites: Sequence[SuiteSummary], names: Sequence[str]) -> Markup:
    """A forest plot: each suite's difference with its interval, zero, and the margin that matters."""
    rows = [
        Estimate(suite.suite, *difference, margins(suite)) for suite in suites if (difference := suite.right.estimate)
    ]
    about = "Difference in the share answered right, in percentage points, with intervals and margins"
    return forest(about, rows, (f"{names[0]} better", f"{names[1]} better"))


def forest(about: str, rows: Sequence[Estimate], ends: tuple[str, str]) -> Markup:
    """Differences in percentage points with their intervals, around zero; `ends` say what either side means."""
    edges = [0.0, *(edge for row in rows for edge in row.edges)]
    pad = max(0.02, (max(edges) - min(edges)) * 0.04)
    scale = Scale(min(edges) - pad, max(edges) + pad)
    axis = Axis(scale, linear_ticks(scale.low, scale.high), _whole_points, ends)
    return _chart(about, _forest(rows, scale, 0, wording.points), axis)


def losses(robustness: Sequence[Variants], names: Sequence[str], margin: float | None) -> Markup:
    """A forest plot of how much more the second loses under each kind of variant."""
    bounds = () if margin is None else (margin,)
    rows = [Estimate(row.kind, *lost, bounds) for row in robustness if (lost := row.estimate)]
    about = f"How much more {names[1]} loses than {names[0]} under each kind of variant, in percentage points"
    return forest(about, rows, (f"{names[0]} loses more", f"{names[1]} loses more"))


def effects(factorial: Factorial) -> Markup:
    """A forest plot of what tuning and quantization do to the share answered right, and what they do together."""
    rows = [
        Estimate(name, effect.difference, effect.low, effect.high, ())
        for name in ("tuning", "quantization", "interaction")
        if (effect := getattr(factorial, name))
    ]
    return forest("What tuning and quantization each do, in percentage points", rows, ("loses", "gains"))


def closeness(scores: Iterable[tuple[str, Score]], names: Sequence[str]) -> Markup:
    """A forest plot of mean score differences, in hundredths; `scores` are pairs of suite and row."""
    rows = [Estimate(f"{suite}, {row.score}", row.difference, row.low, row.high, ()) for suite, row in scores]
    about = "Difference of the mean scores, in hundredths, with intervals"
    return forest(about, rows, (f"{names[0]} closer", f"{names[1]} closer"))


def wins(judged: JudgeSummary, least: float | None) -> Markup:
    """The second's share of wins in each suite that a model judged, with its interval; half is no preference."""
    shares = ((suite.suite, suite.pairs.estimate) for suite in judged.suites)
    return _shares(shares, judged.endpoints, least)


def votes(people: People, least: float | None) -> Markup:
    """The second's share of people's decided votes, drawn as those of a judge are."""
    return _shares([("blind comparisons", people.estimate)], people.endpoints, least)


def _shares(
    found: Iterable[tuple[str, tuple[float, float, float] | None]], names: Sequence[str], least: float | None
) -> Markup:
    scale = Scale(0, 1)
    bounds = () if least is None else (least,)
    rows = [Estimate(name, *share, bounds) for name, share in found if share]
    first, second = names
    axis = Axis(scale, [0, 0.25, 0.5, 0.75, 1], _share, (f"{first} preferred", f"{second} preferred"))
    about = f"Share of the decided pairs that {second} wins, with intervals"
    return _chart(about, _forest(rows, scale, 0.5, wording.percent), axis)


def failures(counts: Mapping[str, Mapping[Failure, int]]) -> Markup:
    """How many answers of each endpoint show each type of failure: a bar each, one under the other."""
    first, second = counts
    types = [kind for kind in FAILURES if counts[first].get(kind) or counts[second].get(kind)]
    scale = Scale(0, max([1, *counts[first].values(), *counts[second].values()]))
    rows = []
    for kind in types:
        drawing = Markup()
        for side, (name, mark, y) in enumerate(((first, _ring, -8), (second, _diamond, 8))):
            end = scale.x(counts[name].get(kind, 0))
            drawing += _line(f"bar {('first', 'second')[side]}", scale.x(0), end, y) + mark(end, y)
        value = f"{counts[first].get(kind, 0)} \N{RIGHTWARDS ARROW} {counts[second].get(kind, 0)}"
        rows.append((kind, value, drawing))
    ticks = [tick for tick in linear_ticks(0, scale.high) if tick == int(tick)]
    return _chart(f"Answers with each type of failure, {first} and {second}", rows, Axis(scale, ticks, "{:g}".format))


def margins(suite: SuiteSummary) -> tuple[float, ...]:
    """Where a suite's margin lies among differences: a gain that matters, or a loss still accepted."""
    if suite.purpose == "descriptive" or suite.margin is None:
        return ()
    return (-suite.margin if suite.purpose == "non-inferiority" else suite.margin,)


def ratios(measured: Iterable[Ratio], limits: Mapping[LoadMetric, Limit]) -> Markup:
    """A forest plot of ratios (second over first), their intervals and limits, on a logarithmic axis."""
    bounds = {str(metric): limit for metric, limit in limits.items()}
    rows = [
        Estimate(wording.METRICS[row.metric], *ratio, _bounds(bounds.get(row.metric)))
        for row in measured
        if (ratio := row.estimate)
    ]
    edges = [0.9, 1.1, *(edge for row in rows for edge in row.edges)]
    scale = Scale(max(min(edges), 0.01) / 1.08, max(edges) * 1.08, log=True)
    about = "Ratios under load, with intervals and limits"
    return _chart(about, _forest(rows, scale, 1, wording.ratio), Axis(scale, log_ticks(scale), _times))


def latencies(endpoints: Sequence[EndpointLoad]) -> Markup:
    """Latencies from p50 (the mark) over p95 (the tick) to p99 (the end), on a logarithmic axis."""
    measured = {
        stage: [[side.value(f"{stage}_{at}") for at in ("p50", "p95", "p99")] for side in endpoints] for stage in STAGES
    }
    known = {
        stage: [[value for value in side if value is not None] for side in sides]
        for stage, sides in measured.items()
        if not any(None in side for side in sides)
    }
    values = [value for sides in known.values() for side in sides for value in side]
    scale = Scale(max(min(values, default=1), 1e-6) / 1.3, max(max(values, default=1), 1e-6) * 1.3, log=True)
    looks = (("first", _ring, -7), ("second", _diamond, 7))
    rows = []
    for stage, sides in known.items():
        drawing = Markup()
        for side, (kind, mark, y) in zip(sides, looks, strict=True):
            p50, p95, p99 = map(scale.x, side)
            drawing += _line(f"range {kind}", p50, p99, y) + _path(f"range {kind}", f"M{p95} {y - 4}v8")
            drawing += mark(p50, y)
        rows.append((wording.METRICS[stage], "", drawing))
    return _chart("Latencies from p50 to p99", rows, Axis(scale, log_ticks(scale), _clock))


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


def _chart(about: str, rows: Sequence[tuple[str, str, Markup]], axis: Axis) -> Markup:
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


def _forest(
    rows: Iterable[Estimate], scale: Scale, nothing: float, write: Callable[[float], str]
) -> list[tuple[str, str, Markup]]:
    """Each row's interval over its bounds and over the line where nothing differs."""
    drawn = []
    for row in rows:
        low, high = scale.x(row.low), scale.x(row.high)
        drawing = _upright("zero", scale.x(nothing))
        for bound in row.bounds:
            drawing += _upright("bound", scale.x(bound))
        drawing += _line("interval", low, high) + _path("interval", f"M{low} -5V5M{high} -5V5")
        drawing += _diamond(scale.x(row.value))
        text = f"{write(row.value)} ({write(row.low)} to {write(row.high)})"
        drawn.append((row.name, text, drawing))
    return drawn


def _arrows(ends: tuple[str, str]) -> tuple[str, str]:
    low, high = ends
    shown = _shortened(low, 26), _shortened(high, 26)
    return f"\N{LEFTWARDS ARROW} {shown[0]}" if low else "", f"{shown[1]} \N{RIGHTWARDS ARROW}" if high else ""


def _line(kind: str, left: float, right: float, y: float = 0) -> Markup:
    return _path(kind, f"M{left} {y}H{right}")


def _upright(kind: str, x: float) -> Markup:
    return _path(kind, f"M{x} -14V14")


def _ring(x: float, y: float = 0) -> Markup:
    return Markup('<circle class="mark first" cx="{}" cy="{}" r="6"/>').format(x, y)


def _diamond(x: float, y: float = 0) -> Markup:
    return _path("mark second", f"M{x} {y - 6}l6 6-6 6-6-6z")


def _path(kind: str, shape: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, shape)


def _shortened(name: str, longest: int = 30) -> str:
    """In the middle: what tells names apart is often at their end."""
    half = (longest - 1) // 2
    return name if len(name) <= longest else f"{name[: longest - 1 - half]}\N{HORIZONTAL ELLIPSIS}{name[-half:]}"


def _share(rate: float) -> str:
    return f"{rate * 100:g} %"


def _clock(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"


def _times(ratio: float) -> str:
    return f"{ratio:g}\N{MULTIPLICATION SIGN}"


def _whole_points(difference: float) -> str:
    return wording.points(difference).removesuffix(".0")


def _bounds(limit: Limit | None) -> tuple[float, ...]:
    return tuple(bound for bound in allowed(limit) if 0 < bound < math.inf) if limit else ()
