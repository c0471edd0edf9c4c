"""A run of 100,000 answers is asked, resumed, judged, compared and reported in less than 500 MB."""

import json
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from evalharness.judge.prompts import PROTOCOL
from evalharness.report.selection import MOST_ANSWERS
from evalharness.runs.folder import host, read_json, write_json
from evalharness.runs.jsonl import digest, read_rows
from evalharness.runs.rows.eval import Graded, PromptRow
from tests.integration.evalharness.scripted import chat

ANSWERS, MOST_BYTES = 100_000, 500 * 1000**2
PROMPTS, LEFT = ANSWERS // 2, 100  # of the prompts, so many are left for the test to ask
SUITE = {"suite": "s", "version": 1, "title": "T", "purpose": "superiority", "margin": 0.05}
SAMPLING = {"max_tokens": 64, "temperature": 0.0}
_, REPLY = chat("TIE")
# The command, and then the most memory that it held. From outside only getrusage tells, and that counts what this
# process held when it started the command.
MEASURED = """
import re, sys
from pathlib import Path
from evalharness.__main__ import main
try:
    sys.exit(main())
finally:
    print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


class Answering(socketserver.StreamRequestHandler):
    """Answers every request at once with the same words: a hundred thousand must not take long."""

    def handle(self) -> None:
        body = json.dumps(REPLY).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        while self.rfile.readline():
            headers = dict(line.lower().split(b":", 1) for line in iter(self.rfile.readline, b"\r\n"))
            self.rfile.read(int(headers.get(b"content-length", 0)))
            self.wfile.write(head + body)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that is interrupted breaks its connections; a test's output is not the place for that."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


@pytest.fixture(scope="module")
def folder(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An eval run that lacks its last answers, and a judge's verdicts that lack theirs."""
    folder = tmp_path_factory.mktemp("scale") / "20260101T000000-eval"
    folder.mkdir()
    endpoints = [{"name": name, "url": url, "model": name, "version": ""} for name in ("base", "tuned")]
    with (
        (folder / "prompts.jsonl").open("w") as prompts,
        (folder / "answers.jsonl").open("w") as answers,
        (folder / "judge.jsonl").open("w") as verdicts,
    ):
        for number in range(PROMPTS):
            prompt = {"suite": "s", **prompt_of(number), "sampling": SAMPLING, "tags": []}
            print(json.dumps(prompt), file=prompts)
            if number < PROMPTS - LEFT:
                for row in rows_of(number):
                    print(json.dumps(row), file=answers)
                for order in (["base", "tuned"], ["tuned", "base"]):
                    print(json.dumps(verdict_of(number, order)), file=verdicts)
    suite = {**SUITE, "prompts": PROMPTS, "digest": digest(read_rows(folder / "prompts.jsonl", PromptRow))}
    settings = {"concurrency": 8, "seed": 0, "base_against_base": False}
    about = {"kind": "eval", "created": "2026-01-01T00:00:00+00:00", "host": host(), "settings": settings}
    write_json(folder / "run.json", {**about, "endpoints": endpoints, "suites": [suite]})
    assert peak_bytes("eval", "--resume", str(folder), *endpoint_flags(url)) < MOST_BYTES
    return folder


def prompt_of(number: int) -> dict[str, Any]:
    question = {"role": "user", "content": f"Question {number}: {'word ' * 40}"}
    return {"id": f"p{number}", "messages": [question], "checks": [{"type": "equals", "value": "end"}]}


def rows_of(number: int) -> Iterator[dict[str, Any]]:
    """Both answers to a prompt, of 400 words each."""
    for place, name in enumerate(("base", "tuned")):
        right = (number + place) % 3 > 0
        check = {"type": "equals", "passed": right, "failure": None if right else "fact"}
        told = {"answer": f"{name} {number} {'word ' * 400}", "finish_reason": "stop", "usage": None}
        when = {"started": 1.0e9, "seconds": 0.2, "attempts": 1, "error": None}
        yield {"suite": "s", "id": f"p{number}", "endpoint": name, **told, **when, "checks": [check], "right": right}


def verdict_of(number: int, order: list[str]) -> dict[str, Any]:
    asked = {"kind": "pair", "suite": "s", "id": f"p{number}", "order": order, "judge": "judge", "protocol": PROTOCOL}
    return {**asked, "verdict": "A", "replies": ["word " * 400], "started": 1.0e9, "seconds": 1.0, "error": None}


def endpoint_flags(url: str) -> list[str]:
    return ["--url", f"base={url}", "--url", f"tuned={url}"]


def peak_bytes(
    *arguments: str, codes: tuple[int, ...] = (0,), until: Callable[[], bool] | None = None, seconds: float = 300
) -> int:
    """The most memory that a command of the harness held; it is interrupted once `until` is true."""
    process = subprocess.Popen([sys.executable, "-c", MEASURED, *arguments], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + seconds
    while until and not until() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if until:
        process.send_signal(signal.SIGINT)
    said, _ = process.communicate()
    assert process.returncode in codes
    peak = 1024 * int(said.splitlines()[-1])
    print(f"{arguments[0]}: {peak / 1e6:.0f} MB")
    return peak


def test_a_run_that_was_interrupted_is_finished_in_little_memory(folder: Path) -> None:
    suite = read_json(folder / "summary.json")["suites"][0]
    assert (suite["paired"], sum(suite["errors"].values())) == (PROMPTS, 0)


def test_a_suite_of_fifty_thousand_prompts_is_read_and_begun_in_little_memory(url: str, tmp_path: Path) -> None:
    content = {**SUITE, "sampling": SAMPLING}
    head = "\n".join(f"{key}: {json.dumps(value)}" for key, value in content.items())
    prompts = "\n".join(f"- {json.dumps(prompt_of(number))}" for number in range(PROMPTS))
    (tmp_path / "s.yaml").write_text(f"{head}\nprompts:\n{prompts}\n")

    def asked_a_thousand() -> bool:
        rows = (row for path in tmp_path.glob("*-eval/answers.jsonl") for row in read_rows(path, Graded))
        return len(list(islice(rows, 1000))) == 1000

    command = ["eval", "--suites", str(tmp_path / "s.yaml"), "--runs", str(tmp_path), *endpoint_flags(url)]
    assert peak_bytes(*command, codes=(130,), until=asked_a_thousand) < MOST_BYTES


def test_a_judge_goes_on_in_little_memory(folder: Path, url: str) -> None:
    command = ["judge", "--run", str(folder), "--judge-url", url, "--judge-model", "judge"]
    assert peak_bytes(*command) < MOST_BYTES
    found = read_json(folder / "judge.json")
    assert (found["asked"], found["errors"]) == (ANSWERS, 0)


def test_a_verdict_and_its_report_take_little_memory(folder: Path) -> None:
    assert peak_bytes("verdict", "--runs", str(folder.parent), codes=(0, 1, 3)) < MOST_BYTES
    (report,) = folder.parent.glob("*-verdict/report.html")
    text = report.read_text()
    assert f"of {PROMPTS} prompts:</strong> this page has no room for more" in text
    assert text.count('"seconds":') <= MOST_ANSWERS


def test_two_runs_are_compared_in_little_memory(folder: Path) -> None:
    assert peak_bytes("compare", str(folder), str(folder), "--out", str(folder.parent)) < MOST_BYTES
    (found,) = folder.parent.glob("*-compare/summary.json")
    assert read_json(found)["compared"] == PROMPTS
