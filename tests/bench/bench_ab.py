"""What does the A/B client cost? `python -m tests.bench.bench_ab`

The same short prompts against two endpoints that answer after a known latency, once by Tandem's eval and once one
after the other with plain `requests`, in one run. The limit is what the endpoints alone take: questions times
latency over concurrency. Each figure is the best of three rounds: whatever else the machine does only adds to it.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import requests

from evalharness import ab_run
from evalharness.endpoints import Endpoint
from evalharness.runs import Row
from tests.ground_truth import GroundTruth, serving

PROMPTS, CONCURRENCY, LATENCY_SECONDS, ROUNDS = 200, 16, 0.1, 3


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{PROMPTS} prompts to two endpoints that answer after {LATENCY_SECONDS * 1000:.0f} ms")
    for heading, justify in (("client", "left"), ("wall s", "right"), ("limit s", "right"), ("to limit", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    clients: dict[str, tuple[Callable[[list[Endpoint]], None], int]] = {
        f"Tandem eval, {CONCURRENCY} at a time": (tandem, CONCURRENCY),
        "requests, one at a time": (one_at_a_time, 1),
    }
    with serving(GroundTruth(latency=LATENCY_SECONDS)) as truth:
        endpoints = [Endpoint(name, truth.url, name) for name in ("base", "tuned")]
        for name, (ask, concurrency) in clients.items():
            limit = 2 * PROMPTS * LATENCY_SECONDS / concurrency
            wall = min(timed(ask, endpoints) for _ in range(ROUNDS if concurrency > 1 else 1))
            table.add_row(name, f"{wall:.2f}", f"{limit:.2f}", f"{wall / limit:.3f} x")
    Console(width=100).print(table)


def prompts() -> list[Row]:
    return [
        {"suite": "s", "id": str(n), "messages": [{"role": "user", "content": f"prompt {n}"}],
         "sampling": {"temperature": 0, "max_tokens": 8}, "checks": [{"type": "equals", "value": "end"}], "tags": []}
        for n in range(PROMPTS)
    ]  # fmt: skip


def tandem(endpoints: list[Endpoint]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        jobs = [ab_run.Job(prompt, endpoints) for prompt in prompts()]
        ab_run.write_answers(Path(folder), jobs, CONCURRENCY, lambda: None)
        assert len((Path(folder) / "answers.jsonl").read_text().splitlines()) == 2 * PROMPTS


def one_at_a_time(endpoints: list[Endpoint]) -> None:
    session = requests.Session()
    for prompt in prompts():
        for endpoint in endpoints:
            body = {"model": endpoint.model, "messages": prompt["messages"], **prompt["sampling"], "stream": False}
            session.post(f"{endpoint.url}/chat/completions", json=body, timeout=10).raise_for_status()


def timed(ask: Callable[[list[Endpoint]], None], endpoints: list[Endpoint]) -> float:
    begun = time.perf_counter()
    ask(endpoints)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
