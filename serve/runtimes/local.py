"""The local runtime: the whole deployment as processes of this machine.

For machines without a Docker engine: rented GPU boxes and clusters often are containers already.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from serve import credentials, deployment, hardware, health, preflight
from serve.errors import Failure, UsageError
from serve.paths import Paths
from serve.runtimes import programs
from serve.runtimes.making import Making
from serve.runtimes.supervisor import Program, Supervisor
from serve.settings import Settings
from serve.steps import Display, NotAwaited, Report, Step, run_steps

PROGRAMS = (*deployment.VARIANTS, "webui")
START_TIMEOUT = 1800.0  # seconds until a server must have answered: a large model, compiled for the first time
ALIVE = ("STARTING", "RUNNING")


class Local:
    """The deployment of one checkout; its methods are the commands that every runtime has."""

    def __init__(self, settings: Settings, paths: Paths) -> None:
        self.settings = settings
        self.paths = paths
        self.gpu = hardware.has_nvidia_gpu()
        self.supervisor = Supervisor(paths.state / "run")

    def up(self, display: Display) -> None:
        """Makes what is missing, starts what does not run, and returns when each program answers a chat.

        Raises UsageError or Failure for the first thing that does not work; what was done stays done.
        """
        making = Making(self.settings, self.paths, self.gpu)
        making.check()
        with only_one(self.paths.state):
            self.supervisor.end_abandoned()
            self.check_ports()
            credentials.ensure(self.paths.secrets)
            self.supervisor.ensure_running()
            run_steps(making.steps() | self.serving(making), display, cancel=making.jobs.end)
            deployment.write_endpoints(self.settings, self.paths, [making.made(v) for v in deployment.VARIANTS])

    def down(self) -> bool:
        """Stops everything, and keeps every artifact; False where nothing ran."""
        self.paths.endpoints.unlink(missing_ok=True)
        return self.supervisor.shut_down()

    def states(self) -> dict[str, str]:
        """Each program's state: `ready` when it answers, else what its supervisor says of it."""
        states = {name: self.supervisor.state(name) for name in PROGRAMS}
        words = {"RUNNING": "starting", "STARTING": "starting", "BACKOFF": "restarting"}
        return {
            name: "ready" if state in ALIVE and self.healthy(name) else words.get(state, state.lower())
            for name, state in states.items()
        }

    def check_ports(self) -> None:
        """Raises UsageError for a port that something else listens on; our own running programs may."""
        for name in PROGRAMS:
            setting = f"{name.upper()}_PORT"
            port = getattr(self.settings, setting)
            if not self.supervisor.runs_with(name, f"--port {port}"):
                preflight.check_port(port, setting)

    def serving(self, making: Making) -> dict[str, Step]:
        def serve(variant: str) -> Callable[[Report], None]:
            def act(report: Report) -> None:
                python = making.environment("vllm").python
                model = making.made(variant)
                self.keep(programs.server(self.settings, self.paths, variant, model, python, self.gpu))
                self.await_healthy(variant, report)

            return act

        def start_webui(_: Report) -> None:
            self.keep(programs.web(self.settings, self.paths, making.environment("webui").python))

        # On one GPU everything takes turns: each server would take another's loading for its own memory.
        all_made = ("quantize tuned",) if self.gpu else ()
        base_up = ("serve base",) if self.gpu else ()
        return {
            "serve base": Step("serve base", serve("base"), ("quantize base", "install vllm", *all_made)),
            "serve tuned": Step("serve tuned", serve("tuned"), ("quantize tuned", "install vllm", *base_up)),
            "start webui": Step("start Open WebUI", start_webui, ("install webui",)),
            "chat": Step(
                "chat through Open WebUI",
                self.await_webui,
                ("start webui", "serve base", "serve tuned"),
            ),
        }

    def await_webui(self, report: Report) -> None:
        self.await_healthy("webui", report)
        url, password = deployment.webui_url(self.settings), credentials.read(self.paths.secrets)["WEBUI_PASSWORD"]
        if not health.webui_chats(url, self.settings.WEBUI_EMAIL, password, deployment.VARIANTS):
            raise Failure(f"Open WebUI passes no chat on to base and tuned; see {self.paths.log('webui')}")

    def keep(self, program: Program) -> None:
        if not self.supervisor.runs_as(program):
            # Until all is up again, nobody must take what runs for what the file says.
            self.paths.endpoints.unlink(missing_ok=True)
            self.supervisor.keep(program)

    def healthy(self, name: str) -> bool:
        secrets = credentials.read(self.paths.secrets)
        if name == "webui":
            return health.answers(deployment.webui_url(self.settings))
        return health.chats(deployment.url(self.settings, name), name, secrets["API_KEY"])

    def await_healthy(self, name: str, report: Report) -> None:
        """Returns when a program answers a chat. Raises Failure when it ended instead, with its last words."""
        log = self.paths.log(name)
        first = self.supervisor.info(name)
        deadline = time.monotonic() + START_TIMEOUT
        while not self.healthy(name):
            if report.over:
                raise NotAwaited
            now = self.supervisor.info(name)
            if now.get("statename") not in ALIVE or now.get("pid") != first.get("pid"):
                self.supervisor.stop(name)  # else it would be started for ever, to the same end
                raise Failure(f"{name} does not start: {last_words(log)}; see {log}")
            if time.monotonic() > deadline:
                raise Failure(f"{name} has not answered within {START_TIMEOUT:.0f} s; see {log}")
            report(last_line(log))
            time.sleep(0.3)


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Held while `up` works. Raises UsageError when another `up` of this checkout holds it."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError("another `make up` of this folder is at work: wait for it, or end it") from None
        yield


def last_line(log: Path) -> str:
    return (tail(log) or [""])[-1]


def last_words(log: Path) -> str:
    """The last line of a log that names an error, else its last line."""
    lines = tail(log)
    return next((line for line in reversed(lines) if "Error" in line or "error:" in line), last_line(log))


def tail(log: Path) -> list[str]:
    """The lines with something in them among the last 64 KiB of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - 65536))
            return [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    except FileNotFoundError:
        return []
