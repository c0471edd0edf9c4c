"""What a vLLM server counts about itself (GET /metrics), read once a second while it is probed.

An endpoint need not be vLLM: one that has no such page is simply not read.
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import requests

from evalharness.client.endpoints import Endpoint
from evalharness.runs.rows.capacity import ServerRow

EVERY = 1.0
TIMEOUT = 2.0
SAMPLE = re.compile(r"^(vllm:\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
NAMES = {
    "vllm:num_requests_running": "running",
    "vllm:num_requests_waiting": "waiting",
    "vllm:kv_cache_usage_perc": "kv_cache",
    "vllm:num_preemptions_total": "preemptions",
    "vllm:prefix_cache_queries_total": "prefix_queries",
    "vllm:prefix_cache_hits_total": "prefix_hits",
    "vllm:prompt_tokens_total": "prompt_tokens",
    "vllm:generation_tokens_total": "output_tokens",
    "vllm:time_to_first_token_seconds_sum": "ttft_sum",
    "vllm:time_to_first_token_seconds_count": "ttft_count",
}


def counted(page: str) -> Mapping[str, float] | None:
    """The figures of a metrics page by their names in a ServerRow, engines added up; None if it is not vLLM's."""
    found = dict.fromkeys(NAMES.values(), 0.0)
    seen = set()
    for name, _, value in SAMPLE.findall(page):
        if name in NAMES:
            found[NAMES[name]] += float(value)
            seen.add(name)
    return found if {"vllm:num_requests_running", "vllm:num_requests_waiting"} <= seen else None


class Server:
    """One endpoint's metrics page."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(endpoint.headers)

    def read(self) -> Mapping[str, float] | None:
        """None where there is none, or none in time."""
        try:
            page = self.session.get(
                f"{self.endpoint.url.removesuffix('/v1')}/metrics", timeout=TIMEOUT, allow_redirects=False
            )
            return counted(page.text) if page.status_code == 200 else None
        except (requests.RequestException, ValueError):
            return None

    def idle(self, patience: float) -> None:
        """Returns when nothing runs or waits there, or after so many seconds."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            found = self.read()
            if found is None or found["running"] + found["waiting"] == 0:
                return
            time.sleep(0.1)

    @contextmanager
    def watched(self, probe: int) -> Iterator[list[ServerRow]]:
        """Rows of what the server counted while the block runs: at its beginning, once a second, at its end."""
        rows: list[ServerRow] = []
        over, began = threading.Event(), time.monotonic()

        def note() -> None:
            at = time.monotonic() - began
            if found := self.read():
                rows.append(ServerRow(endpoint=self.endpoint.name, probe=probe, at=round(at, 3), **found))

        def watch() -> None:
            while not over.wait(EVERY):
                note()

        note()
        watcher = threading.Thread(target=watch, daemon=True) if rows else None
        if watcher:
            watcher.start()
        try:
            yield rows
        finally:
            over.set()
            if watcher:
                watcher.join()
                note()
