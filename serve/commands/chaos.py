"""`make chaos`: load on base and tuned, and one server broken in every way the runtime knows, one after the other.

The harness puts the load on and concludes; what was done to which server it is told over its standard input.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from serve.commands.measure import measure
from serve.errors import Failure, UsageError
from serve.paths import Paths
from serve.runtimes.choice import runtime
from serve.runtimes.runtime import Runtime
from serve.settings import Settings

NAME = "chaos"
HELP = "under load, break a server in every way, and say what users saw and for how long"

LASTS_SECONDS = 10.0  # a fault that does not end by itself
BETWEEN_SECONDS = 10.0  # of plain load, before each fault and after the last
BACK_SECONDS = 300.0  # for a server to answer again
LOOK_SECONDS = 0.5


def main(settings: Settings, paths: Paths) -> int:
    if settings.mode.sleep:
        raise UsageError("make chaos breaks one server beside another, which MODE=swap puts to sleep; set MODE=pair")
    deployed = runtime(settings, paths)
    ready = deployed.states()
    for name in settings.mode.servers:
        if ready.get(name) != "ready":
            raise UsageError(f"{name} is {ready.get(name, 'down')}, and would have to answer; `make up` first")
    with breaking(deployed, settings.mode.servers[-1], paths) as failed:
        code = measure(NAME, settings, paths)
    if failed:
        raise failed[0]
    return code


@contextmanager
def breaking(deployed: Runtime, server: str, paths: Paths) -> Iterator[list[Failure]]:
    """Breaks a server once load is on, in a thread; what is started meanwhile reads of it on its standard input.

    Yields what went wrong with that. However the block ends, the server is left as it was.
    """
    reads, writes = os.pipe()
    ours, over, failed = os.dup(0), threading.Event(), list[Failure]()
    os.dup2(reads, 0)
    os.close(reads)
    before = runs(paths)

    def act() -> None:
        with os.fdopen(writes, "w") as tell:
            try:
                wait(lambda: any(loaded(paths, name) for name in runs(paths) - before), over)
                break_in_turn(deployed, server, tell, over)
            except Failure as error:
                failed.append(error)

    acting = threading.Thread(target=act)
    acting.start()
    try:
        yield failed
    finally:
        over.set()
        acting.join()
        os.dup2(ours, 0)
        os.close(ours)


def break_in_turn(deployed: Runtime, server: str, tell: TextIO, over: threading.Event) -> None:
    """Raises Failure when the server does not come back."""
    for name, fault in deployed.faults(server).items():
        if over.wait(BETWEEN_SECONDS):
            return
        began = ended = time.time()
        with fault():
            if name != "killed":  # which is over as soon as it is done
                over.wait(LASTS_SECONDS)
                ended = time.time()
        told = {"fault": name, "server": server, "began": began, "ended": ended}
        print(json.dumps(told), file=tell, flush=True)
        if not wait(lambda: deployed.states()[server] == "ready", over):
            raise Failure(f"{server} was {name} and has not answered since; `make logs` says why")
    over.wait(BETWEEN_SECONDS)


def wait(fact: Callable[[], bool], over: threading.Event) -> bool:
    """Whether it came true in time; True too where nobody waits for it any more."""
    deadline = time.monotonic() + BACK_SECONDS
    while not over.is_set() and not fact():
        if time.monotonic() > deadline:
            return False
        over.wait(LOOK_SECONDS)
    return True


def runs(paths: Paths) -> set[str]:
    return {folder.name for folder in paths.runs.glob(f"*-{NAME}*")}


def loaded(paths: Paths, run: str) -> bool:
    """Whether an answer has come: the load is on."""
    rows = paths.runs / run / "requests.jsonl"
    return rows.exists() and rows.stat().st_size > 0
