"""The check of code by its tests: the answer's Python code is run with the suite's, in two processes locked down.

The code is a fenced block that says python, or else one that says no language: the last that defines what the tests
call (reading/code_found.py). It passes when the block runs, and the suite's tests to their end. `__name__` is `answer`:
what stands under `if __name__ == "__main__":` does not run. It gets the standard library alone.

The code and the tests have a process each. The tests reach the code by calls and get plain values back, which they
compare themselves (sandbox/talk.py): the code sees its arguments, and neither what is expected, nor the tests, nor the
proof that they ended. An object of a class of the code's own equals nothing plain.

What holds both back, on Linux, in a container or not, whoever runs it:
- isolated Python (-I -S), no environment, an empty folder as its place, no input, its output thrown away;
- seccomp: a short list of system calls and no others (sandbox/system_calls.py). No other process, program or signal, no
  socket but a pair within, no change of modes, times or attributes of files, no shared memory, no limits or privileges;
- Landlock: no file but Python's own and those of its folder can be read, none outside of that folder written;
- limits of the kernel: processor seconds, address space, 16 MB a file, 64 open files. As there is no second process,
  these are the whole of it;
- a watch, every 50 ms: with more than 64 MB or 1,000 files in its folder, or more than 64 threads, it is killed, as it
  is `seconds` after it began, and STARTUP_SECONDS for beginning. It ends when the harness does.

None of them is Python in the code's own process, which the code could get round. Where seccomp or Landlock is not to be
had, nothing is run: UsageError. What stays open: whether a file is there, how large and how old it is, can be asked
anywhere; what is too much may be so for 50 ms; and a bug in the kernel is a bug in the guard.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from evalharness.checks import values
from evalharness.checks.base import Check, unless
from evalharness.checks.reading.code_found import python_of
from evalharness.errors import UsageError
from evalharness.runs.failures import Failure

SECONDS = 10.0  # of the clock, a suite may say otherwise
MEMORY_MB = 512  # of address space; a bare Python takes about 30
STARTUP_SECONDS = 5.0  # what a loaded machine may take to start Python, beside the seconds of the code
DISK_BYTES, FILES, THREADS = 64 * 2**20, 1000, 64
WATCH_SECONDS = 0.05

_CHILD = Path(__file__).with_name("sandbox") / "child.py"
_COMMAND = (sys.executable, "-I", "-S", "-X", "utf8", str(_CHILD))


def passes_tests(answer: str, value: Mapping[str, Any]) -> Failure | None:
    found = python_of(answer, value["tests"])
    if found is None:
        return "format"
    return unless(runs(found, value["tests"], value.get("seconds", SECONDS), value.get("memory_mb", MEMORY_MB)), "code")


@lru_cache
def check_machine() -> bytes:
    """The filter of system calls. Raises UsageError where this machine has not all that holds code back."""
    try:
        from evalharness.checks.sandbox import child, system_calls

        child.landlock()
        return system_calls.program()
    except (ImportError, AttributeError, OSError) as error:
        raise UsageError(
            "answers with code are not run here, for nothing would hold them back: seccomp (libseccomp) and Landlock "
            f"(Linux 5.13 or later) are wanted ({error}); leave out the suites that have the check `code`"
        ) from None


def runs(code: str, tests: str, seconds: float, memory_mb: int) -> bool:
    """Whether the code ran and then its tests to their end, each within so many seconds and megabytes.

    Raises UsageError where nothing would hold them back.
    """
    program = check_machine()
    proof = secrets.token_hex(16)  # said by the tests after their last line
    given = {"seconds": seconds, "bytes": memory_mb * 2**20, "filter": program.hex(), "parent": os.getpid()}
    ours, theirs = socket.socketpair()
    with _folder() as answers, _folder() as testing, tempfile.TemporaryFile() as said:
        with (
            ours,
            _started({**given, "part": "answer", "text": code}, ours, answers, subprocess.DEVNULL) as answer,
            _started({**given, "part": "tests", "text": tests, "proof": proof}, theirs, testing, said) as judge,
        ):
            ours.close()
            theirs.close()
            ends = time.monotonic() + seconds + STARTUP_SECONDS
            while judge.poll() is None:
                if time.monotonic() > ends or not (_modest(answer.pid, answers) and _modest(judge.pid, testing)):
                    return False
                with contextlib.suppress(subprocess.TimeoutExpired):
                    judge.wait(WATCH_SECONDS)
        said.seek(0)
        return said.read(len(proof) + 1) == proof.encode()


@contextlib.contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="tandem-code-")
    try:
        yield folder
    finally:
        remove = ["rm", "-rf", folder]  # shutil's way breaks off in a tree that is deep enough
        if subprocess.run(remove, check=False, stderr=subprocess.DEVNULL).returncode:
            subprocess.run(["chmod", "-R", "u+rwx", folder], check=False, stderr=subprocess.DEVNULL)
            subprocess.run(remove, check=False)


@contextlib.contextmanager
def _started(
    given: Mapping[str, Any], line: socket.socket, folder: str, said: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """One of the two processes, with its end of the line between them; killed afterwards."""
    with tempfile.TemporaryFile() as told:
        told.write(json.dumps({**given, "line": line.fileno()}).encode())
        told.seek(0)
        process = subprocess.Popen(
            _COMMAND,
            stdin=told,
            stdout=said,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"TMPDIR": folder, "HOME": folder},
            pass_fds=(line.fileno(),),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _modest(pid: int, folder: str) -> bool:
    """Whether a process keeps to its threads, files and disk, files that it deleted and holds open included."""
    try:
        held = [each.stat() for each in Path(f"/proc/{pid}/fd").iterdir()]
        threads = len([*Path(f"/proc/{pid}/task").iterdir()])
    except OSError:  # it has just ended
        return True
    deleted = sum(one.st_blocks for one in held if not one.st_nlink)
    files, blocks, folders = 0, deleted, [folder]
    while folders and files <= FILES:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    files += 1
                    blocks += entry.stat(follow_symlinks=False).st_blocks
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except FileNotFoundError:  # deleted in the meantime
            continue
        except OSError:  # a path too long for us, a folder shut to us
            return False
    return threads <= THREADS and files <= FILES and blocks * 512 <= DISK_BYTES


CHECKS = {
    "code": Check(
        passes_tests,
        values.mapping({"tests": values.text}, {"seconds": values.positive, "memory_mb": values.count}),
        "a mapping with tests (Python code that raises when it fails) and perhaps seconds and memory_mb",
    )
}
