"""The Docker runtime: the whole deployment as containers, which Compose keeps alive."""

import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from serve import hardware, logs
from serve.display import StepDisplay
from serve.errors import Failure, UsageError
from serve.harness.measure import Measured, without_a_run
from serve.models import preflight
from serve.paths import Paths
from serve.runtimes import tuning
from serve.runtimes.docker import faults
from serve.runtimes.docker.compose import Compose, docker, has_nvidia_runtime, variables_of
from serve.runtimes.docker.compose_inputs import (
    harness_words,
    job_inputs,
    mounted,
    project_files,
    variable_flags,
    variables,
)
from serve.runtimes.docker.jobs import BUILT_FOR, ContainerJobRunner
from serve.runtimes.jobs import Jobs
from serve.runtimes.pipeline import ModelPipeline
from serve.runtimes.preflight import Findings
from serve.runtimes.prepare import prepare, runs_user
from serve.runtimes.readiness import Started, await_chat, await_ready
from serve.runtimes.runtime import Faults
from serve.runtimes.start_order import by_themselves, serving_steps
from serve.runtimes.tuning import Wanted
from serve.services import catalog, credentials, endpoints
from serve.services.catalog import Service
from serve.settings import Settings
from serve.steps import Display, Report, Step, run_steps


class Docker:
    """The deployment of one checkout; its methods are those of serve.runtimes.runtime.Runtime."""

    def __init__(self, settings: Settings, paths: Paths) -> None:
        self.settings = settings
        self.paths = paths
        self.gpu = has_nvidia_runtime() and hardware.has_nvidia_gpu()
        self.compose = Compose(
            project_files(settings, paths.root / "compose", self.gpu),
            settings.COMPOSE_PROJECT_NAME,
            variables(settings, paths.root) | {"HARNESS_USER": runs_user()},
        )
        self.jobs = Jobs(paths)
        self.runner = ContainerJobRunner(self.compose, settings, paths, self.gpu, self.jobs)
        self.pipeline = ModelPipeline(settings, paths, self.runner, self.jobs)

    def preflight(self) -> Findings:
        return self.pipeline.findings(running=state(self.compose.inspect("base")) not in ("absent", "exited"))

    def check(self) -> Findings:
        found = self.preflight()
        found.refuse()
        sources = self.pipeline.sources
        for folder, setting in ((sources.base, "BASE_MODEL"), *((one, "ADAPTER") for one in sources.adapters)):
            if isinstance(folder, Path):
                mounted(folder, setting)
        preflight.check_readable(sources.calibration, everyone=True)
        self.check_owner()
        for service in catalog.running(self.settings):
            if service.published and not self.compose.inspect(service.name):
                preflight.check_port(service.loopback_port(self.settings), service.port)
        return found

    def up(self, display: Display) -> None:
        pipeline = self.pipeline
        prepare(self.paths)
        pipeline.hand_on()
        for service in catalog.of_other_modes(self.settings):
            self.compose.remove(service.name)
        steps = pipeline.steps() | self.serving(self.told) | {"prepare harness": self.runner.prepare("harness")}
        run_steps(steps, display, cancel=self.jobs.end)

    def serve_again(self, versions: Mapping[str, str], display: Display) -> None:
        named = {f"{variant.upper()}_VERSION": version for variant, version in versions.items()}
        compose = self.compose.having(named)
        run_steps(by_themselves(self.serving(lambda _: compose)), display)

    def tune(self, wanted: Wanted, display: Display) -> str:
        prepare(self.paths)
        return tuning.run(self.pipeline, wanted, display)

    def store_command(self, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        where = ["--rm", "--no-deps", "--no-TTY", "--entrypoint", "python", "quantize-tuned"]
        job = ["-m", "serve.models.keeping", "--store", "/models", *words]
        return self.compose.command("--progress", "quiet", "run", *where, *job), self.compose.all_variables

    def serving(self, told: Callable[[Service], Compose]) -> dict[str, Step]:
        """The steps that put what is in force into service. `told`: Compose with all that a container is made from."""

        def start(service: Service) -> None:
            told(service).ask("up", "--detach", "--no-deps", "--no-build", service.name)

        def ready(service: Service, report: Report) -> None:
            await_ready(self.started(service), report)

        def chat(report: Report) -> None:
            password = credentials.read(self.paths.secrets)["WEBUI_PASSWORD"]
            await_chat(self.started(catalog.service(catalog.WEBUI)), self.settings, password, report)

        def free_gpu() -> None:
            servers = self.settings.mode.servers
            changing = [name for name in servers if told(catalog.service(name)).would_change(name)]
            for name in catalog.stopped_before(self.settings, changing):
                self.compose.stop(name)

        return serving_steps(self.settings, self.gpu, start, ready, chat, free_gpu)

    def told(self, service: Service) -> Compose:
        """Compose with all that a service's container is made from."""
        pipeline = self.pipeline
        made = {
            f"{variant.upper()}_VERSION": endpoints.named_for(self.settings, version)
            for variant, version in pipeline.versions.items()
        }
        if service.name in self.settings.mode.servers:  # others may start before anything is fetched
            made |= job_inputs(pipeline.base, pipeline.adapter, pipeline.sources.calibration)
            if self.settings.mode.lora:
                made["ADAPTER_VERSION"] = endpoints.adapter_version(pipeline.adapter)
        return self.compose.having(made)

    def stop_servers(self) -> list[str]:
        servers = self.settings.mode.servers
        running = [name for name in servers if state(self.compose.inspect(name)) not in ("absent", "exited")]
        for name in catalog.stopped_before(self.settings, running):
            self.compose.stop(name)
        return running

    def down(self) -> bool:
        self.check_owner()
        found = bool(self.compose.things("container"))
        self.compose.ask("--profile", "*", "down", "--remove-orphans")
        for network in self.compose.things("network"):  # of another mode
            docker("network", "rm", network)
        return found

    def check_owner(self) -> None:
        """Raises UsageError where another checkout's containers have our project's name."""
        ours = str(self.paths.root / "compose")
        others = self.compose.folders() - {ours}
        if others:
            raise UsageError(
                f"the Docker project {self.compose.project} is that of {min(others)}; "
                "set COMPOSE_PROJECT_NAME to another name here"
            )

    def states(self) -> dict[str, str]:
        return {service.name: state(self.compose.inspect(service.name)) for service in catalog.running(self.settings)}

    def address(self, variant: str) -> str:
        return catalog.inside_url(self.settings, variant)

    def version(self, variant: str) -> str:
        own = variant in self.settings.mode.servers
        server = self.compose.inspect(variant if own else "base")
        return variables_of(server).get("VERSION" if own else "ADAPTER_VERSION") or "-"

    def show_logs(self) -> None:
        if not self.compose.inspect("base"):
            raise UsageError("no logs yet; start the servers with `make up`")
        follow = ["--follow"] if sys.stdout.isatty() else []
        services = [service.name for service in catalog.running(self.settings)]
        self.compose.pass_on("logs", "--tail", "20", *follow, *services)

    def measure(self, kind: str) -> Measured:
        served = self.compose.inspect("base")
        if not served:
            raise UsageError("nothing runs that could be measured; start the servers with `make up`")
        self.check_owner()
        prepare(self.paths)
        service = "lm-eval" if kind == "lm-eval" else "harness"
        if kind == "lm-eval":  # nobody else needs what is in it
            with StepDisplay() as display:
                run_steps({"prepare": self.runner.prepare(kind)}, display, cancel=self.jobs.end)
        terminal = [] if sys.stdin.isatty() and sys.stdout.isatty() else ["--no-TTY"]
        given = harness_words(self.settings, self.paths.root)
        precision = variables_of(served).get("PRECISION", "int4")  # whatever is set by now
        told = self.paths.runs / f".{secrets.token_hex(8)}"  # runs/ is where both can write
        given += variable_flags({"PRECISION": precision, "FOLDER_FILE": str(told.relative_to(self.paths.root))})
        compose = self.compose.having({"ADAPTER_VERSION": self.version("tuned")})
        code = compose.pass_on("run", "--rm", "--no-deps", *terminal, *given, service, kind)
        folder = told.read_text(encoding="utf-8") if told.exists() else None
        told.unlink(missing_ok=True)
        # Compose has a 1 of its own, for what went wrong before the harness had a word.
        return Measured(code, folder) if folder else Measured(without_a_run(code))

    def faults(self, server: str) -> Faults:
        return faults.of_container(self.compose.container(server))

    def made_elsewhere(self) -> list[str]:
        volumes = [f"Docker volume {name}" for name in self.compose.things("volume")]
        return volumes + [f"Docker image {name}" for name in self.images()]

    def images(self) -> list[str]:
        names = {f"{self.compose.project}-{name}" for name in BUILT_FOR}
        there = docker("image", "ls", "--format", "{{.Repository}}").split()
        return sorted(names & set(there))

    def delete_elsewhere(self) -> None:
        for kind, names in (("volume", self.compose.things("volume")), ("image", self.images())):
            if names:
                docker(kind, "rm", *names)

    def started(self, service: Service) -> Started:
        name = service.name
        restarts = self.compose.inspect(name)["RestartCount"]

        def ended() -> bool:
            now = self.compose.inspect(name)
            return state(now) in ("absent", "exited", "dead") or now["RestartCount"] > restarts

        def why() -> str | None:
            killed = self.compose.inspect(name).get("State", {}).get("OOMKilled")
            return f"it ran out of memory; raise SERVER_MEMORY={self.settings.SERVER_MEMORY}" if killed else None

        def stop() -> None:
            with suppress(Failure):  # it is gone
                self.compose.ask("stop", name)

        return Started(
            name,
            f"`docker logs {self.compose.container(name)}`",
            ready=lambda: state(self.compose.inspect(name)) == "ready",
            ended=ended,
            stop=stop,
            lines=lambda: logs.said(self.compose.log(name, 200)),
            why=why,
        )


def state(record: dict[str, Any]) -> str:
    """A container's state in a word: `ready` when it is healthy, `absent` when there is none."""
    if not record:
        return "absent"
    status = str(record["State"]["Status"])
    healthy = record["State"].get("Health", {}).get("Status", "healthy")
    return {"healthy": "ready"}.get(healthy, healthy) if status == "running" else status
