"""`make clean`: what it deletes, and when it deletes nothing."""

import pytest

from serve.commands import clean
from serve.errors import UsageError
from serve.paths import Paths
from serve.runtimes.choice import only_one
from serve.settings import Settings


class Nothing:
    """A runtime that made nothing outside the checkout."""

    def made_elsewhere(self):
        return []

    def down(self):
        return False

    def delete_elsewhere(self): ...


@pytest.fixture
def paths(tmp_path, monkeypatch):
    monkeypatch.setattr(clean, "usable", lambda *_: [Nothing()])
    monkeypatch.setenv("YES", "1")
    paths = Paths(tmp_path)
    paths.models.mkdir()
    return paths


def test_all_that_was_made_is_deleted_and_nothing_is_left_of_the_deleting(paths):
    (paths.runs / "1-eval").mkdir(parents=True)
    assert clean.main(Settings(), paths) == 0
    assert list(paths.root.iterdir()) == []


@pytest.mark.parametrize("command", ["up", "loop"])
def test_under_a_command_that_is_at_work_nothing_is_deleted(paths, command):
    with only_one(paths, command), pytest.raises(UsageError, match=f"another `make {command}` of this folder"):
        clean.main(Settings(), paths)
    assert paths.models.exists()


@pytest.mark.parametrize("answer", ["", "n", "nonsense", None])
def test_without_a_yes_all_is_kept(paths, monkeypatch, capsys, answer):
    """None: the end of input, Ctrl-D."""

    def asked(_):
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.delenv("YES")
    monkeypatch.setattr("builtins.input", asked)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert clean.main(Settings(), paths) == 0
    assert paths.models.exists()
    assert capsys.readouterr().out.endswith("Kept.\n")
