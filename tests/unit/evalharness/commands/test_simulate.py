"""The command prints tables for the pages on the statistics and on the load."""

import pytest

from evalharness.__main__ import main


def test_it_prints_markdown_tables_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--runs", "20"]) == 0
    tables = [table.splitlines() for table in capsys.readouterr().out.strip().split("\n\n")]
    for table, rows, columns in zip(tables, (39, 26, 13), (8, 6, 7), strict=True):
        assert len(table) == 2 + rows
        assert {line.count("|") for line in table} == {columns + 1}
        assert set(table[1]) == {"|", "-"}
