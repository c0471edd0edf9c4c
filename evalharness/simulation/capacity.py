"""Searches for the capacity of simulated queues whose knee is known, and what they found, in simulated time.

A queue says when each request of a schedule is answered. What is asked of it is that 95 of 100 are answered within its
limit, and the truth is the rate at which exactly these are: by formula where there is one, else by a run of a million.
Looks, outcomes, the search and the estimates are the product's own functions.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from evalharness.load.capacity.estimate import Level, capacity, ratio
from evalharness.load.capacity.held import LOOKS, Series, hopeless, judge, looks
from evalharness.load.capacity.search import Range, next_probe
from evalharness.runs.summaries.parts import Estimate
from evalharness.stats.score import Floats

LEAST = 0.95
JUST_BELOW = 0.94  # a probe at the rate at which so many are answered in time must not say that it is held
CONFIDENCE = 0.95
PRECISION = 0.05
PROBE_SECONDS = 480.0
MOST_PROBES = 40
RATIO = 0.9  # of the second side's speed to the first's
SEED = 20251121
MANY = 1_000_000
QUARTERS = np.array([0.25, 0.5, 0.75, 1.0])

Ends = Callable[[Floats, float, np.random.Generator], Floats]
"""Of requests' times of arrival and a server's speed (1 is usual): when each is answered."""


@dataclass(frozen=True)
class Case:
    """`limit`: seconds within which a request has to be answered; `knee`: the rate at which 95 of 100 are."""

    name: str
    ends: Ends
    limit: float
    start: float
    formula: Callable[[float, float], float] | None = None  # of the speed and the share that is to be in time

    def rate(self, speed: float, least: float) -> float:
        return self.formula(speed, least) if self.formula else _by_simulation(self, speed, least)


@dataclass(frozen=True)
class Line:
    """Shares of the searches, but for the seconds of one side's probes, and how wide its interval is."""

    name: str
    within: float  # five percent of the truth
    coverage: float
    ratio_coverage: float
    false_holds: float
    seconds: float
    width: float
    ratio_width: float


def cases() -> Iterator[Case]:
    yield Case("one at a time (M/M/1), 88 % busy at the knee", single(50.0), 0.5, 5.0, _single_knee(50.0, 0.5))
    yield Case("one at a time (M/M/1), 70 % busy", single(50.0), 0.2, 5.0, _single_knee(50.0, 0.2))
    yield Case("eight at once, answers of one length (M/D/8)", slots(8, 0.2), 0.3, 5.0)
    yield Case("a machine that a neighbour slows by a third, 2 s on, 4 s off", beside(50.0, 2.0, 4.0), 0.5, 5.0)


def simulate(case: Case, searches: int) -> Line:
    """The same case and number of searches give the same line."""
    truths = case.rate(1.0, LEAST), case.rate(RATIO, LEAST)
    found = [_search(case, number) for number in range(searches)]
    sides = [(side, truth) for pair in found for side, truth in zip(pair, truths, strict=True)]
    ratios = [ratio(first.estimate, second.estimate) for first, second in found]
    true_ratio = truths[1] / truths[0]
    below = [
        _probe(case, 1.0, case.rate(1.0, JUST_BELOW), [SEED, number, 99, 1], quick=False).level.outcome == "held"
        for number in range(2 * searches)
    ]
    return Line(
        name=case.name,
        within=_mean(abs(side.estimate.value / truth - 1) <= 0.05 for side, truth in sides),
        coverage=_mean(_holds(side.estimate, truth) for side, truth in sides),
        ratio_coverage=_mean(one is not None and _holds(one, true_ratio) for one in ratios),
        false_holds=_mean(below),
        seconds=_mean(side.seconds for side, _ in sides),
        width=_mean(_width(side.estimate) for side, _ in sides),
        ratio_width=_mean(_width(one) for one in ratios if one),
    )


@dataclass(frozen=True)
class Searched:
    """What a search of one side came to, and for how long it probed, in seconds."""

    estimate: Estimate
    seconds: float


def _search(case: Case, number: int) -> tuple[Searched, Searched]:
    """Both sides, on the same seeds."""
    first, second = (_side(case, speed, side, number) for side, speed in enumerate((1.0, RATIO)))
    return first, second


def _side(case: Case, speed: float, side: int, number: int) -> Searched:
    within = Range(start=case.start, least=0.1, most=1000.0, precision=PRECISION)
    levels: list[Level] = []
    seconds = 0.0
    for turn in range(MOST_PROBES):
        wanted = next_probe(levels, [LEAST], CONFIDENCE, within)
        if wanted is None:
            break
        probe = _probe(case, speed, wanted.level, [SEED, number, turn, 1 + side], wanted.quick)
        seconds += probe.seconds
        levels.append(probe.level)
    return Searched(capacity(levels, [LEAST], CONFIDENCE), seconds)


@dataclass(frozen=True)
class Probe:
    level: Level
    seconds: float


