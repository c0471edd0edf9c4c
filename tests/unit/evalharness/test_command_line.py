import shlex
import subprocess
import sys
from importlib import import_module

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
    with pytest.raises(SystemExit):
        main(["nosuch"])
    assert "'lm-eval'" in capsys.readouterr().err


def test_a_reader_that_has_read_enough_gets_no_traceback() -> None:
    command = f"{shlex.quote(sys.executable)} -m evalharness suites | head -1"
    said = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602
    assert "prompts in" in said.stdout
    assert not said.stderr
