"""What a load promises, held against simulated loads of every world: seldom wrong, and settled in time."""

from math import sqrt

import pytest

from evalharness.commands.simulate import RUNS as ASKED
from evalharness.simulation.everything import Tables, of_kind
from evalharness.simulation.load import Case, cases, simulate

RUNS = of_kind("load", ASKED)
CASES = list(cases())
SIDED = "one side's core, 5 s"  # so few of its visits fall into a load that none can say how much they differ
TAIL = "p95"  # of requests: of a whole load there are 19 ratios


def chance(share: float) -> float:
    return 3.5 * sqrt(share * (1 - share) / RUNS)


@pytest.mark.parametrize(
    ("number", "case"), [pytest.param(number, case, id=case.name) for number, case in enumerate(CASES)]
)
def test_the_promises_hold(simulated: Tables, number: int, case: Case) -> None:
    line = simulated.load[number]
    assert line.name == case.name
    least, most = (0.88, 0.97) if SIDED in case.name else (0.93, 0.97)
    for share in line.coverage:
        assert least - chance(least) <= share <= most + chance(most)
    for false in (line.false_pass, line.false_fail):
        assert false <= 0.05 + (chance(0.05) if SIDED in case.name else 0)
    assert line.slow_passes <= 0.02
    if TAIL not in case.name and SIDED not in case.name:
        assert line.equal_passes >= 0.99 and line.slow_fails >= 0.93


def test_the_same_line_comes_out_again() -> None:
    assert simulate(CASES[0], 100) == simulate(CASES[0], 100)
