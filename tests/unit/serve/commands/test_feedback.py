"""`make feedback` tells the harness where Open WebUI is and where its password lies, and never the password."""

from pathlib import Path

import pytest

from evalharness.__main__ import COMMANDS
from serve.commands import feedback
from serve.errors import UsageError
from serve.harness.arguments import feedback_arguments
from serve.paths import Paths
from serve.services import credentials
from serve.settings import Settings


def test_the_password_stays_in_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    paths, run = Paths(tmp_path), list[list[str]]()
    known = credentials.ensure(paths.secrets)
    monkeypatch.setattr(feedback, "run_attended", lambda program, folder: run.append([*program, str(folder)]) or 0)
    assert feedback.main(Settings(WEBUI_PORT=3999), paths) == 0
    (words,) = run
    assert words[3] in COMMANDS and words[-1] == str(tmp_path)
    assert words[words.index("--webui") + 1] == "http://127.0.0.1:3999"
    assert words[words.index("--password-file") + 1] == str(paths.secrets)
    assert words[words.index("--password-name") + 1] in known
    assert words[words.index("--blind-secret") + 1] == str(paths.secrets)
    assert not set(known.values()) & set(words)


def test_texts_are_asked_for_only_where_people_have_agreed(tmp_path: Path) -> None:
    assert "--consent" not in feedback_arguments(Settings(), Paths(tmp_path))
    assert "--consent" in feedback_arguments(Settings(FEEDBACK_CONSENT=True), Paths(tmp_path))


def test_votes_are_joined_to_the_run_that_is_named(tmp_path: Path) -> None:
    assert "--run" not in feedback_arguments(Settings(), Paths(tmp_path))
    words = feedback_arguments(Settings(RUN="runs/20261121T120000-eval"), Paths(tmp_path))
    assert words[words.index("--run") + 1] == "runs/20261121T120000-eval"


def test_what_is_asked_of_the_models_is_kept_out_of_the_rows(tmp_path: Path) -> None:
    assert "--suites" not in feedback_arguments(Settings(), Paths(tmp_path))
    words = feedback_arguments(Settings(SUITES="tickets.yaml,guards"), Paths(tmp_path))
    assert words[words.index("--suites") + 1].startswith("tickets.yaml,bilingual,")


def test_without_a_deployment_it_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make up"):
        feedback.main(Settings(), Paths(tmp_path))
