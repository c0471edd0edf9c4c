"""Two searches take turns, and a side that cannot be measured holds the other up no longer."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.client.endpoints import Endpoint
from evalharness.load.arrivals.poisson import Poisson
from evalharness.load.capacity.plan import Plan
from evalharness.load.capacity.search import Range
from evalharness.load.capacity.slo import read_service_level
from evalharness.load.capacity.turns import Turns
from evalharness.runs.jsonl import append_row, open_rows, read_rows
from evalharness.runs.rows.capacity import ProbeRow
from tests.fixtures_runs import capacity_run

START = 4.0


@pytest.fixture
def held(tmp_path: Path) -> ProbeRow:
    """The first of a run's probes: base bore the first level."""
    return next(iter(read_rows(capacity_run(tmp_path) / "probes.jsonl", ProbeRow)))


def turns(folder: Path, probes: Sequence[ProbeRow]) -> Turns:
    """Of a run that is resumed after these."""
    folder.mkdir()
    with open_rows(folder / "probes.jsonl") as file:
        for row in probes:
            append_row(file, row)
    endpoints = [Endpoint(name, f"http://{name}/v1", "m") for name in ("base", "tuned")]
    plan = Plan([], [[], []], "poisson", "", warm=False)
    return Turns(folder, endpoints, read_service_level("local"), Poisson(), plan, Range(START, 0.05, 1e4), 64, 0)


def test_the_side_that_was_probed_less_often_is_next_and_begins_where_the_other_did(
    tmp_path: Path, held: ProbeRow
) -> None:
    search = turns(tmp_path / "run", [])
    first = search.next()
    assert first is not None and (first[0], first[1].level) == (0, START)
    search.rows.append(held)
    second = search.next()
    assert second is not None and (second[0], second[1].level) == (1, START)
    search.rows.append(replace(held, endpoint="tuned", probe=2))
    third = search.next()
    assert third is not None and (third[0], third[1].level) == (0, 2 * START)


def test_a_side_whose_probes_are_thrown_out_again_and_again_has_no_further_turn(tmp_path: Path, held: ProbeRow) -> None:
    late = replace(held, outcome=None, rejected=("late",))
    search = turns(tmp_path / "run", [])
    search.rows += [late, late, late, *[replace(held, endpoint="tuned")] * 4]
    following = search.next()
    assert following is not None and following[0] == 1


def test_a_side_that_could_not_be_measured_is_tried_again_when_the_run_is_resumed(
    tmp_path: Path, held: ProbeRow
) -> None:
    late = replace(held, outcome=None, rejected=("late",))
    following = turns(tmp_path / "run", [late, late, late, *[replace(held, endpoint="tuned")] * 4]).next()
    assert following is not None and following[0] == 0
