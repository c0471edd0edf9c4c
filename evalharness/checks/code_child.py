"""Runs a model's code in this process, after giving up what the code must not have. Started by code.py alone.

It is run as a file under -I -S, so it imports the standard library and nothing of ours. On stdin: {code, tests,
seconds, bytes, proof} as JSON. On stdout, once everything ran to its end: the proof.
"""

import ctypes
import json
import math
import os
import resource
import socket
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

FILE_BYTES, OPEN_FILES = 16 * 2**20, 64

# linux/landlock.h; the numbers of the calls are the same on every architecture that has them
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION, PATH_BENEATH, NO_NEW_PRIVILEGES = 1, 1, 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
RIGHTS_BY_VERSION = (13, 14, 15, 15, 16)  # how many rights on files versions 1 to 5 know; bits from 0

DEVICES = ("/dev/null", "/dev/urandom", "/dev/zero")
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo")

FORBIDDEN = (
    "socket.",
    "subprocess.",
    "ctypes.",
    "gc.",
    "pty.",
    "syslog.",
    "resource.",
    "signal.",
    "webbrowser.",
    *(
        f"os.{name}"
        for name in ("system", "exec", "fork", "posix_spawn", "spawn", "kill", "startfile", "chown", "mkfifo")
    ),
)
CHANGING = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
LISTING = ("os.listdir", "os.scandir")


def main() -> None:
    given = json.loads(sys.stdin.buffer.read())
    answer_to = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    limit(given["seconds"], given["bytes"])
    here, readable = os.path.realpath("."), readable_places()
    restrict_files(here, readable)
    for name in [name for name in sys.modules if name.lstrip("_").startswith("ctypes")]:
        del sys.modules[name]  # so that the hook sees the code import it
    sys.addaudithook(guard(here, readable))
    module = ModuleType("answer")
    sys.modules["answer"] = module  # dataclasses and pickle look their classes' module up
    try:
        for name, text in (("answer", given["code"]), ("tests", given["tests"])):
            exec(compile(text, f"<{name}>", "exec"), module.__dict__)  # noqa: S102 (what this process is for)
    except BaseException:  # SystemExit is one: code that leaves has not been tested
        os._exit(1)
    os.write(answer_to, given["proof"].encode())
    os._exit(0)  # no exit handlers, no waiting for threads


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
    """Landlock, as far as this kernel has it: best effort, the audit hook stands behind it."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)
    if version < 1:
        return
    every = (1 << RIGHTS_BY_VERSION[min(version, 5) - 1]) - 1
    network, scopes = 3, 3  # binding and connecting by TCP; abstract Unix sockets and signals
    attributes = [every, *([network] if version >= 4 else []), *([scopes] if version >= 6 else [])]
    words = (ctypes.c_uint64 * len(attributes))(*attributes)
    rules = call(CREATE_RULESET, ctypes.byref(words), ctypes.c_size_t(ctypes.sizeof(words)), 0)
    if rules < 0:
        return
    reading = READ_FILE | READ_DIR
    allowed = [(place, reading) for place in readable]
    allowed += [(device, READ_FILE | WRITE_FILE) for device in DEVICES if Path(device).exists()]
    allowed += [(here, every & ~EXECUTE)]
    for place, rights in allowed:
        if not Path(place).is_dir():
            rights &= READ_FILE | WRITE_FILE
        handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
        rule = rights.to_bytes(8, sys.byteorder) + handle.to_bytes(4, sys.byteorder)  # a packed struct
        call(ADD_RULE, rules, PATH_BENEATH, rule, 0)
        os.close(handle)
    ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call(RESTRICT_SELF, rules, 0)
    os.close(rules)


def guard(here: str, readable: tuple[str, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook. Its helpers are bound now: the code may later replace what the modules offer."""
    realpath, writing = os.path.realpath, os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    fsdecode, unix = os.fsdecode, socket.AF_UNIX

    def inside(path: Any, places: tuple[str, ...]) -> bool:
        if path is None or isinstance(path, int):  # the current folder; a file that is open already
            return True
        real = realpath(fsdecode(path))
        return any(real == place or real.startswith(place + "/") for place in places)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            places = (here, "/dev/null") if flags & writing else (here, *DEVICES, *readable)
            allowed = inside(path, places)
        elif event in CHANGING:
            allowed = all(inside(path, (here,)) for path in arguments if isinstance(path, str | bytes))
        elif event in LISTING:
            allowed = inside(arguments[0], (here, *readable))
        elif event == "import":
            allowed = arguments[0] not in ("ctypes", "_ctypes")
        elif event == "socket.__new__":
            allowed = arguments[1] == unix  # asyncio wakes itself up by a pair of these; connecting is refused
        else:
            allowed = not event.startswith(FORBIDDEN)
        if not allowed:
            raise PermissionError(f"{event} is not for this code")

    return hook


if __name__ == "__main__":
    main()
