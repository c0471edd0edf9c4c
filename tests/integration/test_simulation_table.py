"""The README's table of promises is what `make simulate` prints."""

from pathlib import Path

import pytest

from evalharness.__main__ import main

README = Path(__file__).parents[2] / "README.md"


def cells(text: str) -> list[list[str]]:
    """The rows of Markdown tables, without the rulers."""
    rows = (line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|"))
    return [[cell.strip() for cell in row] for row in rows if set("".join(row)) - {"-"}]


def test_the_readme_shows_the_table_that_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate"]) == 0
    printed = cells(capsys.readouterr().out)
    readme = README.read_text(encoding="utf-8")
    shown = cells(readme[readme.index("| run | correlation |") :].split("</details>")[0])
    assert len(printed) == 40
    assert shown == printed
