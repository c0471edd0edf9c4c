import json
from pathlib import Path
from typing import Any

import pytest

from evalharness.errors import UsageError
from evalharness.judge.votes import read_votes

PROMPTS = [("s", "p0"), ("s", "p1"), ("t", "p1")]


def votes(folder: Path, *rows: Any) -> dict[tuple[str, str], str]:
    path = folder / "votes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_votes(path, PROMPTS, ["base", "tuned"])


def test_the_majority_of_a_prompts_votes_counts_and_no_majority_is_a_tie(tmp_path: Path) -> None:
    cast = [{"id": "p0", "choice": choice} for choice in ("base", "tuned", "tuned")]
    even = [{"id": "p1", "suite": "t", "choice": choice} for choice in ("base", "tuned")]
    assert votes(tmp_path, *cast, *even) == {("s", "p0"): "tuned", ("t", "p1"): "tie"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "p0"}, "an id and a choice"),
        ([1], "an id and a choice"),
        ({"id": "p9", "choice": "tie"}, "no such prompt"),
        ({"id": "p1", "choice": "tie"}, "name the suite"),
        ({"id": "p0", "suite": "t", "choice": "tie"}, "no such prompt"),
        ({"id": "p0", "choice": "best"}, "is not one of base, tuned, tie"),
    ],
)
def test_a_wrong_vote_is_named_with_its_line(tmp_path: Path, row: Any, said: str) -> None:
    with pytest.raises(UsageError, match=r"votes\.jsonl, line 2: .*" + said):
        votes(tmp_path, {"id": "p0", "choice": "tie"}, row)


def test_the_last_vote_counts_without_a_line_break_and_empty_lines_do_not(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    path.write_text('{"id": "p0", "choice": "tie"}\r\n\n{"id": "p1", "suite": "t", "choice": "base"}')
    assert read_votes(path, PROMPTS, ["base", "tuned"]) == {("s", "p0"): "tie", ("t", "p1"): "base"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none", None, "none: No such file"),
        ("torn", b'{"id": "p0", "choice": "tie"}\n{"id"', "line 2: not JSON"),
        ("latin", b"\xff\n", "latin: not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read_votes(tmp_path / name, PROMPTS, ["base", "tuned"])
