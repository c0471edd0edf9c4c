"""A small chat-completions server that answers, refuses, breaks off and dies as it is told, and an eval run of it."""

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from evalharness.runs.folder import read_json

KEY = "sk-only-for-this-test"
CUT, DROP = "cut", "drop"  # break off within the body; before the first byte
STALL, LATE = "stall", "late"  # fall silent within the body; before the first byte
DRIP = "drip"  # send the body byte by byte, and never come to its end
Reply = tuple[int, Any] | tuple[int, Any, dict[str, str]] | str
Behaviour = Callable[[str, str, int], Reply]
"""(model, question, how often it was asked before) -> status, body and headers, or one of the five above."""


def chat(answer: str | None, **changes: Any) -> tuple[int, Any]:
    choice = {"message": {"role": "assistant", "content": answer}, "finish_reason": "stop", **changes}
    return 200, {"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}


def calling(called: Iterable[tuple[str, str]], said: str | None = None) -> tuple[int, Any]:
    """A reply that calls tools: each by its name, and its arguments as they are sent."""
    calls = [
        {"id": f"call{at}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for at, (name, arguments) in enumerate(called)
    ]
    return chat(said, message={"role": "assistant", "content": said, "tool_calls": calls}, finish_reason="tool_calls")


class Server(ThreadingHTTPServer):
    """`behave` may be replaced while it runs; `asked` and `bodies` know every question but the probe's."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave: Behaviour = lambda model, *_: chat("[1]" if model == "tuned" else "one")
        self.asked: Counter[tuple[str, str]] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.lock, self.released = threading.Lock(), threading.Event()

    def handle_error(self, *_: Any) -> None:
        """Clients that are killed break their connections; a test's output is not the place for that."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each body waits until its headers are acknowledged: 40 ms an answer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        question = body["messages"][-1]["content"]
        reply: Reply = chat("Hello")
        if self.headers["Authorization"] != f"Bearer {KEY}":
            reply = 401, {"error": f"{self.headers['Authorization']} is wrong"}
        elif self.path != "/v1/chat/completions" or body["model"] not in ("base", "tuned"):
            reply = 404, {"error": "no such model"}
        elif question != "Hello":
            with self.server.lock:
                times = self.server.asked[body["model"], question]
                self.server.asked[body["model"], question] += 1
                self.server.bodies.append(body)
            reply = self.server.behave(body["model"], question, times)
        self.close_connection = isinstance(reply, str)
        if reply == LATE:
            self.server.released.wait(60)
        if reply in (DROP, LATE):
            return
        status, content, *headers = (200, {}) if isinstance(reply, str) else reply
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Location", f"{self.server.url}/elsewhere")  # counts where the status is a redirect
        for name, value in headers[0].items() if headers else ():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + (100 if isinstance(reply, str) else 0)))
        self.end_headers()
        self.wfile.write(data)
        if reply == STALL:
            self.server.released.wait(60)
        while reply == DRIP and not self.server.released.wait(0.05):
            with contextlib.suppress(OSError):
                self.wfile.write(b" ")

    def log_message(self, *_: Any) -> None:
        """A test's output is not the place for an access log."""


def endpoint_flags(server: Server, folder: Path) -> list[str]:
    return ["--url", f"base={server.url}", "--url", f"tuned={server.url}", "--key-file", str(folder / "key")]


def run_folder(root: Path) -> Path:
    [folder] = (root / "runs").iterdir()
    return folder


def lines_of(path: Path) -> list[dict[str, Any]]:
    """As they lie in the file."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def rows_of(root: Path) -> list[dict[str, Any]]:
    return lines_of(run_folder(root) / "answers.jsonl")


def summary_of(root: Path) -> Any:
    return read_json(run_folder(root) / "summary.json")["suites"][0]
