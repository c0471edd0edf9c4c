"""A missing system library is told of before anything is installed, where it is needed and nowhere else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from serve import system_libraries
from serve.errors import UsageError

ROOT = Path(__file__).parents[3]
LINE = "tandem: system libraries are missing; on Debian and Ubuntu: apt-get install libnuma1 libgomp1"


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Whether the libraries are needed on a machine, for the text of its .env."""

    def needed(env="", docker=False, gpu=False):
        monkeypatch.setattr(system_libraries, "engine_trouble", lambda: None if docker else "no Docker engine")
        monkeypatch.setattr(system_libraries, "has_nvidia_gpu", lambda: gpu)
        (tmp_path / ".env").write_text(env)
        return system_libraries.needed(tmp_path / ".env")

    return needed


def test_they_are_needed_for_local_processes_on_a_cpu_alone(machine):
    assert machine()
    assert machine("RUNTIME=local", docker=True)
    assert not machine(gpu=True)
    assert not machine(docker=True)
    assert not machine("RUNTIME=docker")


def test_the_runtime_is_read_as_the_settings_read_it(machine, monkeypatch):
    assert machine("#RUNTIME=docker\nexport RUNTIME = 'local'\n", docker=True)
    assert not machine("RUNTIME=local\nRUNTIME=docker\n")
    assert not machine("RUNTIME=\n", docker=True)
    monkeypatch.setenv("RUNTIME", "local")
    assert machine("RUNTIME=docker")


def test_a_missing_system_library_is_named_by_its_package(monkeypatch):
    def load(library):
        if library == "libnuma.so.1":
            raise OSError(library)

    monkeypatch.setattr(system_libraries.ctypes, "CDLL", load)
    with pytest.raises(UsageError, match=r"apt-get install libnuma1$"):
        system_libraries.check()


@pytest.mark.parametrize("target", ["up", "factorial"])
def test_make_tells_of_them_in_one_line_before_it_installs_anything(target, tmp_path):
    if shutil.which("nvidia-smi", path="/usr/bin:/bin"):
        pytest.skip("on a GPU they are not needed")
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "serve", tmp_path / "serve", ignore=shutil.ignore_patterns("__pycache__"))
    # A machine without either: its Python knows them by names that no library has.
    file = tmp_path / "serve" / "system_libraries.py"
    file.write_text(file.read_text().replace('.so.1":', '.so.none":'))
    given = [f"PYTHON={sys.executable}", "RUNTIME=local"]
    # As a person has it, not as a make that runs the tests hands it on.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    bare = {**ours, "PATH": "/usr/bin:/bin", "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(["make", target, *given], cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[0] == LINE and done.stdout == ""
    assert done.returncode == 2
    assert not (tmp_path / ".tandem").exists()
