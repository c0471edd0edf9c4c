"""The command prints tables for the pages on the statistics and on the load."""

import pytest

from evalharness.__main__ import main
from evalharness.simulation import bounds, load, table


def test_it_prints_markdown_tables_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--runs", "20"]) == 0
    tables = [text.splitlines() for text in capsys.readouterr().out.strip().split("\n\n")]
    for shown, made, columns in zip(tables, (table, bounds, load), (8, 6, 7), strict=True):
        assert len(shown) == 2 + len(list(made.cases()))
        assert {line.count("|") for line in shown} == {columns + 1}
        assert set(shown[1]) == {"|", "-"}
