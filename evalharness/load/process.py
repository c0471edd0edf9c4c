"""Starts the load generator's process, tells it what to ask, and reads what it reports, block by block."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from threading import Timer
from typing import IO, Any

from evalharness.errors import Failure
from evalharness.load.profile import Batch, LoadPlan
from evalharness.runs.rows.load import BlockRow, RequestRow
from evalharness.runs.typed import parsed

ROOT = Path(__file__).parents[2]  # where `python -m evalharness…` finds the package
LINE: Any = RequestRow | BlockRow
START_SECONDS = 60.0  # importing Locust takes one or two on an idle machine


class LoadGenerator:
    """The process while it runs; `generating` makes one."""

    def __init__(self, plan: LoadPlan, process: "subprocess.Popen[str]", complaints: IO[str]) -> None:
        self.plan = plan
        self.process = process
        self.complaints = complaints
        with self._watched(START_SECONDS):
            self._say(asdict(plan))

    def block(self, batch: Batch) -> tuple[list[RequestRow], BlockRow]:
        """Has a block asked: the rows of its requests, and its own.

        Raises Failure when the process fails, or has not ended long after the block should have.
        """
        requests: list[RequestRow] = []
        # Beside the block, one request that wakes the server, and answers that are cut off.
        with self._watched(START_SECONDS + batch.limit_seconds + 2 * self.plan.patience_seconds):
            self._say(asdict(batch))
            for row in self._rows():
                if isinstance(row, BlockRow):
                    return requests, row
                requests.append(row)
        self.process.wait()
        raise self._failure()

    def finish(self) -> None:
        """Lets the process end. Raises Failure when it had something to complain of."""
        assert self.process.stdin
        with self._watched(START_SECONDS):
            with suppress(BrokenPipeError):
                self.process.stdin.close()
            self.process.wait()
        if self.process.returncode:
            raise self._failure()

    @contextmanager
    def _watched(self, limit: float) -> Iterator[None]:
        """Kills the process when the block of code takes longer than so many seconds, and raises Failure."""
        deadline = time.monotonic() + limit
        watchdog = Timer(limit, self.process.kill)
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()
        if time.monotonic() >= deadline:
            raise Failure(f"the load generator was stopped: it had not ended after {limit:g} seconds")

    def _rows(self) -> Iterator[RequestRow | BlockRow]:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.endswith("\n"):  # the last one is torn where the process was killed
                yield parsed(LINE, line.encode())

    def _say(self, words: Mapping[str, Any]) -> None:
        assert self.process.stdin
        with suppress(BrokenPipeError):  # if it died, its exit code says so
            self.process.stdin.write(json.dumps(words) + "\n")
            self.process.stdin.flush()

    def _failure(self) -> Failure:
        self.complaints.seek(0)
        last = self.complaints.read().rstrip().rpartition("\n")[2] or "it said nothing"
        return Failure(f"the load generator failed (exit code {self.process.returncode}): {last}")


@contextmanager
def generating(plan: LoadPlan) -> Iterator[LoadGenerator]:
    """The load generator, its users alive until the block ends, however that ends."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        # A session of its own: Ctrl-C is for this process, which then ends the generator itself.
        subprocess.Popen(
            [sys.executable, "-m", "evalharness.load.generator"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8:replace"},
            start_new_session=True,
        ) as process,
    ):
        try:
            generator = LoadGenerator(plan, process, complaints)
            yield generator
            generator.finish()
        finally:
            process.kill()
            with suppress(BrokenPipeError):
                if process.stdin:
                    process.stdin.close()
