"""The command prints a table for the page on the statistics."""

import pytest

from evalharness.__main__ import main


def test_it_prints_a_markdown_table_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--runs", "20"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 39
    assert {line.count("|") for line in lines} == {9}
    assert set(lines[1]) == {"|", "-"}
