"""A hub for models on loopback, as the client of the Hugging Face hub knows it: listings, files and parts of files.

It counts what it sends. Repositories are folders; a file of any size may be sparse.
"""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "5f" * 20
PIECE = 2**16


class Hub:
    """`sent`: bytes of each file's content, by `owner/name/file`. `gated`: what nobody here was granted."""

    def __init__(self, repositories: Mapping[str, Path], gated: str = "") -> None:
        self.repositories = repositories
        self.gated = gated
        self.sent: Counter[str] = Counter()
        self.url = ""


@contextmanager
def served(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            words = unquote(urlsplit(self.path).path).strip("/").split("/")
            if words[:2] == ["api", "models"]:
                words = words[2:]
            name, kind, inside = "/".join(words[:2]), "".join(words[2:3]), "/".join(words[4:])
            folder = hub.repositories.get(name)
            if folder is None:
                self.answer(404, **{"X-Error-Code": "RepoNotFound"})
            elif kind in ("", "revision"):
                self.tell({"id": name, "sha": COMMIT, "siblings": []})
            elif kind == "tree":
                self.tell([listing(folder, path) for path in sorted(folder.rglob("*")) if path.is_file()])
            elif name == hub.gated:
                self.answer(403, **{"X-Error-Code": "GatedRepo"})
            elif not (folder / inside).is_file():
                self.answer(404, **{"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            else:
                self.send(folder / inside, f"{name}/{inside}")

        def tell(self, what: object) -> None:
            text = json.dumps(what).encode()
            self.answer(200, **{"Content-Type": "application/json", "Content-Length": str(len(text))})
            self.wfile.write(text)

        def send(self, path: Path, name: str) -> None:
            size = path.stat().st_size
            begin, end = 0, size
            if asked := self.headers["Range"]:
                first, _, last = asked.removeprefix("bytes=").partition("-")
                begin, end = int(first), min(size, int(last) + 1) if last else size
            stated = {"ETag": f'"{etag(path)}"', "X-Repo-Commit": COMMIT, "Content-Length": str(end - begin)}
            self.answer(206 if asked else 200, **stated, **{"Content-Range": f"bytes {begin}-{end - 1}/{size}"})
            if self.command == "HEAD":
                return
            with path.open("rb") as file, suppress(ConnectionError):  # it may have enough of it
                file.seek(begin)
                while piece := file.read(min(PIECE, end - file.tell())):
                    hub.sent[name] += self.wfile.write(piece)

        def answer(self, code: int, **headers: str) -> None:
            self.send_response(code)
            for header, value in ({"Content-Length": "0"} | headers).items():
                self.send_header(header, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def listing(folder: Path, path: Path) -> dict[str, object]:
    size = path.stat().st_size
    about = {"type": "file", "path": str(path.relative_to(folder)), "size": size, "oid": etag(path)[:40]}
    large = {"lfs": {"oid": etag(path), "size": size, "pointerSize": 134}}
    return about | (large if path.suffix == ".safetensors" else {})


def etag(path: Path) -> str:
    """Another one for each file: what a hub has is the digest of its content."""
    return hashlib.sha256(str(path).encode()).hexdigest()
