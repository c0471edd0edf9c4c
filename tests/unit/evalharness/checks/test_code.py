"""The check of code: what passes, what fails, and that what is run is held back, by each guard on its own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalharness.checks import code
from tests.parts import apply_checks

RIGHT = "def double(n):\n    return 2 * n\n"
TESTS = "assert double(2) == 4\nassert double(-1) == -2"
CHILD = Path(code.__file__).with_name("code_child.py")


@pytest.fixture(params=["namespaces", "no namespaces"], autouse=True)
def namespaces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test twice: as this kernel allows, and as one that lets nobody make namespaces."""
    if request.param == "no namespaces":
        monkeypatch.setattr(code, "_namespaces", lambda: ())
    elif not code._namespaces():
        pytest.skip("this kernel lets nobody make namespaces")
    yield


def failure(answer: str, seconds: float = 10) -> str | None:
    value = {"tests": TESTS, "seconds": seconds}
    [outcome] = apply_checks(answer, "stop", [{"type": "code", "value": value}])
    found: str | None = outcome.failure
    return found


def passes(before: str, seconds: float = 10, memory_mb: int = code.MEMORY_MB) -> bool:
    return code.runs(before + "\n" + RIGHT, TESTS, seconds, memory_mb)


def test_the_first_python_block_is_run_and_its_tests_after_it() -> None:
    assert failure(f"Here:\n```python\n{RIGHT}```\nUse it:\n```python\nprint(double(3))\n```") is None
    assert failure(f"```\n{RIGHT}```") is None
    assert failure(f"```sh\npip install x\n```\n```py\n{RIGHT}```") is None


def test_wrong_code_fails_by_code_and_no_code_by_format() -> None:
    assert failure("```python\ndef double(n):\n    return n\n```") == "code"
    assert failure("```python\ndef double(n:\n```") == "code"
    assert failure(RIGHT) == "format"
    assert failure(f"```python\n{RIGHT}") == "format"
    assert failure("```sh\nls\n```") == "format"


@pytest.mark.parametrize(
    "before",
    [
        "import dataclasses, re, json, random, collections, decimal, heapq, typing, hashlib, sqlite3, zoneinfo",
        "import dataclasses\n@dataclasses.dataclass\nclass A:\n    n: int",
        "import asyncio\nasync def f():\n    await asyncio.sleep(0)\nasyncio.run(f())",
        "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
        "import tempfile\nwith tempfile.TemporaryDirectory() as d:\n    open(d + '/a', 'w').write('x')",
        "print('hello')\nif __name__ == '__main__':\n    raise SystemExit(1)",
    ],
)
def test_what_honest_code_does_is_allowed(before: str) -> None:
    assert passes(before)


@pytest.mark.parametrize(
    "before",
    [
        "import os; os._exit(0)",
        "raise SystemExit(0)",
        "input()",
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os, signal; os.kill(os.getppid(), signal.SIGTERM)",
        "import ctypes",
        "open('/etc/passwd').read()",
        f"open({__file__!r}).read()",
        "import os; os.listdir('/etc')",
        "import os; os.remove('/etc/nothing')",
        "import shutil; shutil.rmtree('/etc/nothing')",
        "import yaml",
        "import os; assert os.environ.get('PATH')",
    ],
)
def test_what_code_must_not_do_fails(before: str) -> None:
    assert not passes(before)


def test_nothing_is_written_outside_the_codes_own_folder(tmp_path: Path) -> None:
    assert not passes(f"open({str(tmp_path / 'evil')!r}, 'w')")
    assert not (tmp_path / "evil").exists()


def test_too_much_memory_file_or_output_fails() -> None:
    assert not passes("x = bytearray(200 * 2**20)", memory_mb=150)
    assert passes("x = bytearray(20 * 2**20)", memory_mb=150)
    assert not passes("f = open('a', 'wb')\nfor _ in range(40):\n    f.write(b'x' * 2**20)\nf.close()")
    assert not passes("import os\nfor _ in range(40):\n    os.write(3, b'x' * 2**20)")


@pytest.mark.parametrize("before", ["while True: pass", "import time; time.sleep(600)"])
def test_code_without_end_is_ended(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    monkeypatch.setattr(code, "STARTUP_SECONDS", 1.0)
    begun = time.monotonic()
    assert not passes(before, seconds=1)
    assert time.monotonic() - begun < 10


def test_the_kernel_holds_files_and_network_where_it_has_landlock(tmp_path: Path) -> None:
    """The child's restriction alone, without its audit hook and without namespaces."""
    secret = tmp_path / "secret"
    secret.write_text("x")
    (tmp_path / "own").mkdir()
    script = f"""
import importlib.util, os, socket, sys
spec = importlib.util.spec_from_file_location("child", {str(CHILD)!r})
child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(child)
if child.ctypes.CDLL(None).syscall(444, None, child.ctypes.c_size_t(0), 1) < 4:
    sys.exit(77)
child.restrict_files(os.getcwd(), child.readable_places())
open("mine", "w").write("x")
import decimal
def refused(act):
    try:
        act()
    except PermissionError:
        return True
assert refused(lambda: open({str(secret)!r}))
assert refused(lambda: open({str(tmp_path / "evil")!r}, "w"))
assert refused(lambda: os.remove({str(secret)!r}))
assert refused(lambda: os.execv("/bin/true", ["true"]))
assert refused(lambda: socket.create_connection(("127.0.0.1", 9)))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], cwd=tmp_path / "own", capture_output=True, text=True, check=False
    )
    if done.returncode == 77:
        pytest.skip("this kernel has no Landlock that knows TCP")
    assert done.returncode == 0, done.stderr
    assert secret.exists()
