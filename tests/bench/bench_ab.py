"""What does the client cost that asks a set of prompts? `python -m tests.bench.bench_ab`

The same questions (1,000), as many at a time, to an endpoint that answers after a fixed latency: Tandem's eval and the
tools of rivals.py, each as a person runs it, start and report included. The limit is what the endpoint alone takes:
questions times latency over concurrency. The tools take turns; each figure is the best of the rounds, since whatever
else the machine does only adds to it.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.rivals import Command, Inspect, LmEval, Order, Promptfoo, bare_sockets, tandem

QUESTIONS, CONCURRENCY, LATENCY_SECONDS, ROUNDS = 1000, 10, 0.5, 3
LOOK_SECONDS = 0.1  # between looks at a client's memory


@dataclass(frozen=True)
class Cost:
    """Of one client: seconds by the clock, seconds of processor, and the most memory of all its processes together."""

    wall: float
    cpu: float
    memory: float


def main(questions: int = QUESTIONS, times: int = ROUNDS) -> None:
    from rich.console import Console
    from rich.table import Table

    console, limit = Console(width=100), questions * LATENCY_SECONDS / CONCURRENCY
    clients: dict[str, Callable[[Order], Command]] = {
        "Tandem eval": tandem,
        "bare sockets (this machine now)": bare_sockets,
    }
    for rival in (Promptfoo(), LmEval(), Inspect()):
        try:
            rival.install()
        except (OSError, subprocess.CalledProcessError) as error:
            said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            console.print(f"{rival.name} is left out, it did not install: {said[-1]}", markup=False)
        else:
            clients[rival.name] = rival.command

    costs: dict[str, list[Cost]] = {name: [] for name in clients}
    with endpoint(LATENCY_SECONDS) as url:
        for number in range(times):
            for name in reversed(clients) if number % 2 else clients:
                with tempfile.TemporaryDirectory() as folder:
                    prompts = [f"Question {n}: how does this end?" for n in range(questions)]
                    command = clients[name](Order(prompts, url, CONCURRENCY, Path(folder)))
                    costs[name].append(measured(command, Path(folder)))
                    assert command.right() == questions, f"{name} found {command.right()} of {questions} right"

    latency = f"{LATENCY_SECONDS * 1000:.0f} ms, {CONCURRENCY} at a time; limit {limit:.2f} s"
    table = Table(title=f"{questions} questions answered after {latency}")
    table.add_column("client", no_wrap=True)
    for heading in ("wall s", "to limit", "CPU s", "peak MB"):
        table.add_column(heading, justify="right")
    for name, rounds in costs.items():
        wall, cpu, memory = (min(getattr(cost, part) for cost in rounds) for part in ("wall", "cpu", "memory"))
        table.add_row(name, f"{wall:.2f}", f"{wall / limit:.3f} x", f"{cpu:.2f}", f"{memory / 1e6:.0f}")
    console.print(table)


@contextmanager
def endpoint(latency: float) -> Iterator[str]:
    """The base URL of fixed_latency.py, in a process of its own."""
    words = [sys.executable, "-m", "tests.bench.fixed_latency", str(latency)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        server.stdin.close()


def measured(command: Command, folder: Path) -> Cost:
    begun, peak, over = time.perf_counter(), [0], threading.Event()
    with (folder / "said").open("wb") as said:
        client = subprocess.Popen(
            command.words, env={**os.environ, **command.environment}, cwd=folder, stdout=said, stderr=subprocess.STDOUT
        )
    watch = threading.Thread(target=watch_memory, args=(client.pid, peak, over))
    watch.start()
    _, status, usage = os.wait4(client.pid, 0)
    wall = time.perf_counter() - begun
    client.returncode = os.waitstatus_to_exitcode(status)
    over.set()
    watch.join()
    assert client.returncode in (0, 100), (folder / "said").read_text()[-2000:]
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak[0])


def watch_memory(pid: int, peak: list[int], over: threading.Event) -> None:
    """Resident bytes of a process and all that it started, at most."""
    with suppress(psutil.NoSuchProcess):
        client = psutil.Process(pid)
        while not over.wait(LOOK_SECONDS):
            total = 0
            for process in (client, *client.children(recursive=True)):
                with suppress(psutil.Error):
                    total += process.memory_info().rss
            peak[0] = max(peak[0], total)


if __name__ == "__main__":
    main()
