"""The load generators' processes: starts them, tells them what to probe, and reads what they report.

More than one share the arrivals of a probe, every so manieth each; their rows are put together, not their percentiles.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from queue import Empty, Queue
from typing import IO, Any

from evalharness.errors import Failure
from evalharness.load.capacity.plan import Order, Plan, Pulse
from evalharness.runs.rows.capacity import ScheduledRow
from evalharness.runs.typed import parsed

ROOT = Path(__file__).parents[3]  # where `python -m evalharness…` finds the package
LINE: Any = ScheduledRow | Pulse
SILENCE = 30.0  # seconds without a pulse, which come four times in one


class Generators:
    """The processes while they run; `generating` makes them."""

    def __init__(self, plan: Plan, processes: list["subprocess.Popen[str]"], complaints: list[IO[str]]) -> None:
        self.processes, self.complaints = processes, complaints
        self.said: Queue[tuple[int, ScheduledRow | Pulse | None]] = Queue()
        for number, process in enumerate(processes):
            threading.Thread(target=self._read, args=(number, process), daemon=True).start()
            self._say(process, asdict(plan))

    def probe(self, order: Order) -> Iterator[tuple[int, ScheduledRow | Pulse]]:
        """Every row and pulse with the number of its process, until each has sent its last. See `enough`.

        Raises Failure when a process fails.
        """
        for part, process in enumerate(self.processes):
            self._say(process, asdict(replace(order, part=part, of=len(self.processes))))
        left = len(self.processes)
        while left:
            try:
                number, row = self.said.get(timeout=SILENCE)
            except Empty:
                raise Failure(f"the load generator was silent for {SILENCE:g} seconds") from None
            if row is None:
                raise self._failure(number)
            left -= isinstance(row, Pulse) and row.final
            yield number, row

    def enough(self) -> None:
        """Ends the probe: what is under way is let go."""
        for process in self.processes:
            self._say(process, None)

    def _read(self, number: int, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        for line in process.stdout:
            if line.endswith("\n"):
                self.said.put((number, parsed(LINE, line.encode())))
        self.said.put((number, None))

    def _say(self, process: "subprocess.Popen[str]", words: Any) -> None:
        assert process.stdin
        with suppress(BrokenPipeError):  # if it died, its exit code says so
            process.stdin.write(json.dumps(words) + "\n")
            process.stdin.flush()

    def _failure(self, number: int) -> Failure:
        code = self.processes[number].wait()
        self.complaints[number].seek(0)
        last = self.complaints[number].read().rstrip().rpartition("\n")[2] or "it said nothing"
        return Failure(f"the load generator failed (exit code {code}): {last}")


@contextmanager
def generating(plan: Plan, processes: int) -> Iterator[Generators]:
    """So many load generators, alive until the block ends, however that ends."""
    with ExitStack() as stack:
        started: list[subprocess.Popen[str]] = []
        complaints: list[IO[str]] = []
        for _ in range(processes):
            complaint = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
            process = subprocess.Popen(
                [sys.executable, "-m", "evalharness.load.capacity.generator"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaint,
                encoding="utf-8",
                env={**os.environ, "PYTHONIOENCODING": "utf-8:replace"},
                start_new_session=True,  # Ctrl-C is for this process, which then ends the generator itself
            )
            stack.callback(_end, process)
            started.append(process)
            complaints.append(complaint)
        yield Generators(plan, started, complaints)


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
