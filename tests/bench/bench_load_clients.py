"""How wrong is each load generator about the time to first token? `python -m tests.bench.bench_load_clients`

Tandem's Locust user, Locust's own HttpUser with requests' iter_lines (the usual way), and bare asyncio sockets (the
limit of what Python can do) take turns against the same server. The error of a request is what the client measured
minus what the server knows: from having read the request to having sent the first token. Each figure is the best of
three rounds: whatever else the machine does only adds to it.
"""

import asyncio
import itertools
import json
import subprocess
import sys
import time
from dataclasses import asdict
from urllib.parse import urlsplit

from evalharness.load.profile import RoundPlan, chat_request
from tests.ground_truth import GroundTruth, serving

STREAMS, TOKENS = 64, 25
TTFT_SECONDS, ITL_SECONDS = 0.1, 0.02
ROUNDS, WARMUP_SECONDS, WINDOW_SECONDS = 3, 0.6, 3.0
LIMIT = "asyncio sockets (the limit)"
CLIENTS = {
    "Tandem (FastHttpUser, readline)": ["evalharness.load.generator"],
    "Locust HttpUser, iter_lines": ["tests.bench.bench_load_clients", "http_user"],
    LIMIT: ["tests.bench.bench_load_clients", "sockets"],
}


def main() -> None:
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    found: dict[str, list[list[float]]] = {client: [] for client in CLIENTS}
    with serving(GroundTruth(ttft=TTFT_SECONDS, itl=ITL_SECONDS)) as truth:
        for number in range(ROUNDS):
            for client in reversed(CLIENTS) if number % 2 else CLIENTS:
                truth.served.clear()
                measured = run(CLIENTS[client], truth.url)
                known = {served.prompt: served.ttft for served in truth.served}
                errors = [(ttft - known[prompt]) * 1000 for prompt, ttft in measured.items()]
                found[client].append(list(np.percentile(errors, [50, 90, 99])))

    table = Table(title=f"TTFT error in ms, {STREAMS} streams, {ITL_SECONDS * 1000:.0f} ms between tokens")
    table.add_column("client", no_wrap=True)
    for heading in ("p50", "p90", "p99", "p50 to limit", "p99 to limit"):
        table.add_column(heading, justify="right")
    best = {client: np.min(rounds, axis=0) for client, rounds in found.items()}
    for client, (p50, p90, p99) in best.items():
        ratios = (f"{ratio:.1f} x" for ratio in (best[client] / best[LIMIT])[[0, 2]])
        table.add_row(client, f"{p50:.2f}", f"{p90:.2f}", f"{p99:.2f}", *ratios)
    Console(width=100).print(table)


def run(module: list[str], url: str) -> dict[str, float]:
    """The TTFT (seconds) that a client measured of each prompt after its warm-up."""
    prompts = [(f"prompt {n}", [{"role": "user", "content": f"prompt {n}"}]) for n in range(5000)]
    plan = RoundPlan("any", 1, url, "any", {}, prompts, STREAMS, WARMUP_SECONDS, WINDOW_SECONDS, TOKENS)
    done = subprocess.run(
        [sys.executable, "-m", *module],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line for line in map(json.loads, done.stdout.splitlines()) if "prompt" in line]
    failed = [row for row in rows if row["error"]]
    assert not failed, failed[0]
    return {row["prompt"]: row["first_token"] for row in rows if row["phase"] == "measured"}


def report(plan: RoundPlan, prompt: str, began: float, first_token: float, ends: float) -> None:
    phase = "warmup" if began < ends - plan.seconds else "measured"
    print(
        json.dumps({"prompt": prompt, "first_token": first_token, "phase": phase, "error": None}),
        flush=True,
    )


def brings_text(line: bytes) -> bool:
    if not line.startswith(b"data: {"):
        return False
    choices = json.loads(line[6:])["choices"]
    return bool(choices and choices[0]["delta"].get("content"))


def http_user(plan: RoundPlan) -> None:
    """What the documentation of Locust leads to."""
    import gevent
    from locust import HttpUser, task
    from locust.env import Environment

    numbers, arrived = itertools.count(), itertools.count()
    ends = time.perf_counter() + plan.warmup_seconds + plan.seconds

    class Rival(HttpUser):
        host = plan.url

        def on_start(self) -> None:
            gevent.sleep(plan.warmup_seconds / 2 * next(arrived) / plan.users)

        @task
        def chat(self) -> None:
            prompt, messages = plan.prompts[next(numbers)]
            body = chat_request(plan.model, messages, plan.output_tokens, prompt)
            began, first_token = time.perf_counter(), 0.0
            response = self.client.post("/chat/completions", json=body, stream=True)
            for line in response.iter_lines():
                now = time.perf_counter() - began
                if brings_text(line) and not first_token:
                    first_token = now
            report(plan, prompt, began, first_token, ends)

    runner = Environment(user_classes=[Rival], stop_timeout=60).create_local_runner()
    runner.start(plan.users, spawn_rate=plan.users)
    gevent.sleep(plan.warmup_seconds + plan.seconds)
    runner.quit()


async def sockets(plan: RoundPlan) -> None:
    """As little as a client can do: no HTTP library, no framework."""
    numbers, address = itertools.count(), urlsplit(plan.url)
    ends = time.perf_counter() + plan.warmup_seconds + plan.seconds

    async def user(index: int) -> None:
        await asyncio.sleep(plan.warmup_seconds / 2 * index / plan.users)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while time.perf_counter() < ends:
            prompt, messages = plan.prompts[next(numbers)]
            body = json.dumps(chat_request(plan.model, messages, plan.output_tokens, prompt)).encode()
            began, first_token = time.perf_counter(), 0.0
            writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            while not (line := await reader.readline()).startswith(b"0"):  # the last chunk of the body
                now = time.perf_counter() - began
                if brings_text(line) and not first_token:
                    first_token = now
            await reader.readline()
            report(plan, prompt, began, first_token, ends)
        writer.close()

    await asyncio.gather(*(user(index) for index in range(plan.users)))


if __name__ == "__main__":
    if sys.argv[1:] == ["http_user"]:
        http_user(RoundPlan(**json.load(sys.stdin)))
    elif sys.argv[1:] == ["sockets"]:
        asyncio.run(sockets(RoundPlan(**json.load(sys.stdin))))
    else:
        main()
