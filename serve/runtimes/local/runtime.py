"""The local runtime: the whole deployment as processes of this machine.

For machines without a Docker engine: rented GPU boxes and clusters often are containers already.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from serve import environments, hardware, logs, system_libraries
from serve.errors import Failure, UsageError
from serve.harness.measure import Measured, measure
from serve.models import preflight
from serve.models.store import Store
from serve.modes import VARIANTS
from serve.paths import Paths
from serve.runtimes import tuning
from serve.runtimes.jobs import Jobs
from serve.runtimes.local import faults, programs
from serve.runtimes.local.jobs import LocalJobRunner
from serve.runtimes.local.supervisor import Program, Supervisor
from serve.runtimes.pipeline import ModelPipeline
from serve.runtimes.preflight import Findings
from serve.runtimes.readiness import Started, await_chat, await_ready
from serve.runtimes.runtime import Faults
from serve.runtimes.start_order import by_themselves, serving_steps
from serve.runtimes.tuning import Wanted
from serve.services import catalog, credentials, endpoints, health
from serve.services.catalog import Service
from serve.settings import Settings
from serve.steps import Display, Report, Step, run_steps

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

    def preflight(self) -> Findings:
        folder = self.paths.models if self.paths.models.exists() else self.paths.root
        running = any(self.supervisor.lives(name) for name in VARIANTS)
        return self.pipeline.findings(running, disk=None if self.store.current("tuned") else folder)

    def check(self) -> Findings:
        if not self.gpu:
            system_libraries.check()
        found = self.preflight()
        found.refuse()
        self.supervisor.end_abandoned()
        self.check_ports()
        return found

    def up(self, display: Display) -> None:
        pipeline = self.pipeline
        credentials.ensure(self.paths.secrets)
        pipeline.hand_on()
        try:
            self.supervisor.ensure_running()
            for service in catalog.of_other_modes(self.settings):
                self.supervisor.drop(service.name)
            run_steps(pipeline.steps() | self.serving(), display, cancel=self.jobs.end)
        except BaseException:
            if all(self.supervisor.state(one.name) == "DOWN" for one in catalog.running(self.settings)):
                self.supervisor.shut_down()  # it keeps nothing alive, and nobody would look for it
            raise
        self.tell(endpoints.adapter_version(pipeline.adapter))

    def serve_again(self, _: Mapping[str, str], display: Display) -> None:
        # Each server is described anew from what is in force, and INT4 needs nothing that was given.
        self.pipeline.base = self.pipeline.adapter = self.paths.root
        run_steps(by_themselves(self.serving()), display)
        self.tell("-")

    def tune(self, wanted: Wanted, display: Display) -> str:
        return tuning.run(self.pipeline, wanted, display)

    def store_command(self, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        command = [sys.executable, "-m", "serve.models.keeping", "--store", str(self.paths.models), *words]
        return command, {**os.environ, "PYTHONPATH": str(self.paths.root)}

    def serving(self) -> dict[str, Step]:
        """The steps that put what is in force into service."""

        def start(service: Service) -> None:
            self.keep(self.program(service))

        def ready(service: Service, report: Report) -> None:
            await_ready(self.started(service), report)

        def chat(report: Report) -> None:
            password = credentials.read(self.paths.secrets)["WEBUI_PASSWORD"]
            await_chat(self.started(catalog.service(catalog.WEBUI)), self.settings, password, report)

        return serving_steps(self.settings, self.gpu, start, ready, chat, self.free_gpu)

    def tell(self, adapter_version: str) -> None:
        """Writes where each variant answers, and as what."""
        urls = {variant: catalog.url(self.settings, variant) for variant in VARIANTS}
        versions = endpoints.versions(self.settings, self.store, adapter_version)
        quantizations = {variant: endpoints.quantization(self.settings, self.store, variant) for variant in VARIANTS}
        parser, secrets = endpoints.tool_parser(self.settings, self.store), self.paths.secrets.name
        endpoints.write_endpoints(self.paths.endpoints, urls, versions, quantizations, parser, secrets, "API_KEY")

    def stop_servers(self) -> list[str]:
        running = [name for name in self.settings.mode.servers if self.supervisor.lives(name)]
        for name in catalog.stopped_before(self.settings, running):
            self.supervisor.stop(name)
        return running

    def down(self) -> bool:
        self.paths.endpoints.unlink(missing_ok=True)
        return self.supervisor.shut_down()

    def states(self) -> dict[str, str]:
        """`ready` for a program that answers, else what its supervisor says of it."""
        words = {"RUNNING": "starting", "STARTING": "starting", "BACKOFF": "restarting"}
        states = {}
        for service in catalog.running(self.settings):
            state = self.supervisor.state(service.name)
            ready = state in ALIVE and self.healthy(service)
            states[service.name] = "ready" if ready else words.get(state, state.lower())
        return states

    def address(self, variant: str) -> str:
        return catalog.url(self.settings, variant)

    def version(self, variant: str) -> str:
        with suppress(OSError, ValueError, LookupError, TypeError, StopIteration):
            endpoints = json.loads(self.paths.endpoints.read_text())["endpoints"]
            return str(next(entry["version"] for entry in endpoints if entry["name"] == variant))
        return "-"

    def show_logs(self) -> None:
        logs_of_all = [self.paths.log(service.name) for service in catalog.running(self.settings)]
        found = [log for log in logs_of_all if log.exists()]
        if not found:
            raise UsageError(f"{self.paths.logs}: no logs yet; start the servers with `make up`")
        follow = ["-F"] if sys.stdout.isatty() else []
        subprocess.run(["tail", "-n", "20", *follow, *found], check=False)

    def measure(self, kind: str) -> Measured:
        if kind == "lm-eval":
            self.install_lm_eval()
        return measure(kind, self.settings, self.paths)

    def faults(self, server: str) -> Faults:
        return faults.of_group(lambda: int(self.supervisor.info(server)["pid"]))

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
        """Raises UsageError for a port named twice, or that something else listens on; our own services may."""
        catalog.check_ports(self.settings)
        for service in catalog.running(self.settings):
            port = service.loopback_port(self.settings)
            if not self.supervisor.runs_with(service.name, f"--port {port}"):
                preflight.check_port(port, service.port)

    def program(self, service: Service) -> Program:
        base, adapter = self.pipeline.base, self.pipeline.adapter
        target = programs.target(self.settings, self.paths, base, adapter, self.gpu)
        return programs.program(service, target, self.paths, self.gpu)

    def free_gpu(self) -> None:
        running = [name for name in self.settings.mode.servers if self.supervisor.lives(name)]
        changing = [name for name in running if not self.supervisor.runs_as(self.program(catalog.service(name)))]
        for name in catalog.stopped_before(self.settings, changing):
            self.supervisor.stop(name)

    def keep(self, program: Program) -> None:
        if not self.supervisor.runs_as(program):
            # Until all is up again, nobody must take what runs for what the file says.
            self.paths.endpoints.unlink(missing_ok=True)
            self.supervisor.keep(program)

    def healthy(self, service: Service) -> bool:
        url = service.loopback_url(self.settings)
        if service.chats:
            return health.chats(f"{url}/v1", service.name, credentials.read(self.paths.secrets)["API_KEY"])
        return health.answers(url + service.health)

    def started(self, service: Service) -> Started:
        name, log = service.name, self.paths.log(service.name)
        first = self.supervisor.info(name)

        def ended() -> bool:
            now = self.supervisor.info(name)
            return now.get("statename") not in ALIVE or now.get("pid") != first.get("pid")

        return Started(
            name,
            str(log),
            ready=lambda: self.healthy(service),
            ended=ended,
            stop=lambda: self.supervisor.stop(name),
            lines=lambda: logs.tail(log),
        )
