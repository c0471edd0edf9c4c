"""How long does each search probe until it knows the capacity? `python -m tests.bench.bench_searches`

In simulated time, so that two minutes show what would take weeks: a server that answers one after the other and 500 a
second, and users who ask again as soon as they are answered. How many users it bears so that 95 of 100 answers are
within half a second has a formula. Each search decides by its own code what to probe next and what it has found;
GuideLLM's and AIPerf's run in environments of their own (search_rivals.py). All are spared the first wave of requests,
which no queue has yet kept waiting.

All are given the same longest probes, twice as long each time, and three questions are asked of each:

- Until 95 of 100 searches end within 5 % of the truth: a bare figure, of which nobody knows how sure it is.
- Until it says how sure it is: an interval that reaches 5 % either way, in the median, and holds the truth in 93 of 100
  cases. Ours is of one search. The others state none, so theirs is what anybody would do who needs one: Student's over
  the figures of some searches, at the number and length that take the least time in all.
- Until what is said to be held is: at most 5 of 100 probes at a level that 94 of 100 answers keep are taken for ones
  that 95 keep, and of ours, at most 5 of 100 intervals begin above the truth.

No search that goes by who was in time can be quicker than one that is told the knee and how steeply misses rise there,
and needs one probe to say so: the floor below all of them.
"""

import json
import math
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import gamma, t

from evalharness.load.capacity.estimate import Level, capacity
from evalharness.load.capacity.held import LOOKS, Series, judge, looks
from evalharness.load.capacity.search import Range, next_probe
from evalharness.runs.summaries.parts import Estimate
from tests.bench.stream_rivals import AIPerf, GuideLLM

