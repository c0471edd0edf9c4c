"""The Locust user: one streamed chat completion after another, every chunk with the moment it arrived.

Imported only by processes that do nothing but put load on, because importing Locust patches the standard library for
gevent. It records; it computes no statistic.
"""

import itertools
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import gevent
from gevent.queue import Queue
from geventhttpclient.response import HTTPConnectionClosed
from locust import FastHttpUser, task
from locust.event import EventHook

from evalharness.load.profile import Batch, LoadPlan, Target, chat_request
from evalharness.load.sse import SAID, StreamError, parse_line
from evalharness.runs.rows.load import RequestRow
from evalharness.runs.rows.parts import Error, Messages

Asked = Literal["warmup", "measured", "cut"]

PAUSE_AFTER_ERROR = 0.5  # seconds: without it, the users of a dead server do nothing but write error rows
RACE = 1.0  # seconds: a kept connection that is closed so soon after the request was closed for having idled


class Cut(Exception):
    """The load is over, and this answer is not."""


class Side:
    """The users of one endpoint and what they share: whom to ask, and where their answers go."""

    def __init__(self, plan: LoadPlan, target: Target) -> None:
        self.plan = plan
        self.target = target
        self.users: list[ChatUser] = []
        self.answers: Queue[RequestRow] = Queue()
        self.asked = itertools.count()
        self.salt = str(time.time_ns())
        # Only perf_counter measures; wall time, which may be set in mid-run, just names its zero.
        self.unix_zero = time.time() - time.perf_counter()

    def user_class(self, name: str) -> type["ChatUser"]:
        """What Locust is to make as many users of as the plan has."""
        patience = self.plan.patience_seconds
        return type(
            name,
            (ChatUser,),
            {
                "side": self,
                "host": self.target.url,
                "fixed_count": self.plan.users,
                "connection_timeout": patience,
                "network_timeout": patience,
            },
        )

    def request(self, messages: Any, output_tokens: int) -> str:
        salt = f"{self.salt}-{next(self.asked)}"
        return json.dumps(chat_request(self.target.model, messages, output_tokens, salt))


@dataclass
class Streamed:
    """What has come of one answer so far; `chunks` in seconds since it was asked for."""

    chunks: list[float] = field(default_factory=list)
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    finish_reason: str | None = None


class AskingUser(FastHttpUser):
    """Asks `side`, and knows what came of it; what to ask, and when, is for whoever derives from it."""

    side: ClassVar[Side]

    abstract = True
    max_redirects = 0
    insecure = False  # an API key goes only to a server that proves its name
    asking = kept = False

    def on_start(self) -> None:
        # Nobody hears of Locust's own figure of a stream: it ends where the headers do.
        self.client.request_event = EventHook()  # type: ignore[no-untyped-call]

    def answer(self, prompt: str, messages: Messages, pair: int = 0, phase: Asked = "measured") -> RequestRow:
        """Asks once, and says how that went. After a failure it pauses."""
        body = self.side.request(messages, self.side.plan.output_tokens)
        came, error = Streamed(), None
        answered, self.asking = False, True
        began = time.perf_counter()
        try:
            try:
                lines = self.ask(body)
            except (ConnectionError, HTTPConnectionClosed):
                if not self.kept or time.perf_counter() - began > RACE:
                    raise
                began = time.perf_counter()  # the server had just closed what waited: not its fault, nor its time
                lines = self.ask(body)
            answered = True
            read_answer(lines, came, began)
        except Cut:
            phase = "cut"
        except Exception as wrong:
            error = describe(wrong, answered)
        seconds, self.asking = time.perf_counter() - began, False
        self.kept = error is None
        if error:
            gevent.sleep(PAUSE_AFTER_ERROR)
        return RequestRow(
            endpoint=self.side.target.endpoint,
            pair=pair,
            prompt=prompt,
            phase=phase,
            started=round(self.side.unix_zero + began, 6),
            first_token=came.chunks[0] if came.chunks else None,
            seconds=round(seconds, 6),
            prompt_tokens=came.prompt_tokens,
            output_tokens=came.output_tokens,
            finish_reason=came.finish_reason,
            error=error,
            chunks=came.chunks,
        )

    def wake(self) -> None:
        """Has one token made, whether that succeeds or not: what is wrong will show in what is counted."""
        _, messages = self.side.plan.prompts[0]
        with suppress(Exception):
            lines = self.ask(self.side.request(messages, output_tokens=1))
            try:
                while lines.readline(b"\n"):
                    pass
                self.kept = True
            finally:
                lines.release()

    def cut(self) -> None:
        """Ends the answer that is under way, if one is."""
        if self.asking and self.greenlet:
            self.greenlet.kill(Cut, block=False)

    def ask(self, body: str) -> Any:
        """The stream of a request's answer, once its headers have come. Raises whatever goes wrong."""
        headers = {
            **self.side.target.headers,
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
        }
        response: Any = self.client.post("/chat/completions", data=body, headers=headers, stream=True)
        if response.status_code == 0:
            raise getattr(response.error, "original", response.error)  # geventhttpclient wraps it in RetriesExceeded
        if response.status_code != 200:
            raise StreamError(f"http_{response.status_code}", (response.text or "")[:SAID])
        return response.stream


class ChatUser(AskingUser):
    """Asks when it is told to, what it is told to: its part of a batch."""

    abstract = True

    def on_start(self) -> None:
        super().on_start()
        self.turns: Queue[tuple[Batch, int]] = Queue()
        self.side.users.append(self)

    @task
    def chat(self) -> None:
        batch, number = self.turns.get()
        prompt, messages = self.side.plan.prompts[number]
        self.side.answers.put(self.answer(prompt, messages, batch.pair, batch.phase))


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
    if isinstance(error, StreamError):
        return Error(kind=error.kind, detail=error.detail)
    broken = "cut_stream" if answered else "connection"
    kind = "timeout" if isinstance(error, TimeoutError) else broken
    return Error(kind=kind, detail=f"{type(error).__name__}: {error}"[:SAID])
