"""Tandem's own clients, and bare sockets, who keep so many streams going: what bench_streams.py runs on one core.

    python -m tests.bench.stream_clients load|capacity|sockets URL STREAMS REQUESTS FILE

Into the file goes of each request when it was sent and its TTFT, in seconds.
"""

import asyncio
import json
import sys
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from evalharness.load.capacity.plan import Order, Plan, Question
from evalharness.load.capacity.process import generating
from evalharness.load.profile import LoadPlan, Target, chat_request
from evalharness.load.steady import steady_load
from evalharness.runs.rows.capacity import ScheduledRow
from evalharness.runs.rows.load import RequestRow
from tests.bench.bench_load_clients import ask, messages
from tests.bench.streaming import TOKENS


def load(url: str, streams: int, requests: int) -> list[tuple[float, float]]:
    found, enough = list[tuple[float, float]](), Event()

    def take(row: RequestRow) -> None:
        assert row.error is None, row.error
        assert row.first_token
        found.append((row.started, row.first_token))
        if len(found) >= requests:
            enough.set()

    prompts = [(f"prompt {number}", messages(number)) for number in range(requests)]
    with steady_load(LoadPlan([Target("any", url, "any", {})], prompts, streams, TOKENS), take):
        assert enough.wait(600)
    return found[:requests]


def capacity(url: str, streams: int, requests: int) -> list[tuple[float, float]]:
    questions = [Question(f"prompt {number}", messages(number), TOKENS) for number in range(requests)]
    plan = Plan([Target("any", url, "any", {})], [questions], "closed", salt="salt", warm=False)
    found = list[tuple[float, float]]()
    with generating(plan, 1) as generators:
        for _, row in generators.probe(Order(side=0, probe=1, level=streams, seed=0)):
            if not isinstance(row, ScheduledRow):
                continue
            assert row.error is None, row.error
            assert row.first_token
            found.append((row.due, row.first_token))
            if len(found) == requests:
                generators.enough()
    return found[:requests]


async def sockets(url: str, streams: int, requests: int) -> list[tuple[float, float]]:
    address, found, left = urlsplit(url), list[tuple[float, float]](), iter(range(requests))

    async def user() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for number in left:
            found.append(await ask(reader, writer, chat_request("any", messages(number), TOKENS, "salt")))
        writer.close()

    await asyncio.gather(*(user() for _ in range(streams)))
    return found


if __name__ == "__main__":
    kind, url, streams, requests, file = sys.argv[1:]
    wanted = url, int(streams), int(requests)
    starts = asyncio.run(sockets(*wanted)) if kind == "sockets" else {"load": load, "capacity": capacity}[kind](*wanted)
    Path(file).write_text(json.dumps(starts))
