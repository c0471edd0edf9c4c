"""One of the two processes that judge a model's code, after giving up what neither must have. Started by code.py alone.

It is run as a file under -I -S: the standard library, and talk.py beside it. On stdin, as JSON: its part (`answer`
runs the model's code and does what it is asked with it; `tests` runs the suite's tests on that), the text, the limits,
the filter of system calls, the descriptor of the line between the two. On stdout, of the tests alone and once they ran
to their end: the proof.
"""

import ctypes
import importlib.util
import json
import math
import os
import resource
import signal
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

FILE_BYTES, OPEN_FILES = 16 * 2**20, 64

# linux/landlock.h; the numbers of the calls are the same on every architecture that has them
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION, PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
RIGHTS_BY_VERSION = (13, 14, 15, 15, 16)  # how many rights on files versions 1 to 5 know; bits from 0
DIE_WITH_PARENT, SECCOMP, NO_NEW_PRIVILEGES = 1, 22, 38  # linux/prctl.h
FILTER = 2  # of seccomp's modes

DEVICES = ("/dev/null", "/dev/urandom", "/dev/zero")
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo")


def main() -> None:
    given = json.loads(sys.stdin.buffer.read())
    talk = beside("talk")
    answer_to = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    line = os.fdopen(given["line"], "rb"), os.fdopen(os.dup(given["line"]), "wb")
    sys.set_int_max_str_digits(0)  # numbers of any length pass through JSON
    limit(given["seconds"], given["bytes"])
    _done(ctypes.CDLL(None, use_errno=True).prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0))
    if os.getppid() != given["parent"]:
        os._exit(1)  # it died before that
    restrict_files(os.path.realpath("."), readable_places())
    restrict_calls(bytes.fromhex(given["filter"]))
    try:
        if given["part"] == "answer":
            os.close(answer_to)
            answer(given["text"], talk, *line)
        else:
            exec(compile(given["text"], "<tests>", "exec"), talk.Names(talk.Tests(*line)))  # noqa: S102
    except BaseException:  # SystemExit is one: tests that leave have not ended
        os._exit(1)
    os.write(answer_to, given["proof"].encode())
    os._exit(0)  # no exit handlers, no waiting for threads


def beside(name: str) -> Any:
    """A module of this folder by its file: on sys.path the folder would stand before Python's own `numbers`."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(text: str, talk: Any, *line: Any) -> None:
    """Runs the code, and then does with it what the tests ask, until they are done."""
    for name in ("ctypes", "_ctypes"):  # of no use to honest code; what it could do is refused without this
        sys.modules[name] = None  # type: ignore[assignment]
    module = ModuleType("answer")
    sys.modules["answer"] = module  # dataclasses and pickle look their classes' module up
    exec(compile(text, "<answer>", "exec"), module.__dict__)  # noqa: S102 (what this process is for)
    talk.Answer(*line, module.__dict__).listen()


def limit(seconds: float, memory: int) -> None:
    processor = math.ceil(seconds)
    for what, most in (
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def readable_places() -> tuple[str, ...]:
    """Python's own files and the shared libraries they need."""
    python = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.realpath(sys.executable))
    return tuple(sorted({os.path.realpath(place) for place in (*python, *LIBRARIES) if Path(place).exists()}))


def restrict_files(here: str, readable: tuple[str, ...]) -> None:
    """By Landlock: reading Python's own files and those of its folder, writing there. Raises OSError without it."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = landlock()
    every = (1 << RIGHTS_BY_VERSION[min(version, 5) - 1]) - 1
    network, scopes = 3, 3  # binding and connecting by TCP; abstract Unix sockets and signals
    attributes = [every, *([network] if version >= 4 else []), *([scopes] if version >= 6 else [])]
    words = (ctypes.c_uint64 * len(attributes))(*attributes)
    rules = _done(libc.syscall(CREATE_RULESET, ctypes.byref(words), ctypes.c_size_t(ctypes.sizeof(words)), 0))
    reading = READ_FILE | READ_DIR
    allowed = [(place, reading) for place in readable]
    allowed += [(device, READ_FILE | WRITE_FILE) for device in DEVICES if Path(device).exists()]
    allowed += [(here, every & ~EXECUTE)]
    for place, rights in allowed:
        if not Path(place).is_dir():
            rights &= READ_FILE | WRITE_FILE
        handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
        rule = rights.to_bytes(8, sys.byteorder) + handle.to_bytes(4, sys.byteorder)  # a packed struct
        _done(libc.syscall(ADD_RULE, rules, PATH_BENEATH, rule, 0))
        os.close(handle)
    _done(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _done(libc.syscall(RESTRICT_SELF, rules, 0))
    os.close(rules)


def landlock() -> int:
    """The version that this kernel has. Raises OSError where it has none, or none for us."""
    libc = ctypes.CDLL(None, use_errno=True)
    return _done(libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION))


def restrict_calls(program: bytes) -> None:
    """By seccomp: `program` is an array of the kernel's `struct sock_filter`, eight bytes each."""

    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))

    libc = ctypes.CDLL(None, use_errno=True)
    _done(libc.prctl(SECCOMP, FILTER, ctypes.byref(Filter(len(program) // 8, program)), 0, 0))


def _done(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


if __name__ == "__main__":
    main()
