"""The jobs that make models, as command lines of their own environments, run with their output in a log."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from serve.errors import Failure, UsageError
from serve.hardware import cores
from serve.paths import Paths
from serve.steps import Report


def merge_command(python: Path, base: Path, adapter: Path, store: Path, recipe: Sequence[str]) -> list[str]:
    """`recipe`: of the INT4 that alone is wanted of the merge; empty: the merged model itself is."""
    job = [str(python), "-m", "images.merge.merge"]
    return [*job, "--base", str(base), "--adapter", str(adapter), "--store", str(store), *recipe]


def quantize_command(
    python: Path, model: Path, variant: str, store: Path, recipe: Sequence[str], kl_limit: float
) -> list[str]:
    job = [str(python), "-m", "images.quantize.quantize"]
    words = ["--model", str(model), "--variant", variant, "--store", str(store)]
    return [*job, *words, *recipe, "--kl-limit", str(kl_limit)]


def recipe_words(engine: str, group_size: int, calibration: Path) -> list[str]:
    """What an INT4 version is made by, beside its model."""
    return ["--engine", engine, "--group-size", str(group_size), "--calibration", str(calibration)]


def tune_words(
    base: Path,
    base_name: str,
    adapter: Path | None,
    store: Path,
    stages: Path,
    rows: Mapping[str, Path],
    text: Path | None = None,
) -> list[str]:
    """What the tune job is told; its program stands before it. `text`: what new tokens are learnt from, or the rows."""
    words = ["--base", str(base), "--base-name", base_name, "--store", str(store), "--stages", str(stages)]
    words += ["--adapter", str(adapter)] if adapter else []
    words += ["--text", str(text)] if text else []
    return words + [word for name, file in rows.items() for word in ("--rows", f"{name}={file}")]


def fetch_command(setting: str, name: str) -> list[str]:
    return [sys.executable, "-m", "serve.models.sources", setting, name]


class Killed(Failure):
    """A job was ended from outside."""


class Jobs:
    """The jobs of one `up`, which end with it."""

    def __init__(self, paths: Paths) -> None:
        self.root = paths.root
        self.scratch = paths.state / "scratch"  # libraries leave logs of their own in the working folder
        self.threads = max(1, cores() // 2)  # base and tuned are quantized side by side
        self.running: set[subprocess.Popen[str]] = set()
        self.ended = False
        self.changing = threading.Lock()

    def run(
        self, name: str, command: Sequence[str], log: Path, report: Report, variables: Mapping[str, str] | None = None
    ) -> str:
        """The last line of the job's output, all of which is in the log.

        Raises UsageError with the job's own line when it exits with 2, Failure for any other failure.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        self.scratch.mkdir(parents=True, exist_ok=True)
        last = ""
        with log.open("w", buffering=1) as output, self.start(command, variables or {}) as process:
            assert process.stdout is not None
            for line in process.stdout:
                output.write(line)
                if line.strip():
                    last = line.strip()
                    report(last)
        with self.changing:
            self.running.discard(process)
        if process.returncode == 2:
            raise UsageError(last)
        if process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL):  # the latter is a container's
            raise Killed(f"{name} was killed, most likely for want of memory; see {log}")
        if process.returncode:
            raise Failure(f"{name} failed: {last}; see {log}")
        return last

    def start(self, command: Sequence[str], variables: Mapping[str, str]) -> subprocess.Popen[str]:
        all_variables = {
            **os.environ,
            "PYTHONPATH": str(self.root),
            # Two jobs run at once; threads that spin while they wait for each other would starve both.
            "OMP_NUM_THREADS": str(self.threads),
            "OMP_WAIT_POLICY": "PASSIVE",
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
            **variables,
        }
        all_variables.pop("PYTHONDONTWRITEBYTECODE", None)
        with self.changing:
            if self.ended:
                raise Failure("not begun: everything is being stopped")
            process = subprocess.Popen(
                command,
                cwd=self.scratch,
                env=all_variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            self.running.add(process)
        return process

    def end(self) -> None:
        with self.changing:
            self.ended = True
            for process in self.running:
                process.terminate()
