"""Where jobs run as containers: an image a folder, built where its files have changed. A JobRunner of
serve.runtimes.pipeline.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from serve.errors import Failure, UsageError
from serve.models.preflight import check_readable
from serve.models.sources import model_sources
from serve.paths import Paths
from serve.runtimes.docker.compose import Compose
from serve.runtimes.docker.compose_inputs import INPUT, job_inputs
from serve.runtimes.jobs import Jobs, Killed, tune_words
from serve.runtimes.tuning import Wanted
from serve.services.catalog import SERVICES
from serve.settings import Settings, size_bytes
from serve.steps import Report, Step

# The Compose service that an image is built for: a job, or the first of the catalogue that has it.
JOBS = {"merge": "merge", "quantize": "quantize-base", "tune": "tune", "harness": "harness", "lm-eval": "lm-eval"}
NONE: Mapping[Path, Path] = MappingProxyType({})
STORE = Path("/models")  # in a job's container
BUILT_FOR = {service.image: service.name for service in reversed(SERVICES)} | JOBS


class ContainerJobRunner:
    def __init__(self, compose: Compose, settings: Settings, paths: Paths, gpu: bool, running: Jobs) -> None:
        self.compose = compose
        self.gpu = gpu
        self.paths = paths
        self.jobs = running
        self.memory = settings.JOB_MEMORY
        self.server_memory: int | None = size_bytes(settings.SERVER_MEMORY)
        self.calibration = model_sources(settings, paths.root).calibration

    def prepare(self, name: str) -> Step:
        def act(report: Report) -> None:
            command = self.compose.command("--progress", "plain", "build", BUILT_FOR[name])
            log = self.paths.log(f"build-{name}")
            try:
                self.jobs.run(f"building the image {name}", command, log, report, self.compose.all_variables)
            except Killed:
                raise
            except Failure as error:
                way_out = "where registries are out of reach, compose/README.md says what to set; or set RUNTIME=local"
                raise Failure(f"{error}; {way_out}") from None

        return Step(f"build the image {name}", act)

    def merge(self, base: Path, adapter: Path, report: Report) -> str:
        given = job_inputs(base, adapter, self.calibration)
        return self.run("merge", "merge", given, report)

    def quantize(self, variant: str, base: Path | None, report: Report) -> str:
        given = job_inputs(base, base, self.calibration) if base else {"CALIBRATION": str(self.calibration.resolve())}
        return self.run(f"quantize {variant}", f"quantize-{variant}", given, report)

    def tune(self, base: Path, adapter: Path | None, wanted: Wanted, report: Report) -> str:
        given = job_inputs(base, adapter or base, self.calibration)
        seen = {wanted.stages: INPUT / "stages.yaml"}
        seen |= {file: INPUT / "rows" / f"{stage}.jsonl" for stage, file in wanted.rows.items()}
        seen |= {wanted.text: INPUT / "text"} if wanted.text else {}
        for file in seen:
            check_readable(file, everyone=True)
        inside = {stage: seen[file] for stage, file in wanted.rows.items()}
        start = INPUT / "adapter" / given["ADAPTER_INSIDE"] if adapter else None
        folder = INPUT / "base" / given["BASE_MODEL_INSIDE"]
        text = seen[wanted.text] if wanted.text else None
        words = tune_words(folder, wanted.base_name, start, STORE, seen[wanted.stages], inside, text)
        return self.run("tune", "tune", given, report, words, seen)

    def run(
        self,
        job: str,
        service: str,
        given: Mapping[str, str],
        report: Report,
        words: Sequence[str] = (),
        seen: Mapping[Path, Path] = NONE,
    ) -> str:
        """Runs a job's container to its end; its last line. `words`: what it is told, where the Compose file does not
        say; `seen`: files that it sees beside, and where.
        """
        compose = self.compose.having(given)
        mounts = [word for file, place in seen.items() for word in ("--volume", f"{file.resolve()}:{place}:ro")]
        command = compose.command("run", "--rm", "--no-deps", "--no-TTY", *mounts, service, *words)
        try:
            return self.jobs.run(job, command, self.paths.log(service), report, compose.all_variables)
        except Killed as error:
            raise Failure(f"{error}; JOB_MEMORY={self.memory} limits it") from None
        except UsageError as error:
            raise UsageError(outside(str(error), given, seen)) from None


def outside(line: str, given: Mapping[str, str], seen: Mapping[Path, Path] = NONE) -> str:
    """A job's line with the person's own paths in place of the container's."""
    places = {"base": "BASE_MODEL", "adapter": "ADAPTER", "calibration.jsonl": "CALIBRATION"}
    for place, name in places.items():
        if name in given:
            line = line.replace(f"{INPUT / place}", given[name])
    for file, inside in seen.items():
        line = line.replace(str(inside), str(file))
    return line
