"""The way from rows to an adapter in the store: steps that prepare, fetch and train, and what is refused before them.

It starts no server, and leaves to a JobRunner where the job's libraries are.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from serve import hardware
from serve.errors import Failure, UsageError
from serve.models import preflight
from serve.models.preflight_tuning import check_start, check_tokenizer
from serve.models.sources import ANEW, DEMO_BASE, HUB_NAME, model_sources
from serve.models.stages import Tuning, read_tuning
from serve.models.training_rows import plain_text, training_rows
from serve.paths import Paths
from serve.planning import host
from serve.planning.architecture import architecture
from serve.planning.configurations import configurations
from serve.runtimes.pipeline import ModelPipeline, version
from serve.settings import Settings
from serve.steps import Display, Report, Step, run_steps

POOL_ROWS = Path("train") / "rows.jsonl"  # where the pool's page has its accepted rows written


@dataclass(frozen=True)
class Wanted:
    """What is to be trained: the file with the stages, what is in it, and the rows of each stage, by its name.

    `base_name`: what an adapter that is begun calls its base. `anew`: one is begun. `text`: what new tokens are learnt
    from, if not the rows.
    """

    stages: Path
    tuning: Tuning
    rows: dict[str, Path]
    base_name: str
    anew: bool
    text: Path | None = None


def wanted(settings: Settings, paths: Paths) -> Wanted:
    """Raises UsageError for stages or rows that are none, and for a base or an adapter here that will not do.

    The rows of the demo, where no others are set, are written here.
    """
    file, tuning = stages(settings, paths)
    rows = {one.name: file.parent / one.rows if one.rows else given_rows(settings, paths) for one in tuning.stages}
    for one in tuning.stages:
        training_rows(rows[one.name], one.method)
    text = file.parent / tuning.vocabulary.text if tuning.vocabulary and tuning.vocabulary.text else None
    if text:
        plain_text(text)
    check_sources(settings, paths, tuning)
    return Wanted(file, tuning, rows, base_name(settings), anew(settings), text)


def stages(settings: Settings, paths: Paths) -> tuple[Path, Tuning]:
    """The file with the stages, and what is in it. Raises UsageError for one that is none."""
    shipped = paths.root / "images" / "tune" / ("demo.yaml" if settings.demo else "general.yaml")
    file = paths.root / Path(settings.TUNE).expanduser() if settings.TUNE else shipped
    return file, read_tuning(file)


def check_sources(settings: Settings, paths: Paths, tuning: Tuning) -> None:
    """Raises UsageError for a base or an adapter on this machine that no such training can begin with."""
    sources = model_sources(settings, paths.root)
    if sources.then:
        raise UsageError(f"ADAPTER={settings.ADAPTER}: several, and a training goes on with one; set ADAPTER to it")
    base = sources.base if isinstance(sources.base, Path) else None
    adapter = sources.adapter if isinstance(sources.adapter, Path) and not anew(settings) else None
    if base:
        check_folders(base, adapter, tuning)


def anew(settings: Settings) -> bool:
    return settings.ADAPTER == ANEW


def crowded(settings: Settings, paths: Paths, gpu: bool) -> bool:
    """Whether what servers hold is needed for the training: on a GPU always, on the CPU where its memory is short."""
    if gpu:
        return True
    config, _ = configurations(settings, model_sources(settings, paths.root))
    least = host.training(architecture(config, settings.BASE_MODEL or "the demo"))
    return least > hardware.host_memory()[1] * hardware.GIB


def base_name(settings: Settings) -> str:
    if settings.demo:
        return DEMO_BASE
    return settings.BASE_MODEL if HUB_NAME.fullmatch(settings.BASE_MODEL) else Path(settings.BASE_MODEL).name


def given_rows(settings: Settings, paths: Paths) -> Path:
    if settings.ROWS:
        return paths.root / Path(settings.ROWS).expanduser()
    if settings.demo:
        return demo_rows(paths)
    if not (paths.root / POOL_ROWS).exists():
        raise UsageError(
            f"{paths.root / POOL_ROWS}: no rows yet; write the pool's with `evalharness pool --write train/`, or set "
            "ROWS"
        )
    return paths.root / POOL_ROWS


def demo_rows(paths: Paths) -> Path:
    """The demo's own: always the same."""
    file = paths.state / "demo-rows.jsonl"
    paths.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    script = paths.root / "images" / "demo" / "rows.py"
    done = subprocess.run([sys.executable, script, file], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"{script}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    return file


def check_folders(base: Path, adapter: Path | None, tuning: Tuning) -> None:
    """What can be said of those that are on this machine; of the others when they have been fetched."""
    preflight.check_model(base)
    if tuning.vocabulary:
        check_tokenizer(base)
    if adapter:
        check_start(adapter, base, adds=tuning.vocabulary is not None)


def run(pipeline: ModelPipeline, what: Wanted, display: Display) -> str:
    """The version of the adapter that was made, or that stood. Raises UsageError or Failure, the store untouched."""
    made: list[str] = []
    if what.tuning.gpu and not pipeline.runner.gpu:
        raise UsageError(f"{what.stages}: gpu: there is none here, and no CPU does it; leave it out")

    def fetch(report: Report) -> None:
        if not what.anew:
            pipeline.adapter = pipeline.fetched("ADAPTER", pipeline.sources.adapter, report)
        pipeline.base = pipeline.fetched("BASE_MODEL", pipeline.sources.base, report)
        check_folders(pipeline.base, None if what.anew else pipeline.adapter, what.tuning)

    def train(report: Report) -> None:
        start = None if what.anew else pipeline.adapter
        made.append(version(pipeline.runner.tune(pipeline.base, start, what, report)))

    steps = {
        "prepare": pipeline.runner.prepare("tune"),
        "fetch": Step("fetch the models", fetch),
        "tune": Step("train the adapter", train, ("prepare", "fetch")),
    }
    run_steps(steps, display, cancel=pipeline.jobs.end)
    return made[0]
