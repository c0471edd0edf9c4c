import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from evalharness.__main__ import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_under_its_own_name(name: str) -> None:
    assert name == import_module(f"evalharness.commands.{COMMANDS[name]}").NAME


def test_all_commands_are_shown_to_whoever_names_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(f"    {name}" in shown for name in COMMANDS)


def test_an_unknown_command_is_answered_with_all_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evl"]) == 2
    said = capsys.readouterr().err
    assert "did you mean eval?" in said
    assert "lm-eval" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--suites"], "--suites: expected one argument; "),
        (["--suits", "general"], "--suits: there is no such flag; did you mean --suites?"),
        (["--suits=general"], "--suits: there is no such flag; did you mean --suites?"),
        (["--zzz"], "--zzz: there is no such flag; `"),
        (["general"], "'general': nothing is to stand there"),
        (["--concurrency", "many"], "--concurrency: 'many' is not a whole number above 0"),
        (["--endpoints", "a", "--url", "b=c"], "--url: not allowed with --endpoints"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line_that_says_which_word_and_what_mends_it(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"tandem: {said}")
    assert printed.err.endswith("eval --help` lists what there is\n")
    assert printed.err.count("\n") == 1


def test_a_value_that_is_none_of_the_choices_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pool", "--format", "shargpt"]) == 2
    assert "--format: there is no 'shargpt'; did you mean sharegpt?; there are " in capsys.readouterr().err


def test_what_a_command_wants_is_named_where_it_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_place_that_cannot_be_used_is_one_line_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rows.jsonl").mkdir()
    (tmp_path / "file").touch()
    rows = tmp_path / "mine.jsonl"
    rows.write_text('{"instruction": "Say yes.", "output": "Yes."}')
    for words, named in (
        (["pool", "--pool", tmp_path], "rows.jsonl"),
        (["augment", rows, "--pool", tmp_path / "file"], "file"),
    ):
        assert main([str(word) for word in words]) == 2
        said = capsys.readouterr().err
        assert said.startswith("tandem: ") and named in said and said.count("\n") == 1


def test_a_reader_that_has_read_enough_gets_no_traceback() -> None:
    command = f"{shlex.quote(sys.executable)} -m evalharness suites | head -1"
    said = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602
    assert "prompts in" in said.stdout
    assert not said.stderr
