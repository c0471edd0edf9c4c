"""Where jobs run on this machine: a virtual environment an image folder. A JobRunner of serve.runtimes.pipeline."""

import subprocess
from pathlib import Path

from serve.environments import Environment, install
from serve.errors import Failure
from serve.hardware import cores
from serve.models.sources import model_sources
from serve.paths import Paths
from serve.runtimes.jobs import Jobs, merge_command, quantize_command, recipe_words, tune_words
from serve.runtimes.tuning import Wanted
from serve.settings import Settings
from serve.steps import Report, Step


class LocalJobRunner:
    def __init__(self, settings: Settings, paths: Paths, gpu: bool, running: Jobs) -> None:
        self.settings = settings
        self.paths = paths
        self.gpu = gpu
        self.jobs = running
        self.server_memory: int | None = None
        calibration = model_sources(settings, paths.root).calibration
        self.recipe = recipe_words(settings.QUANTIZER, settings.GPTQ_GROUP_SIZE, calibration)

    def prepare(self, name: str) -> Step:
        environment = environment_of(name, self.settings, self.paths, self.gpu)
        log = self.paths.log(f"install-{name}")

        def act(report: Report) -> None:
            try:
                install(environment, self.paths.environment("uv") / "bin" / "uv", log, report)
            except subprocess.CalledProcessError:
                raise Failure(f"{environment.requirements}: cannot be installed; see {log}") from None

        return Step(f"install {name}", act)

    def merge(self, base: Path, adapter: Path, report: Report) -> str:
        python = environment_of("merge", self.settings, self.paths, self.gpu).python
        recipe = self.recipe if self.settings.PRECISION == "int4" else []  # else what is merged is served itself
        command = merge_command(python, base, adapter, self.paths.models, recipe)
        return self.jobs.run("merge", command, self.paths.log("merge"), report)

    def quantize(self, variant: str, base: Path | None, report: Report) -> str:
        command = quantize_command(
            environment_of("quantize", self.settings, self.paths, self.gpu).python,
            base or self.paths.models / "merged" / "current",
            variant,
            self.paths.models,
            self.recipe,
            self.settings.GPTQ_KL_LIMIT,
        )
        return self.jobs.run(f"quantize {variant}", command, self.paths.log(f"quantize-{variant}"), report)

    def tune(self, base: Path, adapter: Path | None, wanted: Wanted, report: Report) -> str:
        python = environment_of("tune", self.settings, self.paths, self.gpu).python
        words = tune_words(base, wanted.base_name, adapter, self.paths.models, wanted.stages, wanted.rows, wanted.text)
        command = [str(python), "-m", "images.tune.tune", *words]
        alone = {"OMP_NUM_THREADS": str(cores())}  # nothing is made beside it
        return self.jobs.run("tune", command, self.paths.log("tune"), report, alone)


def environment_of(name: str, settings: Settings, paths: Paths, gpu: bool) -> Environment:
    """The virtual environment of an image folder."""
    images = paths.root / "images"
    kinds = {"quantize": f"-{settings.QUANTIZER}", "vllm": "-gpu" if gpu else "-cpu", "tune": "-gpu" if gpu else ""}
    kind = kinds.get(name, "")
    overrides = images / name / f"overrides{kind}.txt"
    return Environment(
        folder=paths.environment(f"{name}{kind}"),
        requirements=images / name / f"requirements{kind}.txt",
        overrides=overrides if overrides.exists() else None,
        gpu=gpu,
    )
