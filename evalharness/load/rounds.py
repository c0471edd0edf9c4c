"""Starts the load generator's process for a round and passes on what it reports, line by line."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Timer
from typing import Any

from evalharness.errors import Failure
from evalharness.load.profile import RoundPlan
from evalharness.runs.rows import RequestRow, RoundRow
from evalharness.runs.typed import parsed

ROOT = Path(__file__).parents[2]  # where `python -m evalharness…` finds the package
LINE: Any = RequestRow | RoundRow
START_SECONDS = 60.0  # importing Locust takes one or two on an idle machine


def run_round(plan: RoundPlan) -> Generator[RequestRow | RoundRow]:
    """The generator's rows as they are written: one for each request, that of the round at the end.

    The process ends with the iteration, however that ends. Raises Failure when it fails or outlives its plan.
    """
    command = [sys.executable, "-m", "evalharness.load.generator"]
    limit = START_SECONDS + plan.warmup_seconds + plan.seconds + 2 * plan.patience_seconds
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        # A session of its own: Ctrl-C is for this process, which then ends the generator itself.
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8:replace"},
            start_new_session=True,
        ) as process,
    ):
        assert process.stdin and process.stdout
        deadline = time.monotonic() + limit
        watchdog = Timer(limit, process.kill)
        watchdog.start()
        try:
            with suppress(BrokenPipeError), process.stdin as stdin:  # if it died, its exit code says so below
                json.dump(asdict(plan), stdin)
            for line in process.stdout:
                if line.endswith("\n"):  # the last one is torn where the process was killed
                    yield parsed(LINE, line.encode())
            if process.wait() != 0:
                if time.monotonic() >= deadline:
                    raise Failure(f"the load generator was stopped: it had not ended after {limit:g} seconds")
                complaints.seek(0)
                last = complaints.read().rstrip().rpartition("\n")[2]
                raise Failure(
                    f"the load generator failed (exit code {process.returncode}): {last or 'it said nothing'}"
                )
        finally:
            watchdog.cancel()
            process.kill()
