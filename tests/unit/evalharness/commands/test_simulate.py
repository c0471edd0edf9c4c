"""The command prints a table for the page on the statistics, and one for that on the load."""

import pytest

from evalharness.__main__ import main
from evalharness.simulation import load, table


def test_it_prints_two_markdown_tables_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--runs", "20"]) == 0
    quality, loads = (part.splitlines() for part in capsys.readouterr().out.strip().split("\n\n"))
    for lines, cases, columns in ((quality, table.cases(), 8), (loads, load.cases(), 7)):
        assert len(lines) == 2 + len(list(cases))
        assert {line.count("|") for line in lines} == {columns + 1}
        assert set(lines[1]) == {"|", "-"}
