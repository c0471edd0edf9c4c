"""The report's charts: which figures of a run are drawn, against which limits, and what their ends mean.

How a chart is drawn is drawing.py's.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from evalharness import wording
from evalharness.report.drawing import (
    Axis,
    Estimate,
    Scale,
    chart,
    diamond,
    forest,
    intervals,
    line,
    linear_ticks,
    log_ticks,
    path,
    ring,
)
from evalharness.runs.failures import FAILURES, Failure
from evalharness.runs.summaries.eval import Factorial, Score, SuiteSummary, Variants
from evalharness.runs.summaries.judged import JudgeSummary, People
from evalharness.runs.summaries.load import EndpointLoad, Ratio
from evalharness.verdict.policy import Limit, LoadMetric, allowed

STAGES = ("ttft", "tpot", "itl", "e2e")


def rates(suites: Sequence[SuiteSummary], names: Sequence[str]) -> Markup:
    """How often each endpoint is right, suite by suite."""
    scale = Scale(0, 1)
    rows = []
    for suite in suites:
        first, second = suite.right.first.rate, suite.right.second.rate
        if first is None or second is None:
            continue
        drawing = line("track", scale.x(0), scale.x(1)) + line("span", scale.x(first), scale.x(second))
        drawing += ring(scale.x(first)) + diamond(scale.x(second))
        value = f"{wording.percent(first)} \N{RIGHTWARDS ARROW} {wording.percent(second)}"
        rows.append((suite.suite, value, drawing))
    about = f"Share of prompts answered right, {names[0]} and {names[1]}"
    return chart(about, rows, Axis(scale, [0, 0.25, 0.5, 0.75, 1], _share))


def differences(suites: Sequence[SuiteSummary], names: Sequence[str]) -> Markup:
    """A forest plot: each suite's difference with its interval, zero, and the margin that matters."""
    rows = [
        Estimate(suite.suite, *difference, margins(suite)) for suite in suites if (difference := suite.right.estimate)
    ]
    about = "Difference in the share answered right, in percentage points, with intervals and margins"
    return forest(about, rows, (f"{names[0]} better", f"{names[1]} better"))


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
    return chart(about, intervals(rows, scale, 0.5, wording.percent), axis)


def failures(counts: Mapping[str, Mapping[Failure, int]]) -> Markup:
    """How many answers of each endpoint show each type of failure: a bar each, one under the other."""
    first, second = counts
    types = [kind for kind in FAILURES if counts[first].get(kind) or counts[second].get(kind)]
    scale = Scale(0, max([1, *counts[first].values(), *counts[second].values()]))
    rows = []
    for kind in types:
        drawing = Markup()
        for side, (name, mark, y) in enumerate(((first, ring, -8), (second, diamond, 8))):
            end = scale.x(counts[name].get(kind, 0))
            drawing += line(f"bar {('first', 'second')[side]}", scale.x(0), end, y) + mark(end, y)
        value = f"{counts[first].get(kind, 0)} \N{RIGHTWARDS ARROW} {counts[second].get(kind, 0)}"
        rows.append((kind, value, drawing))
    ticks = [tick for tick in linear_ticks(0, scale.high) if tick == int(tick)]
    return chart(f"Answers with each type of failure, {first} and {second}", rows, Axis(scale, ticks, "{:g}".format))


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
    return chart(about, intervals(rows, scale, 1, wording.ratio), Axis(scale, log_ticks(scale), _times))


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
    looks = (("first", ring, -7), ("second", diamond, 7))
    rows = []
    for stage, sides in known.items():
        drawing = Markup()
        for side, (kind, mark, y) in zip(sides, looks, strict=True):
            p50, p95, p99 = map(scale.x, side)
            drawing += line(f"range {kind}", p50, p99, y) + path(f"range {kind}", f"M{p95} {y - 4}v8")
            drawing += mark(p50, y)
        rows.append((wording.METRICS[stage], "", drawing))
    return chart("Latencies from p50 to p99", rows, Axis(scale, log_ticks(scale), _clock))


def _share(rate: float) -> str:
    return f"{rate * 100:g} %"


def _clock(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"


def _times(ratio: float) -> str:
    return f"{ratio:g}\N{MULTIPLICATION SIGN}"


def _bounds(limit: Limit | None) -> tuple[float, ...]:
    return tuple(bound for bound in allowed(limit) if 0 < bound < math.inf) if limit else ()
