"""`capacity` for real: when its requests leave, and what a server's stall costs those who were due meanwhile."""

from itertools import pairwise
from pathlib import Path

import pytest
from scipy.stats import kstest

from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.capacity import ScheduledRow
from tests.ground_truth import serving
from tests.integration.evalharness.load.test_capacity import SERVICE, level, run, server

pytestmark = pytest.mark.alone


def test_a_stalled_server_is_charged_with_all_who_were_due_meanwhile(tmp_path: Path) -> None:
    stalling = server(64)
    stalling.stall = (1.0, 2.0)
    patient = level(tmp_path, "limits: {e2e_p50: 5.0}\nerrors: 0.05\nprobe_seconds: 80\n")
    with serving(stalling) as base, serving(server(64)) as tuned:
        run(tmp_path, base, tuned, "--slo", patient, "--arrivals", "constant", "--start", "50", "--seconds", "1")
    (folder,) = (tmp_path / "runs").glob("*-capacity")
    rows = [row for row in read_rows(folder / "requests.jsonl", ScheduledRow) if row.endpoint == "base"]
    ends = min(row.due + row.seconds for row in rows if row.seconds > 1) - SERVICE
    due_meanwhile = [row for row in rows if ends - 2.0 < row.due < ends]
    assert len(due_meanwhile) == pytest.approx(50 * 2.0, rel=0.1)  # all of them, not the one of each user
    beyond = sorted(row.seconds - (ends - row.due) - SERVICE for row in due_meanwhile)
    assert beyond[0] > -0.1  # each had to wait until the end,
    assert beyond[len(beyond) // 2] < 0.3  # and not for much more, though all are then answered at once


def test_requests_leave_when_they_are_due_and_arrivals_are_poisson(tmp_path: Path) -> None:
    with serving(server(512)) as base, serving(server(512)) as tuned:
        run(tmp_path, base, tuned, "--slo", level(tmp_path), "--start", "100", "--seconds", "1")
    (folder,) = (tmp_path / "runs").glob("*-capacity")
    rows = sorted(
        (row for row in read_rows(folder / "requests.jsonl", ScheduledRow) if row.probe == 1), key=lambda row: row.due
    )
    sent = [row.due + row.late for row in rows]
    gaps = [after - before for before, after in pairwise(sent)]
    assert kstest(gaps, "expon", args=(0, 1 / 100)).pvalue > 0.001
    assert sorted(row.late for row in rows)[len(rows) // 2] < 0.01
