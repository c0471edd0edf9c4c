"""The tables of promises on the pages of the statistics and of the load are what `make simulate` prints."""

from pathlib import Path

import pytest

from evalharness.__main__ import main

PAGES = Path(__file__).parents[4] / "evalharness"


def cells(text: str) -> list[list[str]]:
    """The rows of Markdown tables, without the rulers."""
    rows = (line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|"))
    return [[cell.strip() for cell in row] for row in rows if set("".join(row)) - {"-"}]


def shown(page: str, first: str) -> list[list[str]]:
    """The table of a page whose first heading is this one."""
    text = (PAGES / page / "README.md").read_text(encoding="utf-8")
    return cells(text[text.index(f"| {first} |") :].split("\n\n")[0].split("</details>")[0])


def test_the_pages_show_the_tables_that_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate"]) == 0
    quality, load = (cells(part) for part in capsys.readouterr().out.strip().split("\n\n"))
    assert len(quality) == 40
    assert shown("stats", "run | correlation") == quality
    assert len(load) == 14
    assert shown("load", "beside the servers") == load
