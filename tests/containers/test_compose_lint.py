"""The Compose files, before a linter that somebody else wrote. What it finds and we keep is argued in the files."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.newcomer import ROOT

DCLINT = "dclint@3.1.0"


def test_the_compose_linter_finds_nothing(tmp_path: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("no npm on this machine, which brings the linter")
    command = ["npm", "exec", "--yes", "--package", DCLINT, "--", "dclint", "--recursive", str(ROOT / "compose")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "problem" not in done.stdout
