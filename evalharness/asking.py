"""One question to an OpenAI-compatible endpoint: an answer, or an error with a name.

It knows HTTP and what may be tried again, and nothing of suites, checks or run folders.
"""

import math
import time
from collections.abc import Mapping
from typing import Any

import requests
from urllib3.exceptions import ReadTimeoutError

from evalharness.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.runs import Row

CONNECT_SECONDS, READ_SECONDS = 5.0, 300.0
PATIENCE_SECONDS = 180.0  # a supervisor takes up to a minute to bring a server back; this outlasts three
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0

NO_REPLY: Row = {"answer": None, "finish_reason": None, "usage": None}


class Failed(Exception):
    """No answer. `kind` is a word to count by (connection, timeout, http_500, malformed, request).

    `detail` is the beginning of what was said, without the endpoint's key.
    """

    def __init__(self, endpoint: Endpoint, kind: str, said: str) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, endpoint.redacted(said)[:500]


class Asker:
    """One thread's kept-alive connections. `outages`, shared by all: since when an endpoint is silent."""

    def __init__(self, outages: dict[str, float]) -> None:
        self.outages = outages
        self.session = requests.Session()
        # A .netrc would replace the key, and a proxy stand between the harness and a server on this machine.
        self.session.trust_env = False

    def ask(self, endpoint: Endpoint, question: Mapping[str, Any]) -> Row:
        """{answer, finish_reason, usage, started, seconds, attempts, error}; times are the last attempt's.

        Only a connection that was refused or broke is tried again, until PATIENCE_SECONDS after this question
        first failed, or the endpoint fell silent: not every question waits out the same dead server.
        """
        attempt, first_failed = 0, math.inf
        while True:
            attempt += 1
            started, clock = time.time(), time.perf_counter()
            reply, error = NO_REPLY, None
            try:
                reply = self.chat(endpoint, question)
            except Failed as failed:
                error = {"kind": failed.kind, "detail": failed.detail}
            now = time.perf_counter()
            row = {**reply, "started": started, "seconds": now - clock, "attempts": attempt, "error": error}
            if error is None or error["kind"] != "connection":
                self.outages.pop(endpoint.name, None)
                return row
            failed_at = time.monotonic()
            first_failed = min(first_failed, failed_at)
            silent_since = self.outages.setdefault(endpoint.name, failed_at)
            pause = min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
            if failed_at + pause > min(first_failed, silent_since) + PATIENCE_SECONDS:
                return row
            time.sleep(pause)

    def chat(self, endpoint: Endpoint, question: Mapping[str, Any]) -> Row:
        """{answer, finish_reason, usage} of one request. Raises Failed."""
        try:
            response = self.session.post(
                f"{endpoint.url}/chat/completions",
                json={"model": endpoint.model, **question, "stream": False},
                headers=endpoint.headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,  # a redirected POST arrives as a GET
            )
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            # requests reports a read that timed out within the body as a broken connection
            late = any(isinstance(argument, ReadTimeoutError) for argument in error.args)
            raise Failed(endpoint, "timeout" if late else "connection", _root(error)) from None
        except requests.Timeout:
            raise Failed(endpoint, "timeout", f"no answer within {READ_SECONDS:g} s") from None
        except requests.RequestException as error:
            raise Failed(endpoint, "request", _root(error)) from None
        if response.status_code != 200:
            said = response.text or response.headers.get("Location", "")
            raise Failed(endpoint, f"http_{response.status_code}", said)
        return _reply(endpoint, response)


def probe(endpoint: Endpoint) -> None:
    """Asks for one token. Raises UsageError, saying what mends it, when there is no answer."""
    question = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    try:
        Asker({}).chat(endpoint, question)
    except Failed as failed:
        mends = {
            "http_401": "the API key is refused; is it the right key file (--key-file)?",
            "http_403": "the API key is refused; is it the right key file (--key-file)?",
            "http_404": f"no model {endpoint.model!r} here; --model names it, and the URL must end in /v1",
            "connection": "nobody answers; start the servers with `make up`, or mend --url",
        }
        said = " ".join(failed.detail.split())[:200]
        mend = mends.get(failed.kind, "it answers no question")
        raise UsageError(f"endpoint {endpoint.name} at {endpoint.url}: {mend} ({failed.kind}: {said})") from None


def _reply(endpoint: Endpoint, response: requests.Response) -> Row:
    try:
        body = response.json()
        choice = body["choices"][0]
        text = choice["message"]["content"] or ""  # null: the model said nothing, or called a tool
        usage, reason = body.get("usage"), choice.get("finish_reason")
        # lone surrogates are JSON, but no text that a file could hold
        answer = text.encode("utf-8", "replace").decode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Failed(endpoint, "malformed", f"not a chat completion: {response.text}") from None
    return {"answer": answer, "finish_reason": reason, "usage": usage}


def _root(error: BaseException) -> str:
    """The first cause: `ConnectionRefusedError: …` instead of four layers wrapped around it."""
    while error.__context__:
        error = error.__context__
    return f"{type(error).__name__}: {error}"
