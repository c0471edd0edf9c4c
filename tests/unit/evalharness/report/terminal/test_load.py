"""What a load's table says of itself."""

from pathlib import Path

import pytest

from evalharness.load.ratios import METRICS
from evalharness.report.terminal.load import show
from tests.parts import load, ratio, side


def test_a_reader_is_told_why_two_columns_do_not_divide_to_the_ratio_beside_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    slower = side("tuned", e2e={"p50": 0.293, "p90": 0.3, "p95": 0.3, "p99": 0.3, "p99.9": 0.3})
    show(load([side(), slower], *(ratio(metric, 1.01, 0.98, 1.04) for metric in METRICS)), Path("runs/a"))
    said = " ".join(capsys.readouterr().out.split())
    assert "tuned / base, pair by pair (95%)" in said
    assert "Columns are of all requests; a ratio is the middle of what 50 pairs of blocks say each" in said
