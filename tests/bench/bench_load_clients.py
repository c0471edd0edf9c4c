"""How wrong is each load generator about the time to first token? `python -m tests.bench.bench_load_clients`

Tandem's Locust user, Locust's own HttpUser with requests' iter_lines (the usual way), and bare asyncio sockets (the
limit of what Python can do) take turns against the same server, each with all its users asking at once, batch by batch,
as a load test does. The error of a request is what the client measured
minus what the server knows: from having read the request to having sent the first token. Each figure is the best of
the rounds: whatever else the machine does only adds to it.
"""

import asyncio
import json
import subprocess
import sys
import time
from urllib.parse import urlsplit

from evalharness.load.process import generating
from evalharness.load.profile import Batch, LoadPlan, Target, chat_request
from tests.ground_truth import GroundTruth, serving

STREAMS, TOKENS = 64, 25
TTFT_SECONDS, ITL_SECONDS = 0.1, 0.02
ROUNDS, BATCHES = 3, 6  # the first of the batches is not counted
LIMIT = "asyncio sockets (the limit)"
CLIENTS = {
    "Tandem (FastHttpUser, readline)": None,
    "Locust HttpUser, iter_lines": "http_user",
    LIMIT: "sockets",
}


def main(times: int = ROUNDS) -> None:
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    found: dict[str, list[list[float]]] = {client: [] for client in CLIENTS}
    with serving(GroundTruth(ttft=TTFT_SECONDS, itl=ITL_SECONDS)) as truth:
        for number in range(times):
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


def run(rival: str | None, url: str) -> dict[str, float]:
    """The TTFT (seconds) that a client measured of each prompt after its first batch."""
    if rival is None:
        return ours(url)
    command = [sys.executable, "-m", "tests.bench.bench_load_clients", rival, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def ours(url: str) -> dict[str, float]:
    prompts = [(prompt(number), messages(number)) for number in range(STREAMS * BATCHES)]
    with generating(LoadPlan([Target("any", url, "any", {})], prompts, STREAMS, TOKENS)) as generator:
        batches = [
            generator.block(Batch(0, batch, "measured", numbers(batch), limit_seconds=60))[0]
            for batch in range(BATCHES)
        ]
    failed = [row for rows in batches for row in rows if row.error]
    assert not failed, failed[0]
    return {row.prompt: row.first_token for rows in batches[1:] for row in rows if row.first_token is not None}


def numbers(batch: int) -> list[int]:
    return [batch * STREAMS + user for user in range(STREAMS)]


def prompt(number: int) -> str:
    return f"prompt {number}"


def messages(number: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt(number)}]


def request(number: int) -> dict[str, object]:
    return chat_request("any", messages(number), TOKENS, prompt(number))


def brings_text(line: bytes) -> bool:
    if not line.startswith(b"data: {"):
        return False
    choices = json.loads(line[6:])["choices"]
    return bool(choices and choices[0]["delta"].get("content"))


def http_user(url: str) -> dict[str, float]:
    """What the documentation of Locust leads to."""
    import gevent
    from gevent.queue import Queue
    from locust import HttpUser, task
    from locust.env import Environment

    turns: list[Queue[int]] = []
    answers: Queue[tuple[int, float]] = Queue()

    class Rival(HttpUser):
        host = url

        def on_start(self) -> None:
            self.turns: Queue[int] = Queue()
            turns.append(self.turns)

        @task
        def chat(self) -> None:
            number = self.turns.get()
            began, first_token = time.perf_counter(), 0.0
            response = self.client.post("/chat/completions", json=request(number), stream=True)
            for line in response.iter_lines():
                now = time.perf_counter() - began
                if brings_text(line) and not first_token:
                    first_token = now
            answers.put((number, first_token))

    runner = Environment(user_classes=[Rival], stop_timeout=0).create_local_runner()
    runner.start(STREAMS, spawn_rate=STREAMS)
    while len(turns) < STREAMS:
        gevent.sleep(0.01)
    measured: dict[str, float] = {}
    for batch in range(BATCHES):
        for turn, number in zip(turns, numbers(batch), strict=True):
            turn.put(number)
        found = dict(answers.get() for _ in turns)
        measured |= {prompt(number): ttft for number, ttft in found.items()} if batch else {}
    runner.quit()
    return measured


async def sockets(url: str) -> dict[str, float]:
    """As little as a client can do: no HTTP library, no framework."""
    address, measured = urlsplit(url), {}
    users = [await asyncio.open_connection(address.hostname, address.port) for _ in range(STREAMS)]

    for batch in range(BATCHES):
        asked = numbers(batch)
        asking = (ask(*user, request(number)) for user, number in zip(users, asked, strict=True))
        ttfts = [ttft for _, ttft in await asyncio.gather(*asking)]
        measured |= dict(zip(map(prompt, asked), ttfts, strict=True)) if batch else {}
    for _, writer in users:
        writer.close()
    return measured


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: object) -> tuple[float, float]:
    """When it was sent, by time.perf_counter(), and the seconds until its first token."""
    body = json.dumps(request).encode()
    began, first_token = time.perf_counter(), 0.0
    writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    while not (line := await reader.readline()).startswith(b"0"):  # the last chunk of the body
        now = time.perf_counter() - began
        if brings_text(line) and not first_token:
            first_token = now
    await reader.readline()
    return began, first_token


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["http_user", url]:
            print(json.dumps(http_user(url)))
        case ["sockets", url]:
            print(json.dumps(asyncio.run(sockets(url))))
        case _:
            main()
