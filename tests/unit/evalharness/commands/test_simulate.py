"""The command prints tables for the page on the statistics."""

import pytest

from evalharness.__main__ import main


def test_it_prints_markdown_tables_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--runs", "20"]) == 0
    lines = capsys.readouterr().out.splitlines()
    between = lines.index("")
    for table, rows, columns in ((lines[:between], 39, 8), (lines[between + 1 :], 26, 6)):
        assert len(table) == 2 + rows
        assert {line.count("|") for line in table} == {columns + 1}
        assert set(table[1]) == {"|", "-"}
