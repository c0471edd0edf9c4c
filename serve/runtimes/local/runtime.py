"""The local runtime: the whole deployment as processes of this machine.

For machines without a Docker engine: rented GPU boxes and clusters often are containers already.
"""

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from serve import environments, hardware, logs
from serve.errors import Failure, UsageError
from serve.harness.measure import Measured, measure
from serve.models import preflight
from serve.models.store import Store
from serve.paths import Paths
from serve.runtimes.jobs import Jobs
from serve.runtimes.local import programs
from serve.runtimes.local.jobs import LocalJobRunner
from serve.runtimes.local.supervisor import Program, Supervisor
from serve.runtimes.pipeline import ModelPipeline
from serve.runtimes.start_order import START_TIMEOUT, serving_steps
from serve.services import catalog, credentials, health
from serve.settings import Settings
from serve.steps import Display, NotAwaited, Report, run_steps

ALIVE = ("STARTING", "RUNNING")


class Local:
    """The deployment of one checkout; its methods are those of serve.runtimes.runtime.Runtime."""

    def __init__(self, settings: Settings, paths: Paths) -> None:
        self.settings = settings
        self.paths = paths
        self.gpu = hardware.has_nvidia_gpu()
        self.supervisor = Supervisor(paths.state / "run")
        self.store = Store(paths.models)

        self.jobs = Jobs(paths)
        self.pipeline = ModelPipeline(settings, paths, LocalJobRunner(settings, paths, self.gpu, self.jobs), self.jobs)

    def check(self) -> None:
        if not self.gpu:
            preflight.check_system_libraries()
        self.pipeline.check(running=any(self.supervisor.lives(name) for name in catalog.VARIANTS))
        base = self.pipeline.sources.base
        if isinstance(base, Path) and not self.store.current("tuned"):
            target = self.paths.models if self.paths.models.exists() else self.paths.root
            preflight.check_disk(base, target)
        self.supervisor.end_abandoned()
        self.check_ports()

    def up(self, display: Display) -> None:
        pipeline = self.pipeline
        credentials.ensure(self.paths.secrets)
        pipeline.hand_on()
        self.supervisor.ensure_running()
        for name in catalog.other_programs(self.settings):
            self.supervisor.drop(name)

        def start(name: str) -> None:
            self.keep(self.program(name))

        serving = serving_steps(
            self.settings, self.gpu, start, self.await_ready, self.await_chat, make_room=self.make_room
        )
        run_steps(pipeline.steps() | serving, display, cancel=self.jobs.end)
        urls = {variant: catalog.url(self.settings, variant) for variant in catalog.VARIANTS}
        versions = catalog.versions(self.settings, self.store, catalog.adapter_version(pipeline.adapter))
        quantizations = {
            variant: catalog.quantization(self.settings, self.store, variant) for variant in catalog.VARIANTS
        }
        secrets = self.paths.secrets.name
        catalog.write_endpoints(self.paths.endpoints, urls, versions, quantizations, secrets, "API_KEY")

    def down(self) -> bool:
        self.paths.endpoints.unlink(missing_ok=True)
        return self.supervisor.shut_down()

    def states(self) -> dict[str, str]:
        """`ready` for a program that answers, else what its supervisor says of it."""
        states = {name: self.supervisor.state(name) for name in catalog.programs(self.settings)}
        words = {"RUNNING": "starting", "STARTING": "starting", "BACKOFF": "restarting"}
        return {
            name: "ready" if state in ALIVE and self.healthy(name) else words.get(state, state.lower())
            for name, state in states.items()
        }

    def address(self, variant: str) -> str:
        return catalog.url(self.settings, variant)

    def version(self, variant: str) -> str:
        with suppress(OSError, ValueError, LookupError):
            endpoints = json.loads(self.paths.endpoints.read_text())["endpoints"]
            return str(next(entry["version"] for entry in endpoints if entry["name"] == variant))
        return "-"

    def show_logs(self) -> None:
        found = [str(log) for name in catalog.programs(self.settings) if (log := self.paths.log(name)).exists()]
        if not found:
            raise UsageError(f"{self.paths.logs}: no logs yet; start the servers with `make up`")
        follow = ["-F"] if sys.stdout.isatty() else []
        subprocess.run(["tail", "-n", "20", *follow, *found], check=False)

    def measure(self, kind: str) -> Measured:
        if kind == "lm-eval":
            self.install_lm_eval()
        return measure(kind, self.settings, self.paths)

    def install_lm_eval(self) -> None:
        """What it needs beside the harness, in an environment of its own: nobody else does."""
        requirements = self.paths.root / "evalharness" / "lm_eval" / "requirements.txt"
        try:
            environments.bootstrap(self.paths.environment("lm-eval"), requirements)
        except subprocess.CalledProcessError:
            log = self.paths.log("environment-lm-eval")
            raise Failure(f"{requirements}: cannot be installed; see {log}") from None

    def made_elsewhere(self) -> list[str]:
        return []

    def delete_elsewhere(self) -> None:
        """Nothing: all that it makes lies in the checkout."""

    def check_ports(self) -> None:
        """Raises UsageError for a port named twice, or that something else listens on; our own programs may."""
        catalog.check_ports(self.settings)
        for name in catalog.programs(self.settings):
            port = catalog.port(self.settings, name)
            words = f"--listen 127.0.0.1:{port}" if name == "switch" else f"--port {port}"
            if not self.supervisor.runs_with(name, words):
                preflight.check_port(port, f"{name.upper()}_PORT")

    def await_chat(self, report: Report) -> None:
        self.await_ready("webui", report)
        url, password = catalog.webui_url(self.settings), credentials.read(self.paths.secrets)["WEBUI_PASSWORD"]
        if not health.webui_chats(url, self.settings.WEBUI_EMAIL, password, catalog.VARIANTS):
            raise Failure(f"Open WebUI passes no chat on to base and tuned; see {self.paths.log('webui')}")

    def program(self, name: str) -> Program:
        base, adapter = self.pipeline.base, self.pipeline.adapter
        return programs.program(name, self.settings, self.paths, self.store, base, adapter, self.gpu)

    def make_room(self) -> None:
        running = [name for name in catalog.served(self.settings) if self.supervisor.lives(name)]
        changing = [name for name in running if not self.supervisor.runs_as(self.program(name))]
        for name in catalog.in_the_way(self.settings, changing):
            self.supervisor.stop(name)

    def keep(self, program: Program) -> None:
        if not self.supervisor.runs_as(program):
            # Until all is up again, nobody must take what runs for what the file says.
            self.paths.endpoints.unlink(missing_ok=True)
            self.supervisor.keep(program)

    def healthy(self, name: str) -> bool:
        if name in catalog.VARIANTS:
            key = credentials.read(self.paths.secrets)["API_KEY"]
            return health.chats(f"http://127.0.0.1:{catalog.port(self.settings, name)}/v1", name, key)
        return health.answers(f"http://127.0.0.1:{catalog.port(self.settings, name)}")

    def await_ready(self, name: str, report: Report) -> None:
        """Returns when a program answers. Raises Failure when it ended instead, with its last words."""
        log = self.paths.log(name)
        first = self.supervisor.info(name)
        deadline = time.monotonic() + START_TIMEOUT
        while not self.healthy(name):
            if report.over:
                raise NotAwaited
            now = self.supervisor.info(name)
            if now.get("statename") not in ALIVE or now.get("pid") != first.get("pid"):
                self.supervisor.stop(name)  # else it would be started for ever, to the same end
                raise Failure(f"{name} does not start: {logs.last_words(logs.tail(log))}; see {log}")
            if time.monotonic() > deadline:
                raise Failure(f"{name} has not answered within {START_TIMEOUT:.0f} s; see {log}")
            report(logs.last_line(logs.tail(log)))
            time.sleep(0.3)
