"""Waiting until what was started answers: written once, for processes and containers alike.

It knows of a program what a runtime hands in, and starts nothing.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serve import logs
from serve.errors import Failure
from serve.modes import VARIANTS
from serve.services import catalog, health
from serve.settings import Settings
from serve.steps import NotAwaited, Report

START_TIMEOUT = 1800.0  # seconds until a server must have answered: a large model, compiled for the first time
POLL = 1.0  # seconds


@dataclass(frozen=True)
class Started:
    """A service that has been started. `ended`: whether it has ended since, be it to be started again; `why` says it in
    a line where its log does not. `lines` are the last of its log, which is to be found at `log`.
    """

    name: str
    log: str
    ready: Callable[[], bool]
    ended: Callable[[], bool]
    stop: Callable[[], None]
    lines: Callable[[], Sequence[str]]
    why: Callable[[], str | None] = lambda: None


def await_ready(started: Started, report: Report) -> None:
    """Returns when a service answers. Raises Failure when it ended instead, with its last words."""
    deadline = time.monotonic() + START_TIMEOUT
    while not started.ready():
        if report.over:
            raise NotAwaited
        if started.ended():
            words = started.why() or logs.last_words(started.lines())
            started.stop()  # else it would be started for ever, to the same end
            raise Failure(f"{started.name} does not start: {words}; see {started.log}")
        if time.monotonic() > deadline:
            raise Failure(f"{started.name} has not answered within {START_TIMEOUT:.0f} s; see {started.log}")
        report(logs.last_line(started.lines()))
        time.sleep(POLL)


def await_chat(webui: Started, settings: Settings, password: str, report: Report) -> None:
    """Returns when Open WebUI has passed a chat on to each model. Raises Failure where it does not."""
    await_ready(webui, report)
    if not health.webui_chats(catalog.webui_url(settings), settings.WEBUI_EMAIL, password, VARIANTS):
        raise Failure(f"Open WebUI passes no chat on to {' and '.join(VARIANTS)}; see {webui.log}")
