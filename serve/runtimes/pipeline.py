"""The way from a base and an adapter to INT4 checkpoints: steps that prepare, fetch, merge and quantize.

It starts no server, and leaves to a JobRunner where a job's libraries are; where the store already has what a step
would make, the step is over at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from serve import hardware
from serve.models.preflight_adapter import in_order
from serve.models.quantizing import host_memory
from serve.models.sources import model_sources, together
from serve.paths import Paths
from serve.planning import decision
from serve.runtimes import preflight
from serve.runtimes.jobs import Jobs, fetch_command
from serve.services import catalog
from serve.settings import Settings
from serve.steps import NotAwaited, Report, Step

if TYPE_CHECKING:
    from serve.runtimes.tuning import Wanted


class JobRunner(Protocol):
    """Where jobs and programs run: environments of this machine, or containers."""

    gpu: bool
    server_memory: int | None  # bytes of the host's that a server may have; None: no such limit

    def prepare(self, name: str) -> Step:
        """The step that makes ready what an image folder needs to run."""

    def merge(self, base: Path, adapter: Path, report: Report) -> str:
        """Runs the job; its last line. Raises UsageError or Failure as Jobs.run does."""

    def quantize(self, variant: str, base: Path | None, report: Report) -> str:
        """`base`: what is quantized; None: what the merge made."""

    def tune(self, base: Path, adapter: Path | None, wanted: "Wanted", report: Report) -> str:
        """`adapter`: what is gone on with; None: one is begun."""


class ModelPipeline:
    """The steps of one `up` that make the models, and the versions that they made."""

    def __init__(self, settings: Settings, paths: Paths, runner: JobRunner, running: Jobs) -> None:
        self.settings = settings
        self.paths = paths
        self.runner = runner
        self.jobs = running
        self.sources = model_sources(settings, paths.root)
        self.versions: dict[str, str] = {}
        self.decided: decision.Decision
        self.turns = threading.Lock()

    def findings(self, running: bool, disk: Path | None = None) -> preflight.Findings:
        """All that can be said at once, before anything is installed or downloaded; what every server is given is
        decided by it. `running`, `disk`: as for preflight.findings.
        """
        found = preflight.findings(self.settings, self.sources, self.runner, running, disk)
        if found.decided:
            self.decided = found.decided
        return found

    def hand_on(self) -> None:
        """Writes what `check` has decided for those that run the servers."""
        decision.write(self.decided, self.paths.plan)

    def steps(self) -> dict[str, Step]:
        made = self.settings.mode.servers
        images = ["quantize", *(["merge"] if "tuned" in made else [])]
        images += dict.fromkeys(service.image for service in catalog.running(self.settings))
        steps = {f"prepare {image}": self.runner.prepare(image) for image in images}
        steps["fetch"] = Step("fetch the models", self.fetch)
        steps["quantize base"] = Step("quantize base", self.quantize_base, ("fetch", "prepare quantize"))
        if "tuned" in made:
            one_by_one = ("quantize base",) if self.runner.gpu else ()  # one card has no room for both
            steps["merge"] = Step("merge the adapter", self.merge, ("fetch", "prepare merge"))
            steps["quantize tuned"] = Step(
                "quantize tuned", self.quantize_tuned, ("merge", "prepare quantize", *one_by_one)
            )
        return steps

    def fetch(self, report: Report) -> None:
        """The adapters first: they are small, and often what is wrong."""
        adapters = [self.fetched("ADAPTER", one, report) for one in self.sources.adapters]
        self.adapter = together(adapters, self.paths.state / "adapters")
        self.base = self.fetched("BASE_MODEL", self.sources.base, report)
        preflight.check_base(self.settings, self.base)
        preflight.check_adapters(self.settings, in_order(self.adapter), self.base)

    def fetched(self, setting: str, source: Path | str, report: Report) -> Path:
        if isinstance(source, Path):
            return source
        log, token = self.paths.log("fetch"), self.settings.HF_TOKEN.get_secret_value()
        variables = {"HF_HUB_OFFLINE": "0"} | ({"HF_TOKEN": token} if token else {})
        return Path(self.jobs.run("fetch", fetch_command(setting, source), log, report, variables))

    def merge(self, report: Report) -> None:
        self.runner.merge(self.base, self.adapter, report)

    def quantize_base(self, report: Report) -> None:
        with self.turn(report):
            self.versions["base"] = version(self.runner.quantize("base", self.base, report))

    def quantize_tuned(self, report: Report) -> None:
        with self.turn(report):
            self.versions["tuned"] = version(self.runner.quantize("tuned", None, report))

    @contextmanager
    def turn(self, report: Report) -> Iterator[None]:
        """Base and tuned are quantized side by side where the machine has memory for both, else one after the other."""
        if 2 * host_memory(self.base) <= hardware.host_memory()[0] * hardware.GIB:
            yield
            return
        if self.turns.locked():
            report("waiting: there is memory for one at a time")
        with self.turns:
            if report.over:
                raise NotAwaited
            yield


def version(said: str) -> str:
    """Of a job's last line: `tuned 1f2e3d4c5b6a stands`, or `… published`."""
    return said.split()[1]
