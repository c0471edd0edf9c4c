"""The check of code by its tests: the answer's Python code is run with the suite's, in a process locked down.

The code is a fenced block that says python, or else one that says no language: the last that defines what the tests
call (code_found.py). It passes when the block runs, and the suite's tests after it in the same namespace, to their end.
`__name__` is `answer`: what stands under `if __name__ == "__main__":` does not run. It gets the standard library alone.

What holds it back, on Linux:
- its own process, never the harness's: isolated Python (-I -S), no environment, an empty folder as its place, no
  input, its output thrown away;
- limits of the kernel (setrlimit): processor seconds, address space, 16 MB a file, 64 open files, no core dump;
- a clock: the whole process group is killed `seconds` after it began, and STARTUP_SECONDS for beginning;
- where the kernel lets an ordinary user make namespaces (`unshare`): a network without a single device, and process
  numbers of its own, so that nothing it started outlives it. Docker's default profile, for one, does not let it;
- where the kernel has Landlock: no file but Python's own and those of its folder can be read, none outside of that
  folder written or run; with its newer versions no TCP connection, no signal to another process;
- always, an audit hook in the child: it refuses sockets, other programs, fork, ctypes, signals, files outside.

What does not: the hook is Python, and code that sets out to get round it will. Without namespaces and Landlock
nothing else keeps such code from the files and the network of the user who runs the harness. The number of files
in the folder and the number of threads are not limited; a bug in the kernel is a bug in the guard. And the tests
share a process with the code: code made to cheat them can. For code from a model that you do not trust, run
the harness in a container or virtual machine that holds nothing dear.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from evalharness.checks import values
from evalharness.checks.base import Check, Failure, unless
from evalharness.checks.code_found import python_of

SECONDS = 10.0  # of the clock, a suite may say otherwise
MEMORY_MB = 512  # of address space; a bare Python takes about 30
STARTUP_SECONDS = 5.0  # what a loaded machine may take to start Python, beside the seconds of the code

_CHILD = Path(__file__).with_name("code_child.py")


def passes_tests(answer: str, value: Mapping[str, Any]) -> Failure | None:
    found = python_of(answer, value["tests"])
    if found is None:
        return "format"
    return unless(runs(found, value["tests"], value.get("seconds", SECONDS), value.get("memory_mb", MEMORY_MB)), "code")


def runs(code: str, tests: str, seconds: float, memory_mb: int) -> bool:
    """Whether the code and then its tests ran to their end, within so many seconds and megabytes."""
    proof = secrets.token_hex(16)  # said by the child after the last test: leaving early with status 0 is not enough
    limits = {"seconds": seconds, "bytes": memory_mb * 2**20, "proof": proof}
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as said,
    ):
        given.write(json.dumps({"code": code, "tests": tests, **limits}).encode("utf-8", "replace"))
        given.seek(0)
        with subprocess.Popen(
            [*_namespaces(), sys.executable, "-I", "-S", "-X", "utf8", str(_CHILD)],
            stdin=given,
            stdout=said,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"TMPDIR": folder, "HOME": folder},
            start_new_session=True,
        ) as process:
            try:
                process.wait(seconds + STARTUP_SECONDS)
            except subprocess.TimeoutExpired:
                return False
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        said.seek(0)
        return said.read(len(proof) + 1) == proof.encode()


@lru_cache
def _namespaces() -> tuple[str, ...]:
    """The command that puts another into namespaces of its own, where the kernel lets us; else nothing."""
    unshare = shutil.which("unshare")
    if not unshare:
        return ()
    command = (unshare, "-r", "-n", "-p", "-f", "--kill-child")
    try:
        tried = subprocess.run([*command, sys.executable, "-I", "-S", "-c", ""], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if tried.returncode == 0 else ()


CHECKS = {
    "code": Check(
        passes_tests,
        values.mapping({"tests": values.text}, {"seconds": values.positive, "memory_mb": values.count}),
        "a mapping with tests (Python code that raises when it fails) and perhaps seconds and memory_mb",
    )
}
