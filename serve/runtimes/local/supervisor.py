"""Processes kept alive by supervisord: one configuration file a program, spoken to over a socket of this user.

It knows programs by name, command, variables and log; nothing of what they serve.
"""

import fcntl
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from serve.errors import Failure, UsageError
from serve.runtimes.local.orphans import alive, end_session

START_TIMEOUT = 20.0  # seconds for supervisord itself, which takes well under one
LONGEST_SOCKET = 98  # characters: 107 of a Unix socket's path, less the number that supervisord appends
STOP_SECONDS = 30  # vLLM lets running requests finish on SIGTERM
# What would change how another Python finds its modules, or is ours alone.
NOT_INHERITED = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
    "MAKEFLAGS",
    "HF_TOKEN",
)


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    variables: Mapping[str, str]
    folder: Path
    log: Path

    def configuration(self) -> str:
        """Its section of supervisord's configuration (ini; `%` starts an expansion there)."""
        stated = ",".join(f"{name}={quoted(value)}" for name, value in sorted(self.variables.items()))
        options = {
            "command": shlex.join(self.command).replace("%", "%%"),
            "environment": stated,
            "directory": str(self.folder).replace("%", "%%"),
            "stdout_logfile": str(self.log).replace("%", "%%"),
            "stdout_logfile_maxbytes": "20MB",
            "stdout_logfile_backups": "2",
            "redirect_stderr": "true",
            "autorestart": "true",
            "startsecs": "5",
            "startretries": "3",
            "stopwaitsecs": str(STOP_SECONDS),
            "stopasgroup": "false",
            "killasgroup": "true",
        }
        return "\n".join([f"[program:{self.name}]", *(f"{key} = {value}" for key, value in options.items()), ""])


def quoted(value: str) -> str:
    """A value of `environment`, which knows quotes of both kinds but no escape for either."""
    mark = "'" if '"' in value else '"'
    if mark in value:
        raise ValueError(f"supervisord cannot take a value with both kinds of quotes: {value}")
    return f"{mark}{value.replace('%', '%%')}{mark}"


class Supervisor:
    """supervisord of one checkout, whose state lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "supervisor.sock"
        self.programs = folder / "programs"

    @property
    def rpc(self) -> Any:
        transport = SupervisorTransport("", "", f"unix://{os.path.relpath(self.socket)}")
        return ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def end_abandoned(self) -> None:
        """Ends what a supervisord that was killed left running: nobody keeps it alive, and it holds the ports."""
        try:
            pid = int((self.folder / "supervisord.pid").read_text())
        except (OSError, ValueError):
            return
        if not alive(pid):
            end_session(pid)

    def running(self) -> bool:
        try:
            return bool(self.rpc.getState()["statename"] == "RUNNING")
        except (OSError, Fault):
            return False

    def ensure_running(self) -> None:
        """Starts supervisord, with no program yet, where none answers."""
        if self.running():
            return
        if len(str(self.socket)) > LONGEST_SOCKET:
            raise UsageError(
                f"{self.socket}: too long a path for a socket, of {len(str(self.socket))} characters; "
                f"move the checkout to a folder whose path is {len(str(self.socket)) - LONGEST_SOCKET} shorter"
            )
        self.programs.mkdir(parents=True, exist_ok=True)
        for stale in self.programs.glob("*.conf"):
            stale.unlink()
        configuration = self.folder / "supervisord.conf"
        # Relative to its folder, whose name may hold what would be special here.
        configuration.write_text(
            "[supervisord]\nlogfile = supervisord.log\npidfile = supervisord.pid\nchildlogdir = .\n"
            "[unix_http_server]\nfile = supervisor.sock\nchmod = 0700\n"
            "[rpcinterface:supervisor]\n"
            "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
            "[include]\nfiles = programs/*.conf\n"
        )
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "--configuration", configuration],
            env=inherited,
            cwd=self.folder,
            check=True,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # or Ctrl-C would reach it as well while it starts
        )
        deadline = time.monotonic() + START_TIMEOUT
        while not self.running():
            if time.monotonic() > deadline:
                raise Failure(f"supervisord does not answer; see {self.folder}/supervisord.log")
            time.sleep(0.05)

    def keep(self, program: Program) -> None:
        """Sees to it that a program runs as described; one that runs so already is left alone."""
        try:
            self.apply(program)
        except (Fault, OSError) as error:
            raise Failure(f"{program.name} cannot be started: {error}; see {self.folder}/supervisord.log") from None

    def apply(self, program: Program) -> None:
        program.log.parent.mkdir(parents=True, exist_ok=True)  # or supervisord takes no program at all
        with self.alone():
            (self.programs / f"{program.name}.conf").write_text(program.configuration())
            self.reload()
            if self.state(program.name) in ("STOPPED", "EXITED", "FATAL"):
                self.rpc.startProcess(program.name, False)

    def drop(self, name: str) -> None:
        """Ends a program that is no part of the deployment any more, where there is one."""
        file = self.programs / f"{name}.conf"
        if file.exists():
            with self.alone():
                file.unlink()
                self.reload()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Programs become ready on threads of their own."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def reload(self) -> None:
        added, changed, removed = self.rpc.reloadConfig()[0]
        for name in [*changed, *removed]:
            self.rpc.stopProcessGroup(name)
            self.rpc.removeProcessGroup(name)
        for name in [*added, *changed]:
            self.rpc.addProcessGroup(name)

    def runs_as(self, program: Program) -> bool:
        file = self.programs / f"{program.name}.conf"
        same = file.exists() and file.read_text() == program.configuration()
        return same and self.lives(program.name)

    def runs_with(self, name: str, words: str) -> bool:
        """Whether a program runs whose command line contains these words."""
        file = self.programs / f"{name}.conf"
        return file.exists() and f"{words} " in file.read_text().replace("\n", " ") and self.lives(name)

    def lives(self, name: str) -> bool:
        return self.state(name) in ("RUNNING", "STARTING")

    def info(self, name: str) -> dict[str, Any]:
        """supervisord's record of a program (statename, pid, …); empty for one it does not know."""
        try:
            record: dict[str, Any] = self.rpc.getProcessInfo(name)
        except (Fault, OSError):
            return {}
        return record

    def state(self, name: str) -> str:
        return str(self.info(name).get("statename", "DOWN"))

    def stop(self, name: str) -> None:
        with suppress(Fault, OSError):  # it stopped by itself, or supervisord did
            self.rpc.stopProcess(name)

    def shut_down(self) -> bool:
        """Stops every program and supervisord; False where none ran."""
        if not self.running():
            self.end_abandoned()
            return False
        pid = self.rpc.getPID()
        self.rpc.shutdown()
        deadline = time.monotonic() + STOP_SECONDS + 15
        while alive(pid):
            if time.monotonic() > deadline:
                raise Failure(f"supervisord (process {pid}) does not end; see {self.folder}/supervisord.log")
            time.sleep(0.1)
        end_session(pid)
        return True
