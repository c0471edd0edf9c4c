"""`pip install .`: the harness without the deployment, under a name of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from serve.environments import fetch_uv, index_settings

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has nothing but the harness."""
    uv = fetch_uv(ROOT / ".tandem" / "environments" / "uv")
    folder = tmp_path_factory.mktemp("alone") / "environment"
    settings = {**os.environ, **index_settings(uv.with_name("python"))}
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True, env=settings)
    into = ["--python", str(folder / "bin" / "python"), "--constraint", str(ROOT / "images/harness/requirements.txt")]
    subprocess.run([uv, "pip", "install", "--quiet", *into, str(ROOT)], check=True, env=settings)
    return folder / "bin"


def run(program: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([program, *words], cwd=cwd, env=variables, capture_output=True, text=True)


def test_it_goes_by_its_own_name_and_brings_its_suites(installed: Path, tmp_path: Path) -> None:
    told = run(installed / "tandem-eval", "--help", cwd=tmp_path)
    assert told.stdout.startswith("usage: tandem-eval ")
    listed = run(installed / "tandem-eval", "suites", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert {path.stem for path in (ROOT / "evalharness" / "suites").glob("*.yaml")} <= set(listed.stdout.split())
    assert run(installed / "python", "-c", "import serve", cwd=tmp_path).returncode == 1


def test_it_takes_two_endpoints_from_questions_to_a_verdicts_page(
    installed: Path, command: list[str], tmp_path: Path
) -> None:
    asked = run(installed / "tandem-eval", *command, cwd=tmp_path)
    assert asked.returncode == 0, asked.stderr
    verdict = run(installed / "tandem-eval", "verdict", "--runs", str(tmp_path / "runs"), cwd=tmp_path)
    assert verdict.returncode == 3, verdict.stderr  # six prompts settle nothing, and there was no load
    (page,) = tmp_path.glob("runs/*-verdict/report.html")
    assert "JSON [or not]" in page.read_text()