def _probe(case: Case, speed: float, rate: float, seed: Sequence[int], quick: bool) -> Probe:
    """One probe, until a look settles it: the arrivals' seed is without the side, the service's with it."""
    gaps = np.random.default_rng(list(seed[:3])).exponential(1.0, int(1.1 * rate * PROBE_SECONDS) + 100)
    due = np.cumsum(gaps) / rate
    due = due[due < PROBE_SECONDS]
    ends = case.ends(due, speed, np.random.default_rng(list(seed)))
    for look in looks(quick):
        now = look * PROBE_SECONDS
        known = (ends <= now) | (due + case.limit < now)
        count = len(due) if known.all() else int(np.argmin(known))
        strain = (ends - due)[:count] / case.limit
        judged = judge([Series(strain <= 1, strain)], [LEAST], look, CONFIDENCE)
        queue = [float(np.count_nonzero(due <= at) - np.count_nonzero(ends <= at)) for at in QUARTERS * now]
        grew = hopeless(queue, int(np.count_nonzero(ends <= now)), now, case.limit)
        if judged.outcome == "unsettled" and grew:
            return Probe(Level.of(rate, replace(judged, outcome="failed", leaning=False), hopeless=True), now)
        glanced = quick and judged.leans(queue)
        if judged.outcome != "unsettled" or glanced or look == LOOKS[-1]:
            return Probe(Level.of(rate, judged, quick=glanced), now)
    raise AssertionError


def single(rate: float) -> Ends:
    """One server that answers `rate` requests a second, in exponentially distributed times."""

    def ends(due: Floats, speed: float, rng: np.random.Generator) -> Floats:
        return _in_turn(due, rng.exponential(1 / (rate * speed), len(due)))

    return ends


def _single_knee(rate: float, limit: float) -> Callable[[float, float], float]:
    """Time in an M/M/1 queue is exponentially distributed with the rate that is left over."""
    return lambda speed, least: rate * speed + math.log(1 - least) / limit


def beside(rate: float, on: float, off: float, slower: float = 1.5) -> Ends:
    """The same on a machine that somebody else uses too, now and then."""

    def ends(due: Floats, speed: float, rng: np.random.Generator) -> Floats:
        seconds = (due[-1] if len(due) else 0.0) + 60
        changes = int(seconds / (on + off) * 2) + 20
        spans = rng.exponential(np.tile((off, on), changes))
        speeds = np.tile((1.0, 1 / slower), changes)
        moments, work = np.concatenate([[0.0], np.cumsum(spans)]), np.concatenate([[0.0], np.cumsum(spans * speeds)])
        done = _in_turn(np.interp(due, moments, work), rng.exponential(1 / (rate * speed), len(due)))
        return np.asarray(np.interp(done, work, moments))

    return ends


def slots(count: int, seconds: float) -> Ends:
    """So many answers at once, each of which takes so long."""

    def ends(due: Floats, speed: float, rng: np.random.Generator) -> Floats:  # noqa: ARG001 - nothing is drawn
        found = np.empty(len(due))
        for lane in range(count):  # answers of one length end in turn, so each slot has every count-th request
            found[lane::count] = _in_turn(due[lane::count], np.full(len(due[lane::count]), seconds / speed))
        return found

    return ends


def _in_turn(due: Floats, takes: Floats) -> Floats:
    """When each is done, one after the other (Lindley's recursion, unrolled)."""
    work = np.cumsum(takes)
    return np.asarray(work + np.maximum.accumulate(due - (work - takes)))


@lru_cache
def _by_simulation(case: Case, speed: float, least: float) -> float:
    """By halving, on the same million requests at every rate."""
    low, high = 1.0, 200.0
    rng = np.random.default_rng([SEED, MANY])
    gaps = np.cumsum(rng.exponential(1.0, MANY))
    while high / low > 1.0005:
        rate = math.sqrt(low * high)
        due = gaps / rate
        in_time = np.mean(case.ends(due, speed, np.random.default_rng(SEED)) - due <= case.limit)
        low, high = (rate, high) if in_time >= least else (low, rate)
    return math.sqrt(low * high)


def _holds(found: Estimate, truth: float) -> bool:
    return found.low <= truth <= found.high


def _width(found: Estimate) -> float:
    """Half the interval, as a share of what it is around."""
    return (found.high - found.low) / 2 / found.value if math.isfinite(found.high) and found.value else math.inf


def _mean(values: Iterator[float] | Sequence[float]) -> float:
    return float(np.mean(list(values)))


def columns() -> Sequence[str]:
    return (
        "queue",
        "capacity within 5 %",
        "interval holds it",
        "half its width",
        "interval holds the ratio",
        "half its width",
        "94 % taken for 95 %",
        "minutes of probing",
    )


def cells(line: Line) -> Sequence[str]:
    """The line as its table shows it, in percent."""

    def percent(share: float) -> str:
        return f"{share * 100:.1f}"

    return (
        line.name,
        percent(line.within),
        percent(line.coverage),
        percent(line.width),
        percent(line.ratio_coverage),
        percent(line.ratio_width),
        percent(line.false_holds),
        f"{line.seconds / 60:.0f}",
    )
