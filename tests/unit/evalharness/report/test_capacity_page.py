"""A capacity run's page: what came out in words, its levels, what the servers counted; nothing is run or fetched."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.report import capacity_charts, capacity_page
from evalharness.report.sentences.capacity import sentences
from evalharness.runs.evidence import Run, read_run
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.capacity import ServerRow
from evalharness.runs.summaries.capacity import CapacitySummary
from tests.fixtures_runs import ENDPOINTS, capacity_run


@pytest.fixture
def run(tmp_path: Path) -> Run[CapacitySummary]:
    return read_run(capacity_run(tmp_path), "capacity")


def page(run: Run[CapacitySummary]) -> str:
    return (run.folder / "capacity.html").read_text()


def test_it_says_what_each_bears_and_between_which_ends(run: Run[CapacitySummary]) -> None:
    said = sentences(run.summary)
    for sentence, knee in zip(said, (12.0, 11.0), strict=False):
        ends = re.search(r"\((.+) to (.+)\)", sentence)
        assert ends
        assert float(ends[1]) < knee < float(ends[2])
    assert re.fullmatch(r"tuned bears 0\.\d+ \(0\.\d+ to 1\.\d+\) times what base does\.", said[2])
    assert all(sentence in page(run) for sentence in said)


def test_an_end_that_no_probe_has_shown_is_left_open_and_none_at_all_is_said(tmp_path: Path) -> None:
    rising = read_run(capacity_run(tmp_path, levels=2), "capacity").summary
    assert sentences(rising)[0] == "base bears at least 8.00 requests/s."
    assert sentences(rising)[2] == "How the two compare was not found."
    nothing = read_run(capacity_run(tmp_path, levels=0), "capacity").summary
    assert sentences(nothing)[1] == "What tuned bears was not found."


def test_hostile_names_are_escaped(tmp_path: Path) -> None:
    name = '"><img src=x onerror=alert(1)>'
    text = page(read_run(capacity_run(tmp_path, (ENDPOINTS[0], {**ENDPOINTS[1], "name": name})), "capacity"))
    assert "<img" not in text


@pytest.mark.parametrize("level", [3.3, 61.0, 0.07])
def test_an_axis_has_figures_however_near_its_ends_are(run: Run[CapacitySummary], level: float) -> None:
    near = tuple(replace(row, level=level) for row in run.summary.probes)
    drawn = str(capacity_charts.latency(replace(run.summary, probes=near), "ttft_p95"))
    assert drawn.count('text-anchor="middle"') >= 2


def test_a_cache_of_which_little_is_used_is_drawn_in_percent(run: Run[CapacitySummary]) -> None:
    server = list(read_rows(run.folder / "server.jsonl", ServerRow))
    (cache,) = (counted for counted in capacity_page.SERVER if counted.name == "KV cache in use")
    assert ">2 %</text>" in str(capacity_charts.timeline(run.summary, server, cache))
