"""The Docker runtime: the whole deployment as containers, which Compose keeps alive."""

import secrets
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from serve import hardware, logs
from serve.display import StepDisplay
from serve.errors import Failure, UsageError
from serve.harness.measure import Measured, without_a_run
from serve.models import preflight
from serve.paths import Paths
from serve.runtimes.docker.compose import Compose, docker, has_nvidia_runtime, variables_of
from serve.runtimes.docker.compose_inputs import (
    environment_flags,
    harness_words,
    job_inputs,
    mounted,
    project_files,
    variables,
)
from serve.runtimes.docker.jobs import SERVICES, ContainerJobRunner
from serve.runtimes.jobs import Jobs
from serve.runtimes.pipeline import ModelPipeline
from serve.runtimes.prepare import prepare, runs_user
from serve.runtimes.start_order import START_TIMEOUT, serving_steps
from serve.services import catalog, credentials, health
from serve.settings import Settings
from serve.steps import Display, NotAwaited, Report, run_steps

POLL = 1.0  # seconds


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

    def check(self) -> None:
        self.pipeline.check(running=state(self.compose.inspect("base")) not in ("absent", "exited"))
        sources = self.pipeline.sources
        for folder, setting in ((sources.base, "BASE_MODEL"), (sources.adapter, "ADAPTER")):
            if isinstance(folder, Path):
                mounted(folder, setting)
        preflight.check_readable(sources.calibration, everyone=True)
        self.check_owner()
        if not self.compose.inspect("webui"):
            preflight.check_port(self.settings.WEBUI_PORT, "WEBUI_PORT")

    def up(self, display: Display) -> None:
        pipeline = self.pipeline
        prepare(self.paths)
        pipeline.hand_on()
        for name in catalog.other_programs(self.settings):
            self.compose.remove(name)

        def start(name: str) -> None:
            self.told(name).ask("up", "--detach", "--no-deps", "--no-build", name)

        serving = serving_steps(
            self.settings, self.gpu, start, self.await_ready, self.await_chat, make_room=self.make_room
        )
        steps = pipeline.steps() | serving | {"prepare harness": self.runner.prepare("harness")}
        run_steps(steps, display, cancel=self.jobs.end)

    def told(self, name: str) -> Compose:
        """Compose with all that a program's container is made from."""
        pipeline = self.pipeline
        made = {
            f"{variant.upper()}_VERSION": catalog.named_for(self.settings, version)
            for variant, version in pipeline.versions.items()
        }
        if self.settings.MODE == "lora":
            made["ADAPTER_VERSION"] = catalog.adapter_version(pipeline.adapter)
        given = job_inputs(pipeline.base, pipeline.adapter, pipeline.sources.calibration) if name != "webui" else {}
        return self.compose.having(given | made)

    def make_room(self) -> None:
        changing = [name for name in catalog.served(self.settings) if self.told(name).would_change(name)]
        for name in catalog.in_the_way(self.settings, changing):
            self.compose.stop(name)

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
        return {name: state(self.compose.inspect(name)) for name in catalog.programs(self.settings)}

    def address(self, variant: str) -> str:
        return catalog.inside_url(self.settings, variant)

    def version(self, variant: str) -> str:
        answering = self.compose.inspect(variant if variant in catalog.served(self.settings) else "base")
        name = "VERSION" if variant in catalog.served(self.settings) else "ADAPTER_VERSION"
        return variables_of(answering).get(name) or "-"

    def show_logs(self) -> None:
        if not self.compose.inspect("base"):
            raise UsageError("no logs yet; start the servers with `make up`")
        follow = ["--follow"] if sys.stdout.isatty() else []
        self.compose.pass_on("logs", "--tail", "20", *follow, *catalog.programs(self.settings))

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
        given += environment_flags({"PRECISION": precision, "FOLDER_FILE": str(told.relative_to(self.paths.root))})
        compose = self.compose.having({"ADAPTER_VERSION": self.version("tuned")})
        code = compose.pass_on("run", "--rm", "--no-deps", *terminal, *given, service, kind)
        folder = told.read_text(encoding="utf-8") if told.exists() else None
        told.unlink(missing_ok=True)
        # Compose has a 1 of its own, for what went wrong before the harness had a word.
        return Measured(code, folder) if folder else Measured(without_a_run(code))

    def made_elsewhere(self) -> list[str]:
        volumes = [f"Docker volume {name}" for name in self.compose.things("volume")]
        return volumes + [f"Docker image {name}" for name in self.images()]

    def images(self) -> list[str]:
        names = {f"{self.compose.project}-{name}" for name in SERVICES}
        there = docker("image", "ls", "--format", "{{.Repository}}").split()
        return sorted(names & set(there))

    def delete_elsewhere(self) -> None:
        for kind, names in (("volume", self.compose.things("volume")), ("image", self.images())):
            if names:
                docker(kind, "rm", *names)

    def await_ready(self, name: str, report: Report) -> None:
        """Returns when a container is healthy. Raises Failure when its program ended instead, with its last words."""
        restarts = self.compose.inspect(name)["RestartCount"]
        deadline = time.monotonic() + START_TIMEOUT
        while state(now := self.compose.inspect(name)) != "ready":
            if report.over:
                raise NotAwaited
            if state(now) in ("absent", "exited", "dead") or now["RestartCount"] > restarts:
                words = logs.last_words(logs.said(self.compose.log(name, 200)))
                if now and now["State"].get("OOMKilled"):
                    words = f"it ran out of memory; raise SERVER_MEMORY={self.settings.SERVER_MEMORY}"
                with suppress(Failure):  # else it would be started for ever, to the same end
                    self.compose.ask("stop", name)
                raise Failure(f"{name} does not start: {words}; see `docker logs {self.compose.container(name)}`")
            if time.monotonic() > deadline:
                raise Failure(f"{name} has not answered within {START_TIMEOUT:.0f} s; see `make logs`")
            report(logs.last_line(logs.said(self.compose.log(name, 1))))
            time.sleep(POLL)

    def await_chat(self, report: Report) -> None:
        self.await_ready("webui", report)
        url, password = catalog.webui_url(self.settings), credentials.read(self.paths.secrets)["WEBUI_PASSWORD"]
        if not health.webui_chats(url, self.settings.WEBUI_EMAIL, password, catalog.VARIANTS):
            raise Failure("Open WebUI passes no chat on to base and tuned; see `make logs`")


def state(record: dict[str, Any]) -> str:
    """A container's state in a word: `ready` when it is healthy, `absent` when there is none."""
    if not record:
        return "absent"
    status = str(record["State"]["Status"])
    healthy = record["State"].get("Health", {}).get("Status", "healthy")
    return {"healthy": "ready"}.get(healthy, healthy) if status == "running" else status
