"""The table of promises on the statistics' page is what `make simulate` prints."""

from pathlib import Path

import pytest

from evalharness.__main__ import main

PAGE = Path(__file__).parents[4] / "evalharness" / "stats" / "README.md"


def cells(text: str) -> list[list[str]]:
    """The rows of Markdown tables, without the rulers."""
    rows = (line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|"))
    return [[cell.strip() for cell in row] for row in rows if set("".join(row)) - {"-"}]


def test_the_page_shows_the_tables_that_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate"]) == 0
    printed = cells(capsys.readouterr().out)
    page = PAGE.read_text(encoding="utf-8")
    shown = cells(page[page.index("| run | correlation |") :].split("</details>")[0])
    assert len(printed) == 67
    assert shown == printed
