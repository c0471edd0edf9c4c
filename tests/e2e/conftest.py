"""A real deployment, made as a newcomer makes one: a fresh copy of the checkout, free ports, `make up`.

It is made once for all tests here, never touches the deployment of the checkout itself, and is taken down at the end.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, sync_playwright

from serve.settings import Settings

ROOT = Path(__file__).parents[2]
MADE = shutil.ignore_patterns(".git", ".tandem", "models", "runs", ".env", "__pycache__", ".*_cache", ".hypothesis")
MAKES_OWN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")  # these tests may themselves be run by make
UP_TIMEOUT = 1500  # seconds; a first `make up` downloads some gigabytes
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


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


def free_ports(count: int) -> list[int]:
    """Ports free at this moment, all different."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    root = tmp_path_factory.mktemp("newcomer") / "tandem"
    shutil.copytree(ROOT, root, ignore=MADE)
    ports = dict(zip(("base", "tuned", "webui"), free_ports(3), strict=True))
    (root / ".env").write_text("".join(f"{name.upper()}_PORT={port}\n" for name, port in ports.items()))
    checkout = Checkout(root, ports)
    yield checkout
    checkout.make("down")
    shutil.rmtree(root)


@dataclass
class Ups:
    """How the deployment came up: interrupted once, then run again, then run when all was up."""

    interrupted: Done
    first: Done
    second: Done


@pytest.fixture(scope="session")
def ups(checkout: Checkout) -> Ups:
    begun = time.monotonic()
    with checkout.start("make", "up") as process:
        until(
            lambda: (checkout.root / ".tandem" / "logs" / "merge.log").exists() or process.poll() is not None,
            UP_TIMEOUT,
        )
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        said, _ = process.communicate(timeout=120)
    interrupted = Done(said, process.returncode, time.monotonic() - begun)
    first = checkout.make("up", timeout=UP_TIMEOUT)
    return Ups(interrupted, first, checkout.make("up"))


@pytest.fixture(scope="session")
def deployment(checkout: Checkout, ups: Ups) -> Checkout:
    """The checkout with everything up."""
    assert ups.first.code == 0, ups.first.said
    return checkout


@pytest.fixture(scope="module")  # while it is open, nothing else in this thread may run an event loop
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept: `make screenshots` puts them where the README shows them."""
    folder = ROOT / os.environ.get("TANDEM_SCREENSHOTS", ".tandem/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
