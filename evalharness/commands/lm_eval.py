"""Tasks of EleutherAI's lm-evaluation-harness against our endpoints: those who trust its numbers get them too.

    python -m evalharness lm-eval --task tandem_demo

It is another program, in an environment of its own (requirements.txt beside this file; `make lm-eval` makes it, or the
image that has it). Here
it is told whom to ask, and its results are read. It is kept from the network: a task has its rows in a file.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evalharness.client.asking import probe
from evalharness.client.endpoints import Endpoint
from evalharness.commands import options
from evalharness.errors import Failure, UsageError
from evalharness.runs.folder import create_run, write_json
from evalharness.runs.summaries.task import TaskMetric, TaskSummary
from evalharness.runs.versions import SCHEMAS

NAME = "lm-eval"
HELP = "run a local task of lm-evaluation-harness against both endpoints"
TASKS = Path(__file__).parents[1] / "lm_eval" / "tasks"
PROGRAM = Path(".tandem/environments/lm-eval/bin/lm_eval")  # where `make lm-eval` puts it, but in its container
OFFLINE = {
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
SAID_LINES = 15  # of the program's output, when it fails


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_endpoint_arguments(parser)
    parser.add_argument(
        "--task",
        default="tandem_demo",
        metavar="TASK",
        help="a shipped task, or the YAML file of one whose rows are local (default: %(default)s)",
    )
    parser.add_argument(
        "--concurrency", type=options.positive, default=8, metavar="N", help="questions at a time (default: 8)"
    )
    parser.add_argument(
        "--program",
        type=Path,
        metavar="FILE",
        help=f"the lm_eval to run (default: {PROGRAM}, else the one on the PATH)",
    )
    options.add_run_arguments(parser)


def main(args: argparse.Namespace) -> int:
    endpoints, task, program = options.chosen_endpoints(args), task_file(args.task), program_file(args.program)
    for endpoint in endpoints:
        probe(endpoint)
    about = {
        "settings": {"task": str(args.task), "concurrency": args.concurrency},
        "endpoints": [endpoint.public() for endpoint in endpoints],
    }
    folder = create_run(args.runs, NAME, about)
    found = {}
    for endpoint in endpoints:
        print(f"{endpoint.name} is asked; what the program says: {folder / endpoint.name}.log", flush=True)
        _run(program, endpoint, task, args.concurrency, folder.absolute())
        found[endpoint.name] = results(folder / endpoint.name)
    summary = TaskSummary(schema=SCHEMAS[NAME], kind="lm-eval", task=task.stem, results=found)
    write_json(folder / "summary.json", summary)
    for name, metrics in found.items():
        for metric, value in metrics.items():
            print(f"{name}: {metric} {value.value} (standard error {value.stderr})")
    print(f"Everything asked and answered: {folder}")
    options.hand_on(args, folder)
    return 0


def program_file(given: Path | None) -> Path:
    """Raises UsageError where there is none."""
    on_path = shutil.which("lm_eval")
    program = given or (Path(on_path) if on_path and not PROGRAM.exists() else PROGRAM)
    if not program.exists():
        raise UsageError(f"--program {program}: not there; `make lm-eval` installs it")
    return program.absolute()


def task_file(name: str) -> Path:
    """Raises UsageError for what is neither shipped nor a file: a task by name alone would be downloaded."""
    for path in (TASKS / f"{name}.yaml", Path(name)):
        if path.is_file():
            return path.absolute()
    shipped = ", ".join(sorted(path.stem for path in TASKS.glob("*.yaml")))
    raise UsageError(f"--task {name}: no shipped task ({shipped}) and no file; tasks that download rows are not run")


def command(program: Path, endpoint: Endpoint, task: Path, concurrency: int, output: Path) -> list[str]:
    """Its command line; the key is not in it."""
    model = {
        "model": endpoint.model,
        "base_url": f"{endpoint.url}/chat/completions",
        "num_concurrent": str(concurrency),
    }
    words = [str(program), "run", "--model", "local-chat-completions"]
    words += ["--model_args", ",".join(f"{name}={value}" for name, value in model.items())]
    return [*words, "--apply_chat_template", "--tasks", task.name, "--log_samples", "--output_path", str(output)]


def variables(endpoint: Endpoint, cache: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    return {**inherited, **OFFLINE, "HF_HOME": str(cache), "OPENAI_API_KEY": endpoint.key or "none"}


def results(output: Path) -> dict[str, TaskMetric]:
    """The task's metrics by name, from what the program wrote."""
    [path] = output.rglob("results_*.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    [metrics] = found["results"].values()
    return {
        key.removesuffix(",none"): TaskMetric(value=value, stderr=metrics.get(key.replace(",", "_stderr,")))
        for key, value in metrics.items()
        if "," in key and "_stderr," not in key
    }


def _run(program: Path, endpoint: Endpoint, task: Path, concurrency: int, folder: Path) -> None:
    """Raises Failure with the end of what the program said."""
    words = command(program, endpoint, task, concurrency, folder / endpoint.name)
    with tempfile.TemporaryDirectory() as cache, (folder / f"{endpoint.name}.log").open("w+b") as log:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=task.parent,  # from where it takes the paths of its rows
            env=variables(endpoint, Path(cache), os.environ),
        )
        log.seek(0)
        said = endpoint.redacted(log.read().decode("utf-8", "replace"))
    if done.returncode:
        print("\n".join(said.splitlines()[-SAID_LINES:]), file=sys.stderr)
        raise Failure(f"lm_eval ended with {done.returncode}; all it said: {folder / endpoint.name}.log")
