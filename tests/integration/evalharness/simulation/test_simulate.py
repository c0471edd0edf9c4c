"""The tables of promises on the pages of the statistics and of the load are what `make simulate` prints."""

from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.commands import simulate
from evalharness.simulation import bounds, capacity, load, shipped, table
from evalharness.simulation.everything import Tables

PAGES = Path(__file__).parents[4] / "evalharness"


def cells(text: str) -> list[list[str]]:
    """The rows of Markdown tables, without the rulers."""
    rows = (line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|"))
    return [[cell.strip() for cell in row] for row in rows if set("".join(row)) - {"-"}]


def on_page(page: str, first: str, last: str) -> list[list[str]]:
    """What a page has of tables between a first heading and what comes after the last."""
    text = (PAGES / page / "README.md").read_text(encoding="utf-8")
    return cells(text[text.index(f"| {first} |") :].split(last)[0])


def test_the_pages_show_the_tables_that_the_command_prints(
    simulated: Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulate, "made", {simulate.RUNS: simulated}.__getitem__)  # made once, for other tests too
    assert main(["simulate"]) == 0
    *of_evals, of_loads, of_searches = capsys.readouterr().out.strip().split("\n\n")
    printed = cells("\n".join(of_evals))
    assert len(printed) == 3 + sum(len(list(made.cases())) for made in (table, bounds, shipped))
    assert on_page("stats", "run | correlation", "</details>") == printed
    assert len(cells(of_loads)) == 1 + len(list(load.cases()))
    assert on_page("load", "beside the servers", "\n\n") == cells(of_loads)
    assert len(cells(of_searches)) == 1 + len(list(capacity.cases()))
    assert on_page("load", "queue", "\n\n") == cells(of_searches)
