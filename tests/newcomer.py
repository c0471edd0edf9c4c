"""A checkout as a newcomer has it, in a folder of its own, and the commands typed in it."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from serve.settings import Settings

ROOT = Path(__file__).parents[1]
MADE = {".git", ".tandem", "models", "runs", ".env"}  # in a checkout's own folder; packages have names like these
CACHES = shutil.ignore_patterns("__pycache__", ".*_cache", ".hypothesis")
MAKES_OWN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")  # these tests may themselves be run by make


@dataclass
class Done:
    """A command that ended: what it said on both streams, its exit code and its seconds."""

    said: str
    code: int
    seconds: float

    @property
    def complaint(self) -> str:
        """Its line to the person, without make's own."""
        return "\n".join(line for line in self.said.splitlines() if line.startswith("tandem: "))


@dataclass
class Checkout:
    """A copy of this checkout in a folder of its own, with its ports in `.env`."""

    root: Path
    ports: dict[str, int]

    def start(self, *command: str) -> subprocess.Popen[str]:
        inherited = {n: v for n, v in os.environ.items() if n not in (*Settings.model_fields, "PYTHONPATH", *MAKES_OWN)}
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=inherited,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str, timeout: float = 600) -> Done:
        begun = time.monotonic()
        with self.start(*command) as process:
            try:
                said, _ = process.communicate(timeout=timeout)
            except BaseException:
                os.killpg(process.pid, signal.SIGTERM)
                raise
        return Done(said, process.returncode, time.monotonic() - begun)

    def make(self, *words: str, timeout: float = 600) -> Done:
        return self.run("make", *words, timeout=timeout)

    def secrets(self) -> dict[str, str]:
        lines = (self.root / ".tandem" / "secrets.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def latest(self, kind: str) -> Path:
        return max((self.root / "runs").glob(f"*-{kind}*"))

    def processes(self) -> list[psutil.Process]:
        """Every process of this deployment: its supervisor and all that descends from it."""
        try:
            pid = int((self.root / ".tandem" / "run" / "supervisord.pid").read_text())
            supervisor = psutil.Process(pid)
            return [supervisor, *supervisor.children(recursive=True)]
        except (OSError, psutil.NoSuchProcess):
            return []

    def leader(self, name: str) -> psutil.Process:
        """The process that serves one of the three addresses."""
        for process in self.processes():
            with suppress(psutil.Error):  # it may end while it is looked at
                for connection in process.net_connections("tcp"):
                    if connection.status == psutil.CONN_LISTEN and connection.laddr.port == self.ports[name]:
                        return process
        raise AssertionError(f"nothing of this deployment listens for {name}")


def until(fact: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.2)


def copied(folder: Path, ports: dict[str, int], settings: dict[str, str]) -> Checkout:
    """A fresh copy of this checkout, with these ports and settings in its `.env`."""
    shutil.copytree(ROOT, folder, ignore=left_out)
    lines = {f"{name.upper()}_PORT": str(port) for name, port in ports.items()} | settings
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return Checkout(folder, ports)


def left_out(folder: str, names: list[str]) -> set[str]:
    """Of a folder of this checkout, what a newcomer's does not have."""
    return CACHES(folder, names) | (MADE & {*names} if Path(folder) == ROOT else set())


def free_ports(count: int) -> list[int]:
    """Ports free at this moment, all different; none of those that the system gives to whoever asks for any."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(20_000, 32_768), 500):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no port is free")
