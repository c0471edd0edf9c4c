"""The other tools that ask an endpoint a set of prompts: how each is installed, and told to ask ours.

Each gets an environment of its own under .tandem/bench, with the version that is pinned here. bench_ab.py runs and
measures them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from serve import environments
from serve.environments import Environment

HOME = Path(".tandem/bench").absolute()
UV = Path(".tandem/environments/uv").absolute()
QUESTION = {"temperature": 0, "max_tokens": 8}
ANSWER = "end"  # what the bench's endpoint says to everything
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_DATASETS_TRUST_REMOTE_CODE": "0"}


@dataclass(frozen=True)
class Order:
    """What every client is to do: so many questions at a time, to this base URL, its files in this folder."""

    prompts: Sequence[str]
    url: str
    concurrency: int
    folder: Path


@dataclass(frozen=True)
class Command:
    """A command line to be timed, and how many questions it has then asked and found right."""

    words: list[str]
    right: Callable[[], int]
    environment: dict[str, str] = field(default_factory=dict)


def tandem(order: Order) -> Command:
    """Half of the prompts to each of two endpoints that are one server, so that all clients ask equally much."""
    prompts = [
        {
            "id": f"p{number}",
            "messages": [{"role": "user", "content": prompt}],
            "checks": [{"type": "equals", "value": ANSWER}],
        }
        for number, prompt in enumerate(order.prompts[: len(order.prompts) // 2])
    ]
    suite = {
        "suite": "bench",
        "version": 1,
        "title": "the bench's prompts",
        "purpose": "descriptive",
        "sampling": QUESTION,
        "prompts": prompts,
    }
    (order.folder / "suite.yaml").write_text(yaml.safe_dump(suite))
    words = [sys.executable, "-m", "evalharness", "eval", "--suites", str(order.folder / "suite.yaml")]
    words += ["--runs", str(order.folder / "runs"), "--concurrency", str(order.concurrency)]
    words += ["--url", f"base={order.url}", "--url", f"tuned={order.url}"]

    def right() -> int:
        [path] = (order.folder / "runs").glob("*/summary.json")
        metric = json.loads(path.read_text())["suites"][0]["metrics"][0]
        return int(metric["first"]["passed"]) + int(metric["second"]["passed"])

    return Command(words, right, {"PYTHONPATH": str(Path.cwd())})


def bare_sockets(order: Order) -> Command:
    port = str(urlsplit(order.url).port)
    words = [sys.executable, "-m", "tests.bench.bare_sockets", port, str(len(order.prompts)), str(order.concurrency)]
    return Command(words, lambda: len(order.prompts), {"PYTHONPATH": str(Path.cwd())})


class Python:
    """A rival from the Python package registry."""

    requirements: Sequence[str]
    name: str

    @property
    def bin(self) -> Path:
        return HOME / self.name / "bin"

    def install(self) -> None:
        """Raises CalledProcessError when it cannot be had."""
        asked, log = (HOME / f"{self.name}.{kind}" for kind in ("txt", "log"))
        asked.parent.mkdir(parents=True, exist_ok=True)
        asked.write_text("".join(f"{requirement}\n" for requirement in self.requirements))
        try:
            environments.install(Environment(HOME / self.name, asked), environments.fetch_uv(UV), log)
        except subprocess.CalledProcessError as error:
            error.stderr = log.read_text() if log.exists() else None
            raise


class LmEval(Python):
    name, requirements = "lm-evaluation-harness", ("lm-eval[api]==0.4.13",)

    def command(self, order: Order) -> Command:
        rows = "".join(json.dumps({"question": prompt, "answer": ANSWER}) + "\n" for prompt in order.prompts)
        (order.folder / "rows.jsonl").write_text(rows)
        task = {
            "task": "bench",
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(order.folder / "rows.jsonl")}},
            "test_split": "test",
            "output_type": "generate_until",
            "doc_to_text": "{{question}}",
            "doc_to_target": "{{answer}}",
            "generation_kwargs": {"until": [], "max_gen_toks": 8, "do_sample": False},
            "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
        }
        (order.folder / "bench.yaml").write_text(yaml.safe_dump(task))
        arguments = f"model=base,base_url={order.url}/chat/completions,num_concurrent={order.concurrency}"
        words = [str(self.bin / "lm_eval"), "run", "--model", "local-chat-completions", "--model_args", arguments]
        words += ["--tasks", "bench", "--include_path", str(order.folder), "--apply_chat_template"]
        words += ["--output_path", str(order.folder / "out")]

        def right() -> int:
            [path] = (order.folder / "out").rglob("results_*.json")
            return round(json.loads(path.read_text())["results"]["bench"]["exact_match,none"] * len(order.prompts))

        return Command(words, right, {**OFFLINE, "HF_HOME": str(order.folder / "hf"), "OPENAI_API_KEY": "none"})


class Inspect(Python):
    name, requirements = "Inspect", ("inspect-ai==0.3.285", "openai")

    def command(self, order: Order) -> Command:
        rows = "".join(json.dumps({"input": prompt, "target": ANSWER}) + "\n" for prompt in order.prompts)
        (order.folder / "rows.jsonl").write_text(rows)
        (order.folder / "bench.py").write_text(
            "from inspect_ai import Task, task\n"
            "from inspect_ai.dataset import json_dataset\n"
            "from inspect_ai.scorer import exact\n\n\n"
            "@task\n"
            "def bench():\n"
            f"    return Task(dataset=json_dataset({str(order.folder / 'rows.jsonl')!r}), scorer=exact())\n"
        )
        words = [str(self.bin / "inspect"), "eval", "bench.py", "--model", "openai-api/local/base"]
        words += ["--max-connections", str(order.concurrency), "--temperature", "0", "--max-tokens", "8"]
        words += ["--display", "none", "--log-dir", str(order.folder / "logs"), "--log-format", "json"]

        def right() -> int:
            [path] = (order.folder / "logs").glob("*.json")
            score = json.loads(path.read_text())["results"]["scores"][0]
            return round(score["metrics"]["mean"]["value"] * len(order.prompts))

        environment = {"LOCAL_API_KEY": "none", "LOCAL_BASE_URL": order.url, "XDG_DATA_HOME": str(order.folder)}
        return Command(words, right, environment)


class Promptfoo:
    name = "promptfoo"
    packages = ("promptfoo@0.123.1", "node@22.23.3")  # it needs a Node that is newer than many a machine's

    @property
    def bin(self) -> Path:
        return HOME / self.name / "node_modules" / ".bin"

    def install(self) -> None:
        mark = HOME / self.name / "installed"
        if mark.exists() and mark.read_text() == str(self.packages):
            return
        mark.parent.mkdir(parents=True, exist_ok=True)
        (mark.parent / "package.json").write_text("{}")
        run(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(mark.parent), *self.packages])
        mark.write_text(str(self.packages))

    def command(self, order: Order) -> Command:
        provider = {"id": "openai:chat:base", "config": {"apiBaseUrl": order.url, "apiKey": "none", **QUESTION}}
        config = {
            "prompts": ["{{question}}"],
            "providers": [provider],
            "defaultTest": {"assert": [{"type": "equals", "value": ANSWER}]},
            "tests": [{"vars": {"question": prompt}} for prompt in order.prompts],
        }
        (order.folder / "promptfooconfig.yaml").write_text(yaml.safe_dump(config))
        words = [str(self.bin / "node"), str(self.bin / "promptfoo"), "eval"]
        words += ["-c", str(order.folder / "promptfooconfig.yaml"), "-j", str(order.concurrency)]
        words += ["--no-cache", "--no-progress-bar", "--no-table", "--no-share", "-o", str(order.folder / "out.json")]

        def right() -> int:
            return int(json.loads((order.folder / "out.json").read_text())["results"]["stats"]["successes"])

        environment = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "PROMPTFOO_CONFIG_DIR": str(order.folder / "promptfoo"),
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        }
        return Command(words, right, environment)


def run(words: Sequence[str]) -> None:
    subprocess.run(words, check=True, capture_output=True, text=True)
