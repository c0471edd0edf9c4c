"""The local way from a base and an adapter to two INT4 checkpoints: steps that install, fetch, merge and quantize.

It starts no server; where the store already has what a step would make, the step is over at once.
"""

import subprocess
from pathlib import Path

from serve import hardware, jobs, models, preflight
from serve.errors import Failure
from serve.paths import Paths
from serve.runtimes.environments import Environment, install
from serve.settings import Settings
from serve.steps import Report, Step
from serve.store import Store


class Making:
    """The steps of one `up` that make the models, and what they found."""

    def __init__(self, settings: Settings, paths: Paths, gpu: bool) -> None:
        self.settings = settings
        self.paths = paths
        self.gpu = gpu
        self.store = Store(paths.models)
        self.sources = models.sources(settings, paths.root)
        # base and tuned are quantized side by side
        self.jobs = jobs.Jobs(paths.root, paths.state / "scratch", threads=max(1, hardware.cores() // 2))

    def check(self) -> None:
        """What can be refused at once, before anything is installed or downloaded."""
        if not self.gpu:
            preflight.check_system_libraries()
        base, adapter = self.sources.base, self.sources.adapter
        if isinstance(base, Path):
            self.check_base(base)
            if not self.store.current("tuned"):
                preflight.check_disk(base, self.paths.models if self.paths.models.exists() else self.paths.root)
            if isinstance(adapter, Path):
                preflight.check_adapter(adapter, base)
        preflight.calibration_rows(self.sources.calibration)

    def check_base(self, base: Path) -> None:
        config = preflight.check_model(base)
        preflight.check_length(config, self.settings.MAX_MODEL_LEN, self.settings.KV_CACHE_GIB)
        preflight.check_quantizable(base, self.settings.GPTQ_GROUP_SIZE)

    def steps(self) -> dict[str, Step]:
        one_by_one = ("quantize base",) if self.gpu else ()  # one card has no room for both
        return {
            **{f"install {name}": self.installing(name) for name in ("merge", "quantize", "vllm", "webui")},
            "fetch": Step("fetch the models", self.fetch),
            "merge": Step("merge the adapter", self.merge, ("fetch", "install merge")),
            "quantize base": Step("quantize base", self.quantize_base, ("fetch", "install quantize")),
            "quantize tuned": Step("quantize tuned", self.quantize_tuned, ("merge", "install quantize", *one_by_one)),
        }

    def environment(self, name: str) -> Environment:
        """What a step's virtual environment holds, by the image folder it belongs to."""
        images = self.paths.root / "images"
        kind = {"quantize": f"-{self.settings.QUANTIZER}", "vllm": "-gpu" if self.gpu else "-cpu"}.get(name, "")
        overrides = images / name / f"overrides{kind}.txt"
        return Environment(
            folder=self.paths.environment(f"{name}{kind}"),
            requirements=images / name / f"requirements{kind}.txt",
            overrides=overrides if overrides.exists() else None,
            gpu=self.gpu,
        )

    def installing(self, name: str) -> Step:
        environment = self.environment(name)
        log = self.paths.log(f"install-{name}")

        def act(report: Report) -> None:
            try:
                install(environment, self.paths.environment("uv") / "bin" / "uv", log, report)
            except subprocess.CalledProcessError:
                raise Failure(f"{environment.requirements}: cannot be installed; see {log}") from None

        return Step(f"install {name}", act)

    def fetch(self, report: Report) -> None:
        """The adapter first: it is small, and often what is wrong."""
        self.adapter = self.fetched("ADAPTER", self.sources.adapter, report)
        self.base = self.fetched("BASE_MODEL", self.sources.base, report)
        self.check_base(self.base)
        preflight.check_adapter(self.adapter, self.base)

    def fetched(self, setting: str, source: Path | str, report: Report) -> Path:
        if isinstance(source, Path):
            return source
        log, token = self.paths.log("fetch"), self.settings.HF_TOKEN.get_secret_value()
        variables = {"HF_HUB_OFFLINE": "0"} | ({"HF_TOKEN": token} if token else {})
        return Path(self.jobs.run("fetch", jobs.fetch_command(setting, source), log, report, variables))

    def merge(self, report: Report) -> None:
        python = self.environment("merge").python
        command = jobs.merge_command(python, self.base, self.adapter, self.store.root)
        self.jobs.run("merge", command, self.paths.log("merge"), report)

    def quantize_base(self, report: Report) -> None:
        self.quantize("base", self.base, report)

    def quantize_tuned(self, report: Report) -> None:
        self.quantize("tuned", self.store.root / "merged" / "current", report)

    def quantize(self, variant: str, model: Path, report: Report) -> None:
        command = jobs.quantize_command(
            self.environment("quantize").python,
            model,
            variant,
            self.store.root,
            self.sources.calibration,
            self.settings.QUANTIZER,
            self.settings.GPTQ_GROUP_SIZE,
        )
        self.jobs.run(f"quantize {variant}", command, self.paths.log(f"quantize-{variant}"), report)

    def made(self, variant: str) -> Path:
        """The whole checkpoint in force. Raises Failure where there is none: what is not whole is never served."""
        folder = self.store.current(variant)
        if folder is None:
            raise Failure(f"{self.store.root / variant}: no whole checkpoint in it; run `make up` again")
        return folder
