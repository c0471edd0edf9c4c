"""The statistics' promises, held against twenty thousand simulated runs of every world and every truth.

The limits are widened by what so many runs can be off by chance (3.5 standard errors: there are some 300 shares). Where
no interval can keep 94 to 96 %, because only a handful of outcomes is possible, it is said which and how far.
"""

from math import sqrt

import pytest

from evalharness.commands.simulate import RUNS
from evalharness.simulation.everything import Tables
from evalharness.simulation.table import Case, cases, simulate
from evalharness.stats import ALPHA

CASES = list(cases())


def chance(share: float) -> float:
    return 3.5 * sqrt(share * (1 - share) / RUNS)


def most(case: Case) -> float:
    """How often an interval may hold the truth. Wider than 95 % promises where, of 30 prompts, hardly any differ, and
    where what was not seen is feared altogether: in groups, in several variants or grades of few prompts."""
    if case.groups:
        return 1.0
    if case.prompts < 500 and ("variants" in case.world or "scores" in case.world or "2 x 2" in case.world):
        return 0.99
    if case.prompts == 30 and case.correlation == "models 0.9":
        return 1.0  # of 30 prompts one or two differ, and no two runs in three can tell
    return 0.97 if case.prompts == 30 and "models" in case.correlation else 0.96


@pytest.mark.parametrize(
    ("number", "case"),
    [
        pytest.param(number, case, id=f"{case.world}, {case.correlation}, {case.prompts}")
        for number, case in enumerate(CASES)
    ],
)
def test_the_promises_hold(simulated: Tables, number: int, case: Case) -> None:
    line = simulated.quality[number]
    assert (line.world, line.correlation, line.prompts) == (case.world, case.correlation, case.prompts)
    for share in line.coverage:
        assert (0.93 if case.groups else 0.94) - chance(0.94) <= share <= most(case) + chance(0.96)
    for false in (line.falsely_superior, line.falsely_not_inferior):
        assert false is None or false <= ALPHA
    for power in (line.superiority, line.non_inferiority):
        # Of 30 prompts in four variants that are much alike more is found than was promised: five points, not three.
        if case.groups and power:  # what is promised supposes groups of one size: of others more is found, or less
            assert -0.15 <= power.found - power.promised <= 0.15
            continue
        if case.world.endswith("variants a prompt") and power:  # answers that are no whole prompts say more
            assert -0.03 <= power.found - power.promised <= 0.15
            continue
        more = 0.05 if (case.prompts, case.within > 0) == (30, True) else 0.03
        assert power is None or -0.03 <= power.found - power.promised <= more


def test_every_kind_is_simulated_at_30_100_and_500_prompts_correlated_and_not() -> None:
    kinds = {case.world for case in CASES if not case.groups}
    assert len(kinds) == 5
    for kind in kinds:
        seen = {(case.prompts, case.correlation == "none") for case in CASES if case.world == kind}
        assert seen == {(prompts, apart) for prompts in (30, 100, 500) for apart in (True, False)}


def test_the_same_line_comes_out_again() -> None:
    assert simulate(CASES[0], 100) == simulate(CASES[0], 100)
