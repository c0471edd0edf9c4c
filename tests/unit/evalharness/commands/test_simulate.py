"""The command prints tables for the pages on the statistics and on the load."""

import pytest

from evalharness.__main__ import main
from evalharness.simulation import bounds, load, table


def test_it_prints_markdown_tables_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--runs", "20"]) == 0
    tables = [text.splitlines() for text in capsys.readouterr().out.strip().split("\n\n")]
    suites = 2  # the shipped ones, three and all
    lines = [len(list(made.cases())) for made in (table, bounds)] + [suites, len(list(load.cases()))]
    for shown, number, columns in zip(tables, lines, (8, 6, 5, 7), strict=True):
        assert len(shown) == 2 + number
        assert {line.count("|") for line in shown} == {columns + 1}
        assert set(shown[1]) == {"|", "-"}
