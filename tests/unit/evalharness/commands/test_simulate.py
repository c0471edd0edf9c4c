"""The command prints tables for the pages on the statistics and on the load."""

import pytest

from evalharness.__main__ import main
from evalharness.commands.simulate import HEADINGS
from evalharness.simulation import bounds, capacity, load, shipped, table


def test_it_prints_markdown_tables_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--runs", "20"]) == 0
    tables = [text.splitlines() for text in capsys.readouterr().out.strip().split("\n\n")]
    suites = 2  # the shipped ones, three and all
    lines = [len(list(made.cases())) for made in (table, bounds)] + [suites]
    lines += [len(list(made.cases())) for made in (load, capacity)]
    columns = [
        len(HEADINGS),
        len(bounds.columns()),
        len(shipped.HEADINGS),
        len(load.columns()),
        len(capacity.columns()),
    ]
    for shown, number, wide in zip(tables, lines, columns, strict=True):
        assert len(shown) == 2 + number
        assert {line.count("|") for line in shown} == {wide + 1}
        assert set(shown[1]) == {"|", "-"}
