"""The table of promises: what was promised in which world, and what simulated runs of it found.

Each world is simulated with three truths: no difference, the gain that is promised to be seen, and a loss of the whole
margin. A PASS is false for superiority in the first and for non-inferiority in the last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from evalharness.runs.summaries.parts import Purpose
from evalharness.simulation.experiments import (
    Measured,
    groups_at,
    looked_at,
    measure,
    measure_groups,
    passed,
    prompts_at,
)
from evalharness.simulation.worlds import Groups, World, alike_sized, four, graded, several, single, unequal
from evalharness.stats import POWER, smallest_difference
from evalharness.stats.power import ALONE, Company, power_at

PROMPTS = (30, 100, 500)
MARGINS = {30: 0.2, 100: 0.1, 500: 0.05}  # of non-inferiority: about what so many prompts can rule out
MATTERS = 0.01  # the margin of superiority, the smallest gain that matters: below every gain that is promised
RATE = 0.5  # the first model's
APART, ALIKE, NEARLY_THE_SAME = 0.5, 0.2, 0.05
"""Shares of prompts that only one model gets right. At a rate of 0.5 the two models' outcomes are then correlated by
0, 0.6 and 0.9."""
VARIANTS = 4
LOOKS = (1 / 3, 2 / 3, 1.0)
SEED = 20250101


@dataclass(frozen=True)
class Power:
    """How often a PASS was promised where it is right, and how often it came."""

    promised: float
    found: float


@dataclass(frozen=True)
class Line:
    """One line of the table; all are shares of the runs. None: not asked of this world."""

    world: str
    correlation: str
    prompts: int
    coverage: tuple[float, ...]
    falsely_superior: float | None = None
    falsely_not_inferior: float | None = None
    superiority: Power | None = None
    non_inferiority: Power | None = None
    asked: tuple[float, ...] = ()  # prompts on average, where a run may stop early: for a gain, for no difference


@dataclass(frozen=True)
class Case:
    """A line that is still to be simulated: the number of runs and the source of chance make it."""

    world: str
    correlation: str
    prompts: int
    simulate: Callable[["Case", int, np.random.Generator], Line]
    discordance: float = 0.0
    within: float = 0.0
    alike: float = 0.0
    groups: Groups | None = None
    margin: float = 0.0


def cases() -> Iterator[Case]:
    models = ((APART, "none"), (ALIKE, "models 0.6"), (NEARLY_THE_SAME, "models 0.9"))
    for (discordance, correlation), prompts in product(models, PROMPTS):
        yield Case("one answer a prompt", correlation, prompts, _one_answer, discordance)
    correlations = (
        (APART, 0.0, "none"),
        (ALIKE, 0.0, "models 0.6"),
        (APART, 0.5, "variants 0.5"),
        (ALIKE, 0.5, "models 0.6, variants 0.5"),
    )
    for (discordance, within, correlation), prompts in product(correlations, PROMPTS):
        yield Case(f"{VARIANTS} variants a prompt", correlation, prompts, _variants, discordance, within)
    for (alike, correlation), prompts in product(((0.0, "none"), (0.6, "models 0.6")), PROMPTS):
        yield Case("scores in 5 steps", correlation, prompts, _scores, alike=alike)
    for (discordance, correlation), prompts in product(models[:2], PROMPTS):
        yield Case("one answer, 3 looks", correlation, prompts, _looks, discordance)
    for (alike, correlation), prompts in product(((0.0, "none"), (0.6, "models 0.6")), PROMPTS):
        yield Case("2 x 2: tuning, INT4, both", correlation, prompts, _two_by_two, alike=alike)

    for name, sizes, margin in (
        ("20 groups of 10", alike_sized(20, 10), 0.2),
        ("80 groups of 1 to 10", unequal(80, 10), 0.1),
        ("60 groups of 5", alike_sized(60, 5), 0.1),
        ("150 groups of 1 to 20", unequal(150, 20), 0.1),
    ):
        for alikeness in (0.05, 0.3, 1.0):
            groups = Groups(sizes, alikeness)
            yield Case(name, f"groups {alikeness:g}", int(sizes.sum()), _groups, ALIKE, groups=groups, margin=margin)
        groups = Groups(sizes, 0.3, at_once=True)
        yield Case(name, "groups 0.3, at once", int(sizes.sum()), _groups, ALIKE, groups=groups, margin=margin)
    for alikeness in (0.05, 0.3, 1.0):
        groups = Groups(alike_sized(90, 5), alikeness)
        yield Case("90 groups of 5, 3 looks", f"groups {alikeness:g}", 450, _looks, ALIKE, groups=groups, margin=0.1)


def holds(case: Case) -> tuple[str, ...]:
    """The criteria whose false PASS the line of a case shows."""
    return () if case.simulate is _two_by_two else ("superiority", "non-inferiority")


def simulate(case: Case, runs: int) -> Line:
    """The line of one case. The same case and number of runs give the same line."""
    seed = [SEED, *f"{case.world} {case.correlation} {case.prompts}".encode()]
    return case.simulate(case, runs, np.random.default_rng(seed))


def _one_answer(case: Case, runs: int, rng: np.random.Generator) -> Line:
    gain = smallest_difference(case.prompts, case.discordance)
    worlds = [single(RATE, case.discordance, difference) for difference in (0, gain, -MARGINS[case.prompts])]
    return _line(case, worlds, _non_inferiority(case, case.prompts), runs, rng)


def _variants(case: Case, runs: int, rng: np.random.Generator) -> Line:
    answers, company = case.prompts * VARIANTS, Company(VARIANTS, case.within)
    gain = smallest_difference(answers, case.discordance, company=company)
    worlds = [
        several(single(RATE, case.discordance, difference), VARIANTS, case.within)
        for difference in (0, gain, -MARGINS[case.prompts])
    ]
    return _line(case, worlds, _non_inferiority(case, answers, company), runs, rng)


def _groups(case: Case, runs: int, rng: np.random.Generator) -> Line:
    assert case.groups
    company = case.groups.company
    gain = smallest_difference(case.prompts, case.discordance, company=company)
    worlds = [single(RATE, case.discordance, difference) for difference in (0, gain, -case.margin)]
    equal, better, worse = measured = [measure_groups(world, case.groups, runs, rng) for world in worlds]
    promised = power_at(case.prompts, case.discordance, 0, case.margin, company=company)
    return Line(
        **_named(case),
        coverage=_coverage(measured, worlds),
        falsely_superior=_share(passed(equal, "superiority", MATTERS)),
        falsely_not_inferior=_share(passed(worse, "non-inferiority", case.margin)),
        superiority=Power(POWER, _share(passed(better, "superiority", MATTERS))),
        non_inferiority=Power(promised, _share(passed(equal, "non-inferiority", case.margin))),
    )


def _scores(case: Case, runs: int, rng: np.random.Generator) -> Line:
    worlds = [graded(5, 0.6, case.alike, difference) for difference in (0, 0.05, -MARGINS[case.prompts] / 2)]
    measured = [measure(world, case.prompts, runs, rng) for world in worlds]
    return Line(
        **_named(case),
        coverage=_coverage(measured, worlds),
        falsely_superior=_share(passed(measured[0], "superiority", MATTERS)),
        falsely_not_inferior=_share(passed(measured[2], "non-inferiority", MARGINS[case.prompts] / 2)),
    )


def _line(case: Case, worlds: Sequence[World], promised: float, runs: int, rng: np.random.Generator) -> Line:
    """Of the three truths: no difference, the promised gain, a loss of the margin."""
    margin = MARGINS[case.prompts]
    equal, better, worse = measured = [measure(world, case.prompts, runs, rng) for world in worlds]
    return Line(
        **_named(case),
        coverage=_coverage(measured, worlds),
        falsely_superior=_share(passed(equal, "superiority", MATTERS)),
        falsely_not_inferior=_share(passed(worse, "non-inferiority", margin)),
        superiority=Power(POWER, _share(passed(better, "superiority", MATTERS))),
        non_inferiority=Power(promised, _share(passed(equal, "non-inferiority", margin))),
    )


def _looks(case: Case, runs: int, rng: np.random.Generator) -> Line:
    """Promised is the power of a run without looks; `coverage` that of all looks' intervals at once."""
    company = case.groups.company if case.groups else ALONE
    margin = case.margin or MARGINS[case.prompts]
    gain = smallest_difference(case.prompts, case.discordance, company=company)
    equal, better, worse = (single(RATE, case.discordance, difference) for difference in (0, gain, -margin))

    def stopped(world: World, purpose: Purpose, least: float) -> tuple[float, float, float]:
        if case.groups:
            at = groups_at(world, case.groups, runs, LOOKS, rng)
        else:
            at = prompts_at(world, case.prompts, runs, LOOKS, rng)
        found = looked_at(at, LOOKS, world.difference, purpose, least)
        return _share(found.words == "PASS"), _share(found.held), float(found.prompts.mean())

    false_gain, held_equal, _ = stopped(equal, "superiority", MATTERS)
    found_gain, held_better, asked_better = stopped(better, "superiority", MATTERS)
    false_no_loss, held_worse, _ = stopped(worse, "non-inferiority", margin)
    found_no_loss, _, asked_equal = stopped(equal, "non-inferiority", margin)
    return Line(
        **_named(case),
        coverage=(held_equal, held_better, held_worse),
        falsely_superior=false_gain,
        falsely_not_inferior=false_no_loss,
        superiority=Power(POWER, found_gain),
        non_inferiority=Power(power_at(case.prompts, case.discordance, 0, margin, company=company), found_no_loss),
        asked=(asked_better, asked_equal),
    )


def _two_by_two(case: Case, runs: int, rng: np.random.Generator) -> Line:
    """Tuning gains, quantization costs, and eats some of what was gained."""
    models = four((0.5, 0.45, 0.7, 0.6), case.alike)
    contrasts = ((-0.5, -0.5, 0.5, 0.5), (-0.5, 0.5, -0.5, 0.5), (0.5, -0.5, -0.5, 0.5))
    worlds = [models.contrast(*weights) for weights in contrasts]
    return Line(
        **_named(case), coverage=_coverage([measure(world, case.prompts, runs, rng) for world in worlds], worlds)
    )


def _non_inferiority(case: Case, answers: int, company: Company = ALONE) -> float:
    return power_at(answers, case.discordance, 0, MARGINS[case.prompts], company=company)


def _coverage(measured: Sequence[Measured], worlds: Sequence[World]) -> tuple[float, ...]:
    return tuple(_share(one.holds(world.difference)) for one, world in zip(measured, worlds, strict=True))


def _share(true: npt.NDArray[np.bool_]) -> float:
    return float(true.mean())


def _named(case: Case) -> dict[str, Any]:
    return {"world": case.world, "correlation": case.correlation, "prompts": case.prompts}
