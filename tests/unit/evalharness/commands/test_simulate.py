"""The command prints tables for the pages on the statistics and on the load."""

import pytest

from evalharness.__main__ import main
from evalharness.commands import simulate
from evalharness.simulation import bounds, capacity, load, shipped, table
from evalharness.simulation.everything import Tables, of_kind


def test_it_prints_markdown_tables_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    suites = shipped.Line("general", 120, 0.3, 0.2, 0.1)
    search = capacity.Line("a queue", 0.9, 0.95, 0.95, 0.01, 600.0, 0.1, 0.2)
    few = {20: Tables(*([made.simulate(next(made.cases()), 20)] for made in (table, bounds)), [suites], [], [search])}
    monkeypatch.setattr(simulate, "made", few.__getitem__)
    assert main(["simulate", "--runs", "20"]) == 0
    tables = [text.splitlines() for text in capsys.readouterr().out.strip().split("\n\n")]
    columns = [
        len(simulate.HEADINGS),
        len(bounds.columns()),
        len(shipped.HEADINGS),
        len(load.columns()),
        len(capacity.columns()),
    ]
    for shown, number, wide in zip(tables, (1, 1, 1, 0, 1), columns, strict=True):
        assert len(shown) == 2 + number
        assert {line.count("|") for line in shown} == {wide + 1}
        assert set(shown[1]) == {"|", "-"}


def test_of_what_takes_longer_fewer_are_simulated_and_one_at_least() -> None:
    assert [of_kind(kind, 20_000) for kind in ("quality", "bounds", "suites", "load", "capacity")] == [
        *(20_000, 20_000, 1000),
        *(2000, 100),
    ]
    assert of_kind("capacity", 20) == 1
