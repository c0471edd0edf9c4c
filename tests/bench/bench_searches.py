"""How long does each search probe until it knows the capacity? `python -m tests.bench.bench_searches`

In simulated time, so that two minutes show what would take weeks: a server that answers one after the other and 500 a
second, and users who ask again as soon as they are answered. How many users it bears so that 95 of 100 answers are
within half a second has a formula. Each search decides by its own code what to probe next and what it has found;
GuideLLM's and AIPerf's run in environments of their own (search_rivals.py), and are spared the first wave of requests,
which no queue has yet kept waiting.

All are given the same longest probes, twice as long each time, until 95 of 100 searches end within 5 % of the truth;
and on, until at most 5 of 100 probes at a level that 94 of 100 answers keep are taken for ones that 95 keep.
"""

import json
import math
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import gamma

from evalharness.load.capacity import estimate
from evalharness.load.capacity.held import LOOKS, Series, judge
from evalharness.load.capacity.search import Found, Range, next_probe
from tests.bench.stream_rivals import AIPerf, GuideLLM

RATE, LIMIT, LEAST, JUST_BELOW, CONFIDENCE = 500.0, 0.5, 0.95, 0.94, 0.95
START, MOST = 4, 1024
WITHIN = 0.05
FALSE = 0.05
SEARCHES, WANTED = 100, 95
PROBE_SECONDS = (2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
PROBES_AT_ONCE = 200  # at the level just below, for how often it is taken for held

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def bears(least: float) -> int:
    """Users: as many exponential answers follow each other until one's own is there (Erlang's distribution)."""
    users = np.arange(1, MOST + 1)
    return int(users[gamma.cdf(LIMIT, users, scale=1 / RATE) >= least][-1])


@dataclass(frozen=True)
class Probe:
    """Of each request when it was asked and when it was answered, in seconds."""

    asked: Floats
    answered: Floats
    seconds: float


def run(users: int, seconds: float, rng: np.random.Generator) -> Probe:
    takes = rng.exponential(1 / RATE, int(RATE * seconds + 6 * math.sqrt(RATE * seconds) + users))
    answered = np.cumsum(takes)
    asked = np.concatenate([np.zeros(users), answered])[: len(answered)]
    return Probe(asked, answered, seconds)


@dataclass(frozen=True)
class Searched:
    users: float
    seconds: float


Search = Callable[[float, np.random.Generator], Searched]
"""Of the longest time of a probe and what is drawn from."""


def ours(longest: float, rng: np.random.Generator) -> Searched:
    levels: list[estimate.Level] = []
    seconds = 0.0
    within = Range(start=START, least=1, most=MOST, precision=WITHIN, whole=True)
    while wanted := next_probe([one.found for one in levels], within):
        found, took = judged(run(int(wanted.level), longest, rng), wanted.level, wanted.quick)
        levels.append(found)
        seconds += took
    return Searched(estimate.capacity(levels, [LEAST]).value, seconds)


def judged(probe: Probe, level: float, quick: bool) -> tuple[estimate.Level, float]:
    """As the product judges one: at its looks, until one settles it; on the way up one look is enough."""
    for look, share in enumerate(LOOKS):
        now = share * probe.seconds
        here = probe.asked < now
        asked, answered = probe.asked[here], probe.answered[here]
        known = (answered <= now) | (asked + LIMIT < now)
        count = len(asked) if known.all() else int(np.argmin(known))
        strain = (answered - asked)[:count] / LIMIT
        found = judge([Series(strain <= 1, strain)], [LEAST], look, CONFIDENCE)
        settled = found.outcome != "unsettled"
        if settled or (quick and found.leaning) or look == len(LOOKS) - 1:
            shares = found.shares
            level_found = Found(level, found.outcome, found.leaning, quick=quick and not settled)
            kept = tuple(one.share for one in shares), tuple(one.effective for one in shares)
            return estimate.Level(level_found, count, *kept), now
    raise AssertionError


def seen(probe: Probe, users: int) -> dict[str, float]:
    """What a client tells of the answers that came in time, but for the first wave."""
    there = (probe.answered <= probe.seconds)[users:]
    took = (probe.answered - probe.asked)[users:][there]
    if not len(took):
        return {"requests": 1, "in_time": 0, "p95": 1e6}
    return {"requests": len(took), "in_time": int((took <= LIMIT).sum()), "p95": float(np.quantile(took, 0.95))}


@contextmanager
def rival(python: Path, which: str) -> Iterator[Search]:
    words = [str(python), str(Path(__file__).with_name("search_rivals.py")), which, str(LIMIT), str(START), str(MOST)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        answers, asks = process.stdin, process.stdout

        def search(longest: float, rng: np.random.Generator) -> Searched:
            seconds = 0.0
            while "found" not in (said := json.loads(asks.readline())):
                seconds += longest
                told = seen(run(said["level"], longest, rng), said["level"])
                print(json.dumps(told), file=answers, flush=True)
            return Searched(said["found"], seconds)

        yield search
        answers.close()


def told_as_held(name: str, longest: float, rng: np.random.Generator) -> float:
    """The share of probes at which 94 of 100 are in time that would be taken for ones of 95."""
    users = bears(JUST_BELOW)
    held = 0
    for _ in range(PROBES_AT_ONCE):
        probe = run(users, longest, rng)
        if name == "Tandem":
            held += judged(probe, users, quick=False)[0].found.outcome == "held"
        else:
            client = seen(probe, users)
            held += client["in_time"] >= LEAST * client["requests"]
    return held / PROBES_AT_ONCE


@contextmanager
def _ours() -> Iterator[Search]:
    yield ours


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    GuideLLM().install()
    AIPerf().install()
    truth = bears(LEAST)
    table = Table(title=f"{truth} users are borne: probing until a search knows it")
    table.add_column("search", no_wrap=True)
    for heading in ("95 % of searches within 5 %", "94 % taken for 95 %", "and that in 5 % at most"):
        table.add_column(heading, justify="right")
    aiperf, guidellm = AIPerf().bin / "python", GuideLLM().bin / "python"
    searches = {
        "Tandem": _ours(),
        "GuideLLM goodput": rival(guidellm, "guidellm"),
        "AIPerf monotonic": rival(aiperf, "aiperf-monotonic"),
        "AIPerf smooth isotonic": rival(aiperf, "aiperf-smooth"),
    }
    for name, opened in searches.items():
        near = trusted = ""
        false = 1.0
        with opened as search:
            for longest in PROBE_SECONDS:
                found = [search(longest, np.random.default_rng([number, 1])) for number in range(SEARCHES)]
                right = sum(abs(one.users / truth - 1) <= WITHIN for one in found)
                if right < WANTED * SEARCHES / 100:
                    continue
                seconds = f"{sum(one.seconds for one in found) / SEARCHES:.0f} s"
                wrong = told_as_held(name, longest, np.random.default_rng(2))
                if not near:
                    near, false = seconds, wrong
                if wrong <= FALSE:
                    trusted = seconds
                    break
        table.add_row(name, near, f"{false:.1%}", trusted or f"not with probes of {PROBE_SECONDS[-1]:g} s")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
