"""The worlds in which simulated loads are measured are what they say."""

import numpy as np
import pytest

from evalharness.simulation.load import Case, cases, cells, columns, one_sided, presence, quiet, simulate


def test_who_comes_and_goes_is_there_for_the_share_of_the_time_that_was_said() -> None:
    shares = presence(np.random.default_rng(0), 400, 300, on=3, off=6)
    assert shares.min() >= 0 and shares.max() <= 1
    assert shares.mean() == pytest.approx(1 / 3, abs=0.02)


def test_who_stays_for_long_is_there_in_many_slots_in_a_row() -> None:
    def kept(on: float) -> float:
        shares = presence(np.random.default_rng(0), 200, 300, on, 2 * on)
        return float(np.corrcoef(shares[:, :-1].ravel(), shares[:, 1:].ravel())[0, 1])

    assert kept(on=20) > 0.9 > 0.6 > kept(on=1)


def test_a_neighbour_of_one_side_favours_neither_in_the_end() -> None:
    noise = one_sided(on=3, off=6)(np.random.default_rng(0), 400, 200)
    assert noise.slots.shape == (400, 200)
    assert np.asarray(noise.second).shape == (400, 100)
    assert np.mean(noise.second) == pytest.approx(0, abs=0.01)


def test_a_quiet_machine_settles_it_at_the_first_looks_and_a_line_says_so() -> None:
    line = simulate(Case("nothing else runs", quiet), 50)
    assert (line.equal_passes, line.slow_fails, line.slow_passes) == (1, 1, 0)
    assert line.equal_pairs < 60
    assert len(cells(line)) == len(columns())


def test_every_world_has_a_name_of_its_own() -> None:
    names = [case.name for case in cases()]
    assert len(set(names)) == len(names)
