"""The Locust user: one streamed chat completion after another, every chunk with the moment it arrived.

Imported only by the load generator's process, because importing Locust patches the standard library for
gevent. It records; it computes no statistic.
"""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import gevent
from gevent.event import Event as Flag
from locust import FastHttpUser, task
from locust.exception import StopUser

from evalharness.load.profile import RoundPlan, chat_request
from evalharness.load.sse import SAID, StreamError, parse_line
from evalharness.runs.rows import Error, RequestRow

REQUEST_LIMIT = 100_000  # a round: a server that answers everything at once must not fill the disk
PAUSE_AFTER_ERROR = 0.5  # seconds: without it, the users of a dead server do nothing but write error rows


class Shared:
    """What the users of one round share: the prompts in turn, the clock, and where rows go."""

    def __init__(self, plan: RoundPlan, emit: Callable[[RequestRow], None]) -> None:
        self.plan = plan
        self.emit = emit
        self.full = Flag()  # set when REQUEST_LIMIT is reached
        self.closed = False  # set when the window has closed: nothing begins any more
        self.asked = itertools.count()
        self.arrived = itertools.count()
        self.salt = str(time.time_ns())
        # Only perf_counter measures; wall time, which may be set in mid-round, just names its zero.
        self.unix_zero = time.time() - time.perf_counter()
        self.measured_from = time.perf_counter() + plan.warmup_seconds

    def start_delay(self) -> float:
        """Seconds before the next user's first request: spread over half the warm-up.

        Users who all start at once would stay in step, and every prefill would meet all the others.
        """
        return self.plan.warmup_seconds / 2 * next(self.arrived) / self.plan.users

    def next_request(self) -> tuple[str, str]:
        """The next prompt's id and the request's body. Raises StopUser at the limit, and once the window has closed.

        Locust ends a user who is between two requests at once, whatever its stop_timeout: were the next one begun in
        that moment, it would be cut off by us, and look like one that the endpoint had left unanswered.
        """
        if self.closed:
            raise StopUser
        number = next(self.asked)
        if number >= REQUEST_LIMIT:
            self.full.set()
            raise StopUser
        prompt, messages = self.plan.prompts[number % len(self.plan.prompts)]
        salt = f"{self.salt}-{number}"
        return prompt, json.dumps(chat_request(self.plan.model, messages, self.plan.output_tokens, salt))


@dataclass
class Streamed:
    """What has come of one answer so far; `chunks` in seconds since it was asked for."""

    chunks: list[float] = field(default_factory=list)
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    finish_reason: str | None = None


class ChatUser(FastHttpUser):
    shared: ClassVar[Shared]  # set by the generator, with the timeouts, before it starts users

    max_redirects = 0
    insecure = False  # an API key goes only to a server that proves its name

    def on_start(self) -> None:
        gevent.sleep(self.shared.start_delay())

    @task
    def chat(self) -> None:
        prompt, body = self.shared.next_request()
        came, error, answered = Streamed(), None, False
        began = time.perf_counter()
        try:
            lines = self.ask(body)
            answered = True
            read_answer(lines, came, began)
        except gevent.GreenletExit:
            error = Error(kind="timeout", detail="unfinished when the round's users were stopped")
            raise
        except Exception as wrong:
            error = describe(wrong, answered)
        finally:
            self.shared.emit(
                RequestRow(
                    endpoint=self.shared.plan.endpoint,
                    round=self.shared.plan.round,
                    prompt=prompt,
                    phase="warmup" if began < self.shared.measured_from else "measured",
                    started=round(self.shared.unix_zero + began, 6),
                    first_token=came.chunks[0] if came.chunks else None,
                    seconds=round(time.perf_counter() - began, 6),
                    prompt_tokens=came.prompt_tokens,
                    output_tokens=came.output_tokens,
                    finish_reason=came.finish_reason,
                    error=error,
                    chunks=came.chunks,
                )
            )
        if error:
            gevent.sleep(PAUSE_AFTER_ERROR)

    def ask(self, body: str) -> Any:
        """The stream of a request's answer, once its headers have come. Raises whatever goes wrong."""
        headers = {
            **self.shared.plan.headers,
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
        }
        response: Any = self.client.post("/chat/completions", data=body, headers=headers, stream=True)
        if response.status_code == 0:
            raise response.error
        if response.status_code != 200:
            raise StreamError(f"http_{response.status_code}", (response.text or "")[:SAID])
        return response.stream


def read_answer(lines: Any, came: Streamed, began: float) -> None:
    """Reads a stream to its end and notes in `came` what it brings, and when. Raises whatever goes wrong.

    Lines come straight from the socket: iterating the response would wait for whole blocks, and show many
    chunks at the moment of the last.
    """
    done = False
    try:
        while line := lines.readline(b"\n"):  # to the end of the body, so that the connection serves again
            now = time.perf_counter() - began
            event = parse_line(line)
            if event is None:
                continue
            if event.output:
                came.chunks.append(round(now, 6))
            came.finish_reason = event.finish_reason or came.finish_reason
            if event.output_tokens is not None:
                came.output_tokens, came.prompt_tokens = event.output_tokens, event.prompt_tokens
            done = done or event.done
    finally:
        lines.release()  # an answer left half-read would keep one of the user's connections for good
    if not done:
        raise StreamError("cut_stream", "the answer ended without [DONE]")
    if not came.chunks or came.output_tokens is None:
        raise StreamError("malformed", "an answer without content or without usage.completion_tokens")


def describe(error: Exception, answered: bool) -> Error:
    """The kind and detail of what went wrong; `answered`: after the headers of an answer had arrived."""
    error = getattr(error, "original", error)  # geventhttpclient wraps a timeout in RetriesExceeded
    if isinstance(error, StreamError):
        return Error(kind=error.kind, detail=error.detail)
    broken = "cut_stream" if answered else "connection"
    kind = "timeout" if isinstance(error, TimeoutError) else broken
    return Error(kind=kind, detail=f"{type(error).__name__}: {error}"[:SAID])