RATE, LIMIT, LEAST, JUST_BELOW, CONFIDENCE = 500.0, 0.5, 0.95, 0.94, 0.95
START, MOST = 4, 1024
WITHIN = 0.05
FALSE = 0.05
HOLDS = 0.93  # of intervals of 95 % hold the truth, at least
SEARCHES, WANTED = 100, 0.95
GROUPS, MOST_REPEATED = 1000, 12  # of a search that is repeated
TANDEM = "Tandem"
PROBE_SECONDS = (2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
MOST_PROBES = 60  # of one search, however short they are
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
    interval: Estimate | None = None  # where it states one


Search = Callable[[float, np.random.Generator], Searched]
"""Of the longest time of a probe and what is drawn from."""


def ours(longest: float, rng: np.random.Generator) -> Searched:
    levels: list[Level] = []
    seconds = 0.0
    within = Range(start=START, least=1, most=MOST, precision=WITHIN, whole=True)
    while len(levels) < MOST_PROBES and (wanted := next_probe(levels, [LEAST], CONFIDENCE, within)):
        found, took = judged(run(int(wanted.level), longest, rng), wanted.level, wanted.quick)
        levels.append(found)
        seconds += took
    found = capacity(levels, [LEAST], CONFIDENCE)
    return Searched(found.value, seconds, found)


def judged(probe: Probe, level: float, quick: bool) -> tuple[Level, float]:
    """As the product judges one: at its looks, until one settles it; on the way up a glance is enough."""
    for look in looks(quick):
        now = look * probe.seconds
        here = probe.asked < now
        asked, answered = probe.asked[here], probe.answered[here]
        known = (answered <= now) | (asked + LIMIT < now)
        count = len(asked) if known.all() else int(np.argmin(known))
        strain = (answered - asked)[:count] / LIMIT
        found = judge([Series(strain <= 1, strain)], [LEAST], look, CONFIDENCE, first=int(level))
        glanced = quick and found.leans([])
        if found.outcome != "unsettled" or glanced or look == LOOKS[-1]:
            return Level.of(level, found, quick=glanced), now
    raise AssertionError


def seen(probe: Probe, users: int) -> dict[str, float]:
    """What a client tells of the answers that came in time, but for the first wave."""
    there = (probe.answered <= probe.seconds)[users:]
    took = (probe.answered - probe.asked)[users:][there]
    if not len(took):
        return {"requests": 1, "in_time": 0, "p95": 1e6}
    return {"requests": len(took), "in_time": int((took <= LIMIT).sum()), "p95": float(np.quantile(took, 0.95))}


def floor(rng: np.random.Generator) -> float:
    """Seconds of one probe at the knee after which its share of answers in time, told how steeply that falls, gives the
    knee within 5 % in 95 of 100 cases."""
    users = bears(LEAST)
    beside = users + np.array([-1, 0, 1])
    less, expected, more = gamma.cdf(LIMIT, beside, scale=1 / RATE)
    falls = (less - more) * users / 2  # of the share, by a load that is so many times as high
    first = users / RATE
    for seconds in np.arange(0.5, PROBE_SECONDS[-1], 0.5):
        told = [seen(run(users, first + seconds, rng), users) for _ in range(GROUPS)]
        shares = np.array([one["in_time"] / one["requests"] for one in told])
        if np.mean(np.abs(shares - expected) <= falls * WITHIN) >= WANTED:
            return first + float(seconds)
    return math.inf


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


def told_as_held(name: str, longest: float, searches: Sequence[Searched], rng: np.random.Generator) -> float:
    """The share of probes at which 94 of 100 are in time that would be taken for ones of 95, or, if that is larger, of
    intervals that begin above what is borne."""
    users = bears(JUST_BELOW)
    held = 0
    for _ in range(PROBES_AT_ONCE):
        probe = run(users, longest, rng)
        if name == TANDEM:
            held += judged(probe, users, quick=False)[0].outcome == "held"
        else:
            client = seen(probe, users)
            held += client["in_time"] >= LEAST * client["requests"]
    above = sum(one.interval is not None and one.interval.low >= bears(LEAST) + 1 for one in searches)
    return max(held / PROBES_AT_ONCE, above / len(searches))


def stated(searches: Sequence[Searched], rng: np.random.Generator) -> tuple[float, int]:
    """Seconds until there is an interval as narrow as is wanted that can be trusted, and of how many searches it is.

    Infinity where no number of searches brings one.
    """
    seconds = sum(one.seconds for one in searches) / len(searches)
    own = [one.interval for one in searches if one.interval]
    if own:
        return (seconds if _is_trusted(own) else math.inf), 1
    figures = np.array([one.users for one in searches])
    for repeated in range(2, MOST_REPEATED + 1):
        groups = np.array([rng.choice(figures, repeated, replace=False) for _ in range(GROUPS)])
        reach = t.ppf((1 + CONFIDENCE) / 2, repeated - 1) * groups.std(axis=1, ddof=1) / math.sqrt(repeated)
        means = groups.mean(axis=1)
        if _is_trusted([Estimate(mean, mean - far, mean + far) for mean, far in zip(means, reach, strict=True)]):
            return repeated * seconds, repeated
    return math.inf, 1


def _is_trusted(intervals: Sequence[Estimate]) -> bool:
    """Users are whole, so that an interval up to anywhere below the next number holds the truth."""
    truth = bears(LEAST)
    holds = np.mean([one.low < truth + 1 and one.high >= truth for one in intervals])
    reach = np.median([(one.high - one.low) / 2 / one.value if one.value else math.inf for one in intervals])
    return bool(holds >= HOLDS and reach <= WITHIN)


@dataclass
class Answers:
    """To the three questions, in seconds of probing; infinity: not with the longest probes."""

    bare: float = math.inf
    stated: tuple[float, int] = (math.inf, 1)
    false: float = math.nan
    held: float = math.inf

    def ask(self, name: str, longest: float, search: Search) -> bool:
        """Whether nothing is left to be asked with longer probes."""
        found = [search(longest, np.random.default_rng([number, 1])) for number in range(SEARCHES)]
        seconds = sum(one.seconds for one in found) / SEARCHES
        known = stated(found, np.random.default_rng(3))
        self.stated = min(self.stated, known)
        if np.mean([abs(one.users / bears(LEAST) - 1) <= WITHIN for one in found]) >= WANTED:
            wrong = told_as_held(name, longest, found, np.random.default_rng(2))
            if seconds < self.bare:
                self.bare, self.false = seconds, wrong
            if wrong <= FALSE:
                self.held = min(self.held, seconds)
        return seconds > max(self.bare, self.stated[0], self.held)

    def cells(self) -> tuple[str, str, str, str]:
        seconds, repeated = self.stated
        of_several = f" ({repeated} searches)" if repeated > 1 else ""
        return _said(self.bare), _said(seconds) + of_several, f"{self.false:.1%}", _said(self.held)


def _said(seconds: float) -> str:
    return f"{seconds:.0f} s" if math.isfinite(seconds) else f"not with probes of {PROBE_SECONDS[-1]:g} s"


@contextmanager
def _ours() -> Iterator[Search]:
    yield ours


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    GuideLLM().install()
    AIPerf().install()
    table = Table(title=f"{bears(LEAST)} users are borne: probing until a search knows it")
    table.add_column("search", no_wrap=True)
    for heading in ("within 5 % in 95 of 100", "states ±5 % that holds", "94 % taken for 95 %", "until that is rare"):
        table.add_column(heading, justify="right")
    aiperf, guidellm = AIPerf().bin / "python", GuideLLM().bin / "python"
    searches = {
        TANDEM: _ours(),
        "GuideLLM goodput": rival(guidellm, "guidellm"),
        "AIPerf monotonic": rival(aiperf, "aiperf-monotonic"),
        "AIPerf smooth isotonic": rival(aiperf, "aiperf-smooth"),
    }
    for name, opened in searches.items():
        answers = Answers()
        with opened as search:
            for longest in PROBE_SECONDS:
                if answers.ask(name, longest, search):
                    break
        table.add_row(name, *answers.cells())
    least = _said(floor(np.random.default_rng(4)))
    table.add_row("told the knee beforehand", least, least, "", "")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
