"""The step before a plain `docker compose up`: what it begins with, what it makes, and what it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from serve.commands import prepare
from serve.errors import UsageError
from serve.hardware import GIB
from serve.paths import Paths
from serve.planning import decision
from serve.runtimes.docker import runtime
from serve.settings import Settings

ROOT = Path(__file__).parents[4]


@pytest.fixture
def paths(monkeypatch, tmp_path):
    """A checkout that has nothing but the demo, on a machine without a GPU."""
    monkeypatch.setattr(runtime, "has_nvidia_runtime", lambda: False)
    (tmp_path / "images").symlink_to(ROOT / "images")
    return Paths(tmp_path)


def test_it_begins_with_the_standard_library_alone():
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import serve.runtimes.prepare"],  # -S: without what is installed
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_it_makes_the_secrets_and_the_plan_and_says_how_to_start(paths, capsys):
    assert prepare.main(Settings(), paths) == 0
    assert {file.name for file in paths.secret_files.iterdir()} >= {"API_KEY", "WEBUI_PASSWORD"}
    assert decision.read(paths.plan).kv_cache_bytes == GIB
    said = capsys.readouterr().out
    assert "export HARNESS_USER=" in said
    assert "docker compose -f compose/compose.yaml -f compose/cpu.yaml up --detach" in said


def test_after_a_changed_setting_it_makes_another_plan_and_the_same_secrets(paths, capsys):
    prepare.main(Settings(), paths)
    secrets = paths.secrets.read_text()
    (paths.root / ".env").write_text("MODE=lora\n")
    prepare.main(Settings(MODE="lora", KV_CACHE_GIB=2), paths)
    assert decision.read(paths.plan).kv_cache_bytes == 2 * GIB
    assert paths.secrets.read_text() == secrets
    assert "compose --env-file .env -f compose/compose.yaml -f compose/cpu.yaml -f compose/lora.yaml up" in (
        capsys.readouterr().out
    )


def test_what_cannot_be_served_is_refused_in_one_line(paths):
    with pytest.raises(UsageError, match="MODE=swap needs an NVIDIA GPU"):
        prepare.main(Settings(MODE="swap"), paths)
    assert not paths.plan.exists()
