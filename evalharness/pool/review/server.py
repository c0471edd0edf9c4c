"""A review's page over HTTP, for the one person who was told its address.

It listens on this machine alone. The address begins with a token that is drawn anew each time; a request must also
name this server as its host, or a name server could lead another site's page here, and what changes anything must come
from the page itself, as JSON. It knows HTTP, and nothing of what becomes of a row.
"""

import hmac
import json
import re
import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, get_args

from evalharness.errors import UsageError
from evalharness.pool.review.session import Review
from evalharness.pool.rows import Judgement
from evalharness.runs.typed import Json

LARGEST = 4 * 1024**2  # bytes of a body
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address holds the token
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Refused(Exception):
    """A request that gets nothing but its status and a line."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, review: Review, page: str, sampled: bool, port: int = 0) -> None:
        """At a port of its own choice where it is 0. Raises UsageError for one that is taken."""
        self.review, self.page, self.sampled, self.token = review, page, sampled, secrets.token_urlsafe(24)
        try:
            super().__init__(("127.0.0.1", port), Handler)
        except OSError as error:
            raise UsageError(f"--port {port}: cannot be listened on ({error.strerror}); name another") from None

    @property
    def hosts(self) -> tuple[str, str]:
        return f"127.0.0.1:{self.server_address[1]}", f"localhost:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.hosts[0]}/{self.token}/"

    def handle_error(self, *_: Any) -> None:
        """A browser that breaks off is nobody's concern; an error of ours is answered with 500."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "tandem", ""
    timeout = 60  # seconds that a connection may be silent

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        try:
            body = self._body()
            path = self._path()
            if path == [""] and method == "GET":
                return self._send(HTTPStatus.OK, "text/html", self.server.page)
            if len(path) != 2 or path[0] != "rows":
                raise Refused(HTTPStatus.NOT_FOUND, "there is no such page")
            place = self._place(path[1])
            if method == "POST":
                self._judge(place, body)
            said = self._row(place)
        except Refused as refused:
            self.close_connection = True  # what is left of its body is not read
            return self._send(refused.status, "text/plain", f"{refused.why}\n")
        return self._send(HTTPStatus.OK, "application/json", json.dumps(said, ensure_ascii=False))

    def _path(self) -> list[str]:
        """What follows the token. Raises Refused for whoever does not know it, or was led here by another page."""
        if self.headers.get("Host") not in self.server.hosts:
            raise Refused(HTTPStatus.FORBIDDEN, "this is not the host that it was asked for")
        token, slash, rest = self.path.removeprefix("/").partition("/")
        if not slash or not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise Refused(HTTPStatus.FORBIDDEN, "not the address that the review printed")
        return rest.split("/")

    def _place(self, text: str) -> int:
        if text == "left":
            return self.server.review.first_left()
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > len(self.server.review):
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such row")
        return int(text)

    def _row(self, place: int) -> Json:
        """A row, or behind the last one how it ended."""
        review = self.server.review
        about: Json = {"place": place, "total": len(review), "counts": review.counts()}
        if place < len(review):
            return {**about, "row": review.shown(place)}
        return {**about, "agreement": str(review.agreement()) if self.server.sampled else None}

    def _judge(self, place: int, body: bytes) -> None:
        """Raises Refused for what another site's page could send, and for what is no judgement."""
        if self.headers.get("Origin", f"http://{self.headers['Host']}") != f"http://{self.headers['Host']}":
            raise Refused(HTTPStatus.FORBIDDEN, "sent by another page")
        if self.headers.get_content_type() != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not JSON")
        if place == len(self.server.review):
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such row")
        try:
            said = json.loads(body)
            judgement, texts = said["judgement"], [said.get("question"), said.get("answer")]
        except (ValueError, TypeError, LookupError, AttributeError):
            raise Refused(HTTPStatus.BAD_REQUEST, "not a judgement") from None
        wanted = str if judgement == "edited" else type(None)
        if judgement not in get_args(Judgement) or not all(isinstance(text, wanted) for text in texts):
            raise Refused(HTTPStatus.BAD_REQUEST, "not a judgement")
        if judgement != "edited":
            return self.server.review.judge(place, judgement)
        try:
            return self.server.review.edit(place, *texts)
        except UsageError as error:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdecimal()) or "Transfer-Encoding" in self.headers:
            raise Refused(HTTPStatus.BAD_REQUEST, "no body of a stated length")
        if int(length) > LARGEST:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
        return self.rfile.read(int(length))

    def _send(self, status: HTTPStatus, kind: str, text: str) -> None:
        data = text.encode("utf-8", "replace")
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """The terminal is for the person."""
