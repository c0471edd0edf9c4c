import json
import os
import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.errors import UsageError
from evalharness.runs.folder import create_run, finished_runs, read_json, write_json
from evalharness.runs.jsonl import Rows, append_row, open_rows, read_rows
from evalharness.runs.rows.parts import Error


def test_two_runs_of_one_second_get_folders_of_their_own_that_sort_by_time(tmp_path: Path) -> None:
    folders = [create_run(tmp_path / "runs", "eval", {"settings": {}}) for _ in range(3)]
    assert len(set(folders)) == 3
    assert sorted(folders) == folders
    assert read_json(folders[0] / "run.json").keys() == {"kind", "created", "host", "settings"}


def test_finished_runs_are_those_of_a_kind_with_a_summary_the_newest_first(tmp_path: Path) -> None:
    assert finished_runs(tmp_path, "eval") == []
    others = ("20260103T000000-load", "20260105T000000-lm-eval")
    for name in ("20260101T000000-eval", "20260102T000000-eval-1", *others):
        (tmp_path / name).mkdir()
        write_json(tmp_path / name / "summary.json", {})
    (tmp_path / "20260104T000000-eval").mkdir()
    found = [folder.name for folder in finished_runs(tmp_path, "eval")]
    assert found == ["20260102T000000-eval-1", "20260101T000000-eval"]


def test_a_place_that_takes_no_folder_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--runs"):
        create_run(tmp_path / "file", "eval", {})


texts = st.text(st.characters(exclude_categories=["Cs"]))
NEXT = Error(kind="next", detail="é")  # any row will do


@settings(deadline=None)  # a disk has its moods
@given(rows=st.lists(st.builds(Error, kind=texts, detail=texts), max_size=5), torn=st.integers(0, 8))
def test_rows_survive_a_kill_up_to_the_last_whole_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Error], torn: int
) -> None:
    path = tmp_path_factory.mktemp("run") / "rows.jsonl"
    with open_rows(path) as file:
        for row in rows:
            append_row(file, row)
    with path.open("a") as file:
        file.write('{"torn": '[:torn])
    assert list(read_rows(path, Error)) == rows
    with open_rows(path) as file:
        append_row(file, NEXT)
    assert list(read_rows(path, Error)) == [*rows, NEXT]


def test_a_row_torn_within_a_character_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes('{"kind": "next", "detail": "é"}\n{"kind": "é'.encode()[:-1])
    assert list(read_rows(path, Error)) == [NEXT]


def test_half_a_character_that_a_server_sent_does_not_stop_a_run(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with open_rows(path) as file:
        append_row(file, Error(kind="next", detail="\ud83d"))
    assert list(read_rows(path, Error)) == [Error(kind="next", detail="?")]


def test_files_are_utf_8_whatever_the_machines_language_is(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from evalharness.runs import folder as run, jsonl\n"
        "from evalharness.runs.rows.parts import Error\n"
        "folder, row = Path(sys.argv[1]), Error(kind='é', detail='')\n"
        "with jsonl.open_rows(folder / 'rows.jsonl') as file: jsonl.append_row(file, row)\n"
        "assert list(jsonl.read_rows(folder / 'rows.jsonl', Error)) == [row]\n"
        "run.write_json(folder / 'run.json', {'a': 'é'}); assert run.read_json(folder / 'run.json') == {'a': 'é'}"
    )
    script = tmp_path / "program.py"
    script.write_text(program, encoding="utf-8")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, script, tmp_path], env={**os.environ, **ascii_only}, check=True)
    assert json.loads((tmp_path / "run.json").read_bytes().decode()) == {"a": "é"}
    assert "é".encode() in (tmp_path / "run.json").read_bytes()


def test_a_broken_line_in_the_middle_is_named_and_not_skipped(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"kind": "1", "detail": ""}\n{"kind": \n{"kind": "3", "detail": ""}\n')
    with pytest.raises(UsageError, match=r"rows\.jsonl, line 2"):
        list(read_rows(path, Error))


def test_a_file_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert list(read_rows(tmp_path / "rows.jsonl", Error)) == []


def test_rows_by_key_are_those_that_came_last_and_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with open_rows(path) as file:
        for kind, said in zip("abca", ("one", "zwei", "三", "four"), strict=True):
            append_row(file, Error(kind=kind, detail=said))
    rows = Rows(path, Error, attrgetter("kind"))
    assert {key: row.detail for key, row in rows.items()} == {"a": "four", "b": "zwei", "c": "三"}
    assert len(rows) == 3
    assert rows.get("d") is None
    assert not Rows(tmp_path / "none.jsonl", Error, attrgetter("kind"))


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    write_json(path, {"a": "é"})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert read_json(path) == {"a": "é"}


@pytest.mark.parametrize("content", [None, "", "{"])
def test_a_missing_or_torn_file_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=r"run\.json"):
        read_json(path)


def test_what_a_run_says_of_its_machine_names_nobody(tmp_path: Path) -> None:
    folder = create_run(tmp_path, "load", {})
    assert json.loads((folder / "run.json").read_text())["host"].keys() == {"cores", "machine", "python"}
