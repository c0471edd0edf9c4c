import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from serve.__main__ import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_under_its_own_name(name):
    assert name == import_module(f"serve.commands.{COMMANDS[name]}").NAME


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name a command"),
        (["statu"], "statu: there is no such command; did you mean status?"),
        (["up", "--gpu"], "up: takes no '--gpu'; settings stand in .env"),
        (["--gpu"], "--gpu: there is no such command; `make` lists them"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line_and_exit_code_2(words, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["serve", *words])
    assert main() == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"tandem: {said}")
    assert printed.err.count("\n") == 1


def test_a_place_that_cannot_be_used_is_one_line_that_names_it(monkeypatch, capsys):
    def read_settings(_):
        raise PermissionError(13, "Permission denied", "/mine/rows")

    monkeypatch.setattr(sys, "argv", ["serve", "status"])
    monkeypatch.setattr("serve.__main__.read_settings", read_settings)
    assert main() == 2
    assert capsys.readouterr().err == "tandem: /mine/rows: Permission denied\n"


def test_interrupted_while_libraries_load_it_ends_without_a_word(tmp_path):
    """The first half second of every command; Python's own answer is a traceback."""
    (tmp_path / "pydantic.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    root = Path(__file__).parents[3]
    variables = {**os.environ, "PYTHONPATH": f"{tmp_path}:{root}"}
    ended = subprocess.run([sys.executable, "-m", "serve", "status"], env=variables, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout + ended.stderr) == (-signal.SIGINT, b"")
