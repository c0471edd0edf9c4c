"""One question to an OpenAI-compatible endpoint: an answer, or an error with a name.

It knows HTTP and what may be tried again, and nothing of suites, checks or run folders.
"""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import requests
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.runs.rows.eval import Call
from evalharness.runs.rows.parts import Error
from evalharness.runs.typed import Json

CONNECT_SECONDS, READ_SECONDS = 5.0, 300.0
PATIENCE_SECONDS = 180.0  # a supervisor takes up to a minute to bring a server back; this outlasts three
LARGEST_BYTES = 8 * 1024**2  # of an answer: a hundred thousand tokens, each character escaped
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0


class Said(NamedTuple):
    """What came back, if anything did."""

    answer: str | None = None
    finish_reason: str | None = None
    usage: Json | None = None
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one question; `started` (Unix time) and `seconds` are the last attempt's."""

    said: Said
    started: float
    seconds: float
    attempts: int
    error: Error | None


class Failed(Exception):
    """No answer. `kind` is a word to count by: connection, timeout, http_500 (any status), too_large, not_utf8,
    event_stream, malformed, request; tools_refused: the endpoint takes no question that offers tools.

    `detail` is the beginning of what was said, without the endpoint's key. `pause` is in how many seconds the server
    asks to come back; after a broken connection it is 0. None: the question is not asked again.
    """

    def __init__(self, endpoint: Endpoint, kind: str, said: str, pause: float | None = None) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, endpoint.redacted(said)[:500]
        self.pause = 0.0 if kind == "connection" else pause


class Asker:
    """One thread's kept-alive connections. `outages`, shared by all: since when an endpoint is silent."""

    def __init__(self, outages: dict[str, float]) -> None:
        self.outages = outages
        self.session = requests.Session()
        # A .netrc would replace the key, and a proxy stand between the harness and a server on this machine.
        self.session.trust_env = False

    def ask(self, endpoint: Endpoint, question: Mapping[str, Any]) -> Reply:
        """Its answer, or why there is none.

        Asked again is only where the connection was refused or broke, and where a busy server says when to come back.
        That goes on until PATIENCE_SECONDS after this question first failed, or the endpoint fell silent: not every
        question waits out the same dead server.
        """
        attempt, given_up = 0, math.inf
        while True:
            attempt += 1
            started, clock = time.time(), time.perf_counter()
            said, error, pause = Said(), None, None
            try:
                said = self.chat(endpoint, question)
            except Failed as failed:
                error, pause = Error(kind=failed.kind, detail=failed.detail), failed.pause
            now = time.perf_counter()
            reply = Reply(said, started, now - clock, attempt, error)
            failed_at = time.monotonic()
            if error and error.kind == "connection":
                silent_since = self.outages.setdefault(endpoint.name, failed_at)
            else:
                self.outages.pop(endpoint.name, None)
                silent_since = failed_at
            if pause is None:
                return reply
            given_up = min(given_up, silent_since + PATIENCE_SECONDS)
            pause = max(pause, min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS))
            if failed_at + pause > given_up:
                return reply
            time.sleep(pause)

    def chat(self, endpoint: Endpoint, question: Mapping[str, Any]) -> Said:
        """What came back of one request. Raises Failed."""
        began = time.monotonic()
        try:
            with self.session.post(
                f"{endpoint.url}/chat/completions",
                json={"model": endpoint.model, **question, "stream": False},
                headers=endpoint.headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,  # a redirected POST arrives as a GET
                stream=True,
            ) as response:
                body = bytearray()
                while piece := response.raw.read1(65536, decode_content=True):
                    body += piece
                    if len(body) > LARGEST_BYTES:
                        raise Failed(endpoint, "too_large", f"more than {LARGEST_BYTES} bytes: {_text(body)}")
                    if time.monotonic() - began > READ_SECONDS:
                        raise Failed(endpoint, "timeout", f"no whole answer within {READ_SECONDS:g} s")
        except (requests.ReadTimeout, ReadTimeoutError):
            raise Failed(endpoint, "timeout", f"nothing came for {READ_SECONDS:g} s") from None
        except (requests.ConnectionError, ProtocolError) as error:
            raise Failed(endpoint, "connection", _root(error)) from None
        except (requests.RequestException, HTTPError) as error:
            raise Failed(endpoint, "request", _root(error)) from None
        if response.status_code != 200:
            said = _text(body) or response.headers.get("Location", "")
            kind = "tools_refused" if _refuses_tools(question, response, said) else f"http_{response.status_code}"
            raise Failed(endpoint, kind, said, _comes_back(response))
        if response.headers.get("Content-Type", "").startswith("text/event-stream"):
            raise Failed(endpoint, "event_stream", f"a stream, though none was asked for: {_text(body)}")
        return _said(endpoint, body)


def probe(endpoint: Endpoint) -> None:
    """Asks for one token. Raises UsageError, saying what mends it, when there is no answer."""
    question = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    try:
        Asker({}).chat(endpoint, question)
    except Failed as failed:
        mends = {
            "http_401": "the API key is refused; is it the right key file?",
            "http_403": "the API key is refused; is it the right key file?",
            "http_404": f"no model {endpoint.model!r} here; is that its name, and does the URL end in /v1?",
            "connection": "nobody answers; start the servers with `make up`, or mend the URL",
        }
        said = " ".join(failed.detail.split())[:200]
        mend = mends.get(failed.kind, "it answers no question")
        raise UsageError(f"endpoint {endpoint.name} at {endpoint.url}: {mend} ({failed.kind}: {said})") from None


def _said(endpoint: Endpoint, body: bytearray) -> Said:
    try:
        said = json.loads(body.decode())
        choice = said["choices"][0]
        calls = tuple(_call(call["function"]) for call in choice["message"].get("tool_calls") or ())
        text = choice["message"].get("content") if calls else choice["message"]["content"]
        text = "" if text is None else text  # null: the model said nothing, or called a tool
        usage, reason = said.get("usage"), choice.get("finish_reason")
        # lone surrogates are JSON, but no text that a file could hold
        answer = text.encode("utf-8", "replace").decode()
    except UnicodeDecodeError as error:
        raise Failed(endpoint, "not_utf8", f"{error.reason} at byte {error.start}: {_text(body)}") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Failed(endpoint, "malformed", f"not a chat completion: {_text(body)}") from None
    return Said(answer, reason if isinstance(reason, str) else None, usage if isinstance(usage, dict) else None, calls)


def _call(function: Mapping[str, Any]) -> Call:
    """Raises one of _said's errors. Some servers send the arguments as an object instead of as its text."""
    name, arguments = function["name"], function.get("arguments") or ""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Call(name=name.encode("utf-8", "replace").decode(), arguments=text.encode("utf-8", "replace").decode())


def _refuses_tools(question: Mapping[str, Any], response: requests.Response, said: str) -> bool:
    """Whether tools are what it objects to: a prompt that is too long is refused with the same status."""
    return "tools" in question and response.status_code in (400, 404, 422, 501) and "tool" in said.lower()


def _comes_back(response: requests.Response) -> float | None:
    """In how many seconds to ask again, where a server that is too busy says so."""
    after = response.headers.get("Retry-After", "")
    return float(after) if response.status_code in (429, 503) and after.isascii() and after.isdecimal() else None


def _text(body: bytearray) -> str:
    return body.decode("utf-8", "replace")


def _root(error: BaseException) -> str:
    """The first cause: `ConnectionRefusedError: …` instead of four layers wrapped around it."""
    while error.__context__:
        error = error.__context__
    return f"{type(error).__name__}: {error}"
