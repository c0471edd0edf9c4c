"""How often a run of the shipped suites settles anything where nothing differs: the price of being careful.

Two models that are equally good on every suite: by the rule that each suite has to rule out a loss of its own margin,
and by the default policy, which asks it of all together. It knows the suites' groups and the criteria's own functions.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from evalharness.runs.summaries.parts import Outcome, Word
from evalharness.runs.summaries.verdict import Reason
from evalharness.simulation.experiments import Measured, of_sums, summed
from evalharness.simulation.worlds import Counts, Groups, single
from evalharness.suites.files import load_suites, shipped
from evalharness.suites.schema import Suite
from evalharness.verdict.criteria.quality import outcome_of
from evalharness.verdict.policy import FOLDER, read_policy
from evalharness.verdict.verdict import Verdict

RATE, DISCORDANCE, ALIKE = 0.7, 0.2, 0.1
PROMISED = 0.1  # the discordance that a shipped suite's margin supposes
RUNS = 1000
SEED = 20250104
HEADINGS = ("suites", "prompts", "INCONCLUSIVE, each by itself", "INCONCLUSIVE, default policy", "FAIL, default policy")


@dataclass(frozen=True)
class Case:
    title: str
    suites: Sequence[Suite]


@dataclass(frozen=True)
class Line:
    """Shares of the runs that were not settled, or failed what is no worse."""

    suites: str
    prompts: int
    by_itself: float
    by_policy: float
    failed: float


def guards(names: Collection[str] | None = None) -> list[Suite]:
    """The shipped suites of non-inferiority but the demo's, or those of them that are named."""
    chosen = [name for name in shipped() if not name.startswith("demo-") and (names is None or name in names)]
    return [suite for suite in load_suites(chosen) if suite.purpose == "non-inferiority"]


def sizes(suite: Suite) -> Counts:
    groups = Counter(prompt.group or (prompt.id,) for prompt in suite.prompts if not prompt.of)
    return np.array(list(groups.values()))


def passes_alone(groups: Counts, margin: float, runs: int = RUNS) -> float:
    """The share of runs in which a suite of these groups rules out a loss of `margin`, a rate, by itself.

    Of two models that are equally good and differ in PROMISED of the prompts, correlated by ALIKE within a group.
    """
    world = single(RATE, PROMISED, 0.0)
    drawn = Groups(groups, ALIKE).drawn(world, runs, np.random.default_rng(SEED))
    measured = of_sums(summed(world, groups, drawn), drawn.sum(axis=1) @ world.first)
    return _outcomes(measured, margin).count("met") / runs


def cases() -> Iterator[Case]:
    three = ("general", "instructions", "structured")
    yield Case(", ".join(three), guards(three))
    everything = guards()
    yield Case(f"all {len(everything)} of non-inferiority", everything)


def simulate(case: Case, runs: int) -> Line:
    rng, world, policy = (
        np.random.default_rng(SEED),
        single(RATE, DISCORDANCE, 0.0),
        read_policy(FOLDER / "default.yaml"),
    )
    assert policy.together
    sums, rates, own = [], [], []
    for suite in case.suites:
        groups = sizes(suite)
        drawn = Groups(groups, ALIKE).drawn(world, runs, rng)
        sums.append(summed(world, groups, drawn))
        rates.append(drawn.sum(axis=1) @ world.first)
        own.append(_outcomes(of_sums(sums[-1], rates[-1]), suite.margin or 0))
    whole = _outcomes(of_sums(reduce(add, sums), reduce(add, rates)), policy.together["not_worse_by"])
    shown = [[_guarded(one) for one in outcomes] for outcomes in own]
    before, after = _words(own), _words([*shown, whole])
    return Line(
        case.title,
        sum(int(one.n) for one in sums),
        before.count("INCONCLUSIVE") / runs,
        after.count("INCONCLUSIVE") / runs,
        after.count("FAIL") / runs,
    )


def _outcomes(measured: Measured, margin: float) -> list[Outcome]:
    found = zip(measured.first.tolist(), measured.low.tolist(), measured.high.tolist(), strict=True)
    return [outcome_of("non-inferiority", margin, first, low, high, measured.groups) for first, low, high in found]


def _guarded(outcome: Outcome) -> Outcome:
    """Of a suite of which all together say how much may be lost."""
    return "failed" if outcome == "failed" else "met"


def _words(outcomes: Sequence[Sequence[Outcome]]) -> list[Word]:
    """Of each run, by its outcome in every suite."""
    return [Verdict(tuple(Reason("", "", one, "") for one in of_run)).word for of_run in zip(*outcomes, strict=True)]


def cells(line: Line) -> Sequence[str]:
    shares = (line.by_itself, line.by_policy, line.failed)
    return line.suites, str(line.prompts), *(f"{share * 100:.1f}" for share in shares)
