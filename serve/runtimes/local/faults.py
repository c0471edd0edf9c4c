"""What can go wrong with a server that is processes of this machine, done on purpose.

It knows a process group, supervisord's own for each program, and signals; nothing of what is served.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from serve.runtimes.runtime import Faults

SLICE_SECONDS = 0.05  # stopped for one, running for one: half as fast


def of_group(leader: Callable[[], int]) -> Faults:
    """`leader` says the process that leads the group now: after a kill it is another."""

    def tell(what: signal.Signals) -> None:
        os.killpg(leader(), what)

    @contextmanager
    def killed() -> Iterator[None]:
        tell(signal.SIGKILL)
        yield

    @contextmanager
    def frozen() -> Iterator[None]:
        tell(signal.SIGSTOP)
        try:
            yield
        finally:
            tell(signal.SIGCONT)

    @contextmanager
    def slowed() -> Iterator[None]:
        group, over = leader(), threading.Event()

        def halve() -> None:
            while not over.is_set():
                os.killpg(group, signal.SIGSTOP)
                over.wait(SLICE_SECONDS)
                os.killpg(group, signal.SIGCONT)
                over.wait(SLICE_SECONDS)

        slowing = threading.Thread(target=halve)
        slowing.start()
        try:
            yield
        finally:
            over.set()
            slowing.join()

    return {"killed": killed, "frozen": frozen, "slowed to half": slowed}
