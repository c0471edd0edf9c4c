"""Named steps with dependencies, run as soon as they can be, side by side, with their progress shown.

It knows nothing of what the steps do. The first failure keeps from beginning what has not begun; work under way, which
may be hours of it, goes on to its end. Ctrl-C ends that too.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Protocol


class NotAwaited(Exception):
    """Raised by a step that only waited, when another's failure made waiting pointless."""


class Display(Protocol):
    """What is told of the steps' progress."""

    def started(self, title: str) -> None: ...
    def at(self, title: str, line: str) -> None: ...
    def ended(self, title: str, error: BaseException | None) -> None: ...


@dataclass(frozen=True)
class Report:
    """Handed to a step: called with one line of what it is at. `over`: another failed, waiting has no point."""

    title: str
    display: Display
    stop: threading.Event

    def __call__(self, line: str) -> None:
        self.display.at(self.title, line)

    @property
    def over(self) -> bool:
        return self.stop.is_set()


@dataclass(frozen=True)
class Step:
    """`act` does the work; `after` names the steps that come first."""

    title: str
    act: Callable[[Report], None]
    after: Sequence[str] = ()


def run_steps(steps: Mapping[str, Step], display: Display, cancel: Callable[[], None] = lambda: None) -> None:
    """Raises what the first failing step raised. `cancel` ends work under way when this is interrupted."""
    order = TopologicalSorter({name: step.after for name, step in steps.items()})
    order.prepare()
    failure: BaseException | None = None
    stop = threading.Event()
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(max_workers=len(steps)) as pool:
        try:
            while order.is_active():
                if not failure:
                    for name in order.get_ready():
                        running[pool.submit(run_step, steps[name], display, stop)] = name
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    name = running.pop(future)
                    failure = failure or future.exception()
                    order.done(name)
                if failure:
                    stop.set()
        except BaseException:
            stop.set()
            cancel()
            raise
    if failure:
        raise failure


def run_step(step: Step, display: Display, stop: threading.Event) -> None:
    display.started(step.title)
    error: BaseException | None = None
    try:
        step.act(Report(step.title, display, stop))
    except BaseException as raised:
        error = raised
        raise
    finally:
        display.ended(step.title, error)
