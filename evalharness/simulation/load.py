"""Load tests of simulated servers of known ratio, beside neighbours of many kinds, and what is concluded from them.

A world says by how much the machine slows down what runs in each of its slots (the logarithm of a factor; a slot is a
block's time, two slots are a pair), and by how much more the second side than the first: nothing, unless a neighbour
sits on one side's core. The order within each pair is drawn, looks are taken, and intervals made, by the product's
own functions. Everything is an array of one row a run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from evalharness.load.looks import LOOKS, confidence
from evalharness.load.ratios import pairs_a_ratio
from evalharness.stats import signed_rank
from evalharness.stats.score import Floats

LIMIT = 1.25  # the second may take so many times as long: default.yaml's e2e_p50
CLEAR = 1.5  # a slowdown that nobody would accept
QUIET = 0.05  # standard deviation of a block's logarithm where nothing else runs
PAIRS = 250  # what the demo gets through in the longest load, 150 seconds
SLOW_PAIRS = 12  # what a server gets through whose answers take six seconds
USERS = 8
SEED = 20250102
EXACT = 1e-9


class Noise(NamedTuple):
    """Of so many runs: what the machine adds in each slot (runs x slots), and to the second side in each pair."""

    slots: Floats
    second: Floats | float = 0.0


World = Callable[[np.random.Generator, int, int], Noise]
"""Of a source of chance, a number of runs and a number of slots."""


@dataclass(frozen=True)
class Case:
    name: str
    world: World
    pairs: int = PAIRS
    of_requests: bool = False  # judged is the p95 of requests, not what a block took


@dataclass(frozen=True)
class Line:
    """What the runs of one case came to, as shares of them; pairs on average until it was settled."""

    name: str
    coverage: tuple[float, float]  # of all looks' intervals at once: where both are equal, and at the limit
    false_pass: float  # of a second side that is as slow as the limit
    false_fail: float
    equal_passes: float
    equal_pairs: float
    slow_fails: float
    slow_passes: float
    slow_pairs: float


def cases() -> Iterator[Case]:
    yield Case("nothing else runs", quiet)
    yield Case("a neighbour, 5 s on, 10 s off", neighbour(on=18, off=36))
    yield Case("a neighbour, 0.5 s on, 1 s off", neighbour(on=2, off=4))
    yield Case("drift, half as slow again at the end", drift)
    yield Case("bursts: one block in ten takes four times as long", bursts)
    yield Case("speed wanders by 40 %, for 5 s at a time", wandering)
    yield Case("heavy tails (Student's t, 2 degrees of freedom)", heavy_tails)
    yield Case("every block differs by 50 %", erratic)
    yield Case("servers of 12 pairs in all", quiet, pairs=SLOW_PAIRS)
    yield Case("p95 of requests, a neighbour, 0.5 s on, 1 s off", neighbour(on=2, off=4), of_requests=True)
    yield Case("p95 of requests, bursts as above", bursts, of_requests=True)
    yield Case("a neighbour on one side's core, 1.5 s on, 3 s off", one_sided(on=3, off=6))
    yield Case("a neighbour on one side's core, 5 s on, 10 s off", one_sided(on=9, off=18))


def simulate(case: Case, runs: int) -> Line:
    """The same case and number of runs give the same line."""
    rng = np.random.default_rng([SEED, *case.name.encode()])
    equal, limit, slow = (_runs(case, ratio, runs, rng) for ratio in (1.0, LIMIT, CLEAR))
    return Line(
        name=case.name,
        coverage=(_share(equal.held), _share(limit.held)),
        false_pass=_share(limit.words == PASS),
        false_fail=_share(limit.words == FAIL),
        equal_passes=_share(equal.words == PASS),
        equal_pairs=float(equal.pairs.mean()),
        slow_fails=_share(slow.words == FAIL),
        slow_passes=_share(slow.words == PASS),
        slow_pairs=float(slow.pairs.mean()),
    )


OPEN, PASS, FAIL = 0, 1, 2


class Runs(NamedTuple):
    words: npt.NDArray[np.int64]
    pairs: Floats
    held: npt.NDArray[np.bool_]


def _runs(case: Case, ratio: float, runs: int, rng: np.random.Generator) -> Runs:
    """Runs that stop at the first look that settles the limit. `held`: did every look's interval hold the ratio?"""
    differences, pairs_each = _differences(case, ratio, runs, rng)
    words, pairs = np.full(runs, OPEN), np.full(runs, float(case.pairs))
    held = np.ones(runs, bool)
    for number, look in enumerate(LOOKS, start=1):
        so_far = round(look * case.pairs)
        values = differences[:, : so_far // pairs_each]
        if not values.shape[1]:
            continue
        reach = signed_rank.reach_of(values, confidence(number))
        held &= np.abs(signed_rank.statistic(values, np.log(ratio))) <= reach + EXACT
        beyond = signed_rank.statistic(values, np.log(LIMIT))
        word = np.where(beyond > reach + EXACT, FAIL, np.where(beyond < -reach - EXACT, PASS, OPEN))
        stops = (words == OPEN) & (word != OPEN)
        words, pairs = np.where(stops, word, words), np.where(stops, so_far, pairs)
    return Runs(words, pairs, held)


def _differences(case: Case, ratio: float, runs: int, rng: np.random.Generator) -> tuple[Floats, int]:
    """The logarithms of the measured ratios (runs x values), and how many pairs each of them is made of."""
    noise = case.world(rng, runs, 2 * case.pairs)
    second_first = rng.random((runs, case.pairs)) < 0.5
    early, late = noise.slots[:, 0::2], noise.slots[:, 1::2]
    first = np.where(second_first, late, early)
    second = np.where(second_first, early, late) + noise.second + np.log(ratio)
    if not case.of_requests:
        return second - first, 1
    each = pairs_a_ratio("e2e_p95", USERS)
    whole = case.pairs // each
    return _p95(second, whole, each, rng) - _p95(first, whole, each, rng), each


def _p95(blocks: Floats, values: int, each: int, rng: np.random.Generator) -> Floats:
    """The logarithm of the p95 of the requests in `each` blocks: requests of one block differ by 20 %."""
    used = blocks[:, : values * each].reshape(len(blocks), values, each, 1)
    requests = used + 0.2 * rng.standard_normal((*used.shape[:3], USERS))
    return np.asarray(np.percentile(requests.reshape(len(blocks), values, -1), 95, axis=2, method="inverted_cdf"))


def _share(true: npt.NDArray[np.bool_]) -> float:
    return float(true.mean())


def quiet(rng: np.random.Generator, runs: int, slots: int) -> Noise:
    return Noise(QUIET * rng.standard_normal((runs, slots)))


def neighbour(on: float, off: float, slower: float = 1.8) -> World:
    """Someone who comes and goes, for so many slots on average, and meanwhile takes a share of both cores."""

    def world(rng: np.random.Generator, runs: int, slots: int) -> Noise:
        there = presence(rng, runs, slots, on, off)
        return Noise(quiet(rng, runs, slots).slots + np.log(1 + (slower - 1) * there))

    return world


def one_sided(on: float, off: float, slower: float = 1.5) -> World:
    """Two who come and go, for so many pairs on average, each on the core of one side and of no other."""

    def world(rng: np.random.Generator, runs: int, slots: int) -> Noise:
        of_first, of_second = (presence(rng, runs, slots // 2, on, off) for _ in range(2))
        second = np.log(1 + (slower - 1) * of_second) - np.log(1 + (slower - 1) * of_first)
        return Noise(quiet(rng, runs, slots).slots, second)

    return world


def drift(rng: np.random.Generator, runs: int, slots: int) -> Noise:
    steps = 0.03 * np.cumsum(rng.standard_normal((runs, slots)), axis=1)
    return Noise(quiet(rng, runs, slots).slots + np.linspace(0, np.log(1.5), slots) + steps)


def bursts(rng: np.random.Generator, runs: int, slots: int) -> Noise:
    hit = rng.random((runs, slots)) < 0.1
    return Noise(quiet(rng, runs, slots).slots + np.log(1 + hit * rng.exponential(3, (runs, slots))))


def wandering(rng: np.random.Generator, runs: int, slots: int) -> Noise:
    kept, found = 0.95, np.empty((runs, slots))
    found[:, 0] = rng.standard_normal(runs)
    for slot in range(1, slots):
        found[:, slot] = kept * found[:, slot - 1] + np.sqrt(1 - kept**2) * rng.standard_normal(runs)
    return Noise(quiet(rng, runs, slots).slots + 0.4 * found)


def heavy_tails(rng: np.random.Generator, runs: int, slots: int) -> Noise:
    return Noise(0.15 * rng.standard_t(2, (runs, slots)))


def erratic(rng: np.random.Generator, runs: int, slots: int) -> Noise:
    return Noise(0.5 * rng.standard_normal((runs, slots)))


def presence(rng: np.random.Generator, runs: int, slots: int, on: float, off: float) -> Floats:
    """Which share of each slot someone is there who stays, and stays away, for exponentially distributed times."""
    there = rng.random(runs) < on / (on + off)
    left = rng.exponential(np.where(there, on, off))
    shares = np.empty((runs, slots))
    for slot in range(slots):
        share, rest = np.zeros(runs), np.ones(runs)
        while (rest > 0).any():
            step = np.minimum(left, rest)
            share, rest, left = share + step * there, rest - step, left - step
            changes = left <= 0
            there = there ^ changes
            left = np.where(changes, rng.exponential(np.where(there, on, off)), left)
        shares[:, slot] = share
    return shares


def columns() -> Sequence[str]:
    return (
        "beside the servers",
        "intervals hold the truth",
        "at the limit: PASS",
        "FAIL",
        "equal: PASS (pairs)",
        "1.5 times as slow: FAIL (pairs)",
        "PASS",
    )


def cells(line: Line) -> Sequence[str]:
    """The line as its table shows it, in percent."""

    def percent(share: float) -> str:
        return f"{share * 100:.1f}"

    return (
        line.name,
        f"{percent(min(line.coverage))} to {percent(max(line.coverage))}",
        percent(line.false_pass),
        percent(line.false_fail),
        f"{percent(line.equal_passes)} ({line.equal_pairs:.0f})",
        f"{percent(line.slow_fails)} ({line.slow_pairs:.0f})",
        percent(line.slow_passes),
    )
