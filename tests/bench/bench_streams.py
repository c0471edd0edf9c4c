"""How wrong is each client about hundreds of streams, on one core? `python -m tests.bench.bench_streams`

Every client keeps as many streams going, 50 tokens each at 50 tokens/s, against a server that knows when it received
and sent everything; the server has one core, the client the other. Of what each says of itself:

    TTFT error   p99 of the TTFT that it reports, less the p99 that the server knows of the same requests
    kept         how much of the time its streams were streams: by the server, from the first wave's end until the
                 last request comes; what is missing, the client took to ask again

The first wave, in which all connect at once, counts for neither.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.stream_rivals import CLIENTS, Order
from tests.bench.streaming import TTFT_SECONDS

STREAMS = (256, 512)
WAVES = 8  # requests a stream
LIMIT_SECONDS = 240
Served = list[tuple[float, float, float]]


class Server:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdin
        assert process.stdout
        self.tell, self.said = process.stdin, process.stdout
        self.url = f"http://127.0.0.1:{int(self.said.readline())}/v1"

    def served(self) -> Served:
        """Since this was asked before, in the order in which they came."""
        print(file=self.tell, flush=True)
        return sorted((received, first, ended) for received, first, ended in json.loads(self.said.readline()))


@contextmanager
def server(core: str, *timing: float) -> Iterator[Server]:
    """On one core; `timing` is its TTFT and ITL where they are not the usual ones."""
    words = ["taskset", "--cpu-list", core, sys.executable, "-m", "tests.bench.streaming", *map(str, timing)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        found = Server(process)
        yield found
        found.tell.close()


def p99(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


def kept(served: Served, streams: int) -> float:
    """The share of the time of so many streams in which an answer was under way, between the first wave and the end."""
    begin = max(ended for _, _, ended in served[:streams])
    end = max(received for received, _, _ in served)
    busy = sum(max(0.0, min(ended, end) - max(received, begin)) for received, _, ended in served)
    return busy / (streams * (end - begin))


def main(streams: Sequence[int] = STREAMS, waves: int = WAVES) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=100)
    table = Table(title=f"On one core: streams of 50 tokens/s, TTFT {TTFT_SECONDS * 1000:.0f} ms")
    table.add_column("client", no_wrap=True)
    for heading in ("streams", "requests", "TTFT p99 error", "kept"):
        table.add_column(heading, justify="right")
    there = []
    for client in CLIENTS:
        try:
            client.install()
            there.append(client)
        except (OSError, subprocess.CalledProcessError) as error:
            said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            console.print(f"{client.name} is left out, it did not install: {said[-1]}", markup=False)
    served_on, *_, asked_from = sorted(os.sched_getaffinity(0))
    for count in streams:
        for client in there:
            with server(str(served_on)) as truth, tempfile.TemporaryDirectory() as folder:
                order = Order(count, count * waves, truth.url, Path(folder))
                run = client.run(order)
                words = ["taskset", "--cpu-list", str(asked_from), *run.words]
                said = Path(folder) / "said"
                with said.open("w") as output:
                    done = subprocess.run(
                        words,
                        env={**os.environ, **run.environment},
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        timeout=LIMIT_SECONDS,
                        check=False,
                    )
                assert done.returncode == 0, f"{client.name}: {said.read_text()[-3000:]}"
                known = truth.served()
                known = known[-count * waves :]  # what is asked before, to see whether the server is there, is left out
                reported = [ttft for _, ttft in sorted(client.found(order))][count:]
                error = p99(reported) - p99([first - received for received, first, _ in known[count:]])
                share = f"{kept(known, count):.1%}"
                table.add_row(client.name, str(count), str(len(reported)), f"{error * 1000:.1f} ms", share)
    console.print(table)


if __name__ == "__main__":
    main()
