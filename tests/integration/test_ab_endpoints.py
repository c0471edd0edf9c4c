"""The eval command against a small HTTP server that answers, refuses, breaks off and dies as it is told."""

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalharness import ab_run, asking, runs
from evalharness.__main__ import main

KEY = "sk-only-for-this-test"
CUT, DROP = "cut", "drop"  # break off within the body; before the first byte
STALL, LATE = "stall", "late"  # fall silent within the body; before the first byte
Behaviour = Callable[[str, str, int], tuple[int, Any] | str]
"""(model, question, how often it was asked before) -> status and body, or one of the four above."""


def chat(answer: str | None, **changes: Any) -> tuple[int, Any]:
    choice = {"message": {"role": "assistant", "content": answer}, "finish_reason": "stop", **changes}
    return 200, {"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}


class Server(ThreadingHTTPServer):
    """`behave` may be replaced while it runs; `asked` and `bodies` know every question but the probe's."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave: Behaviour = lambda model, *_: chat("[1]" if model == "tuned" else "one")
        self.asked: Counter[tuple[str, str]] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.lock, self.released = threading.Lock(), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        question = body["messages"][-1]["content"]
        reply: tuple[int, Any] | str = chat("Hello")
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
        status, content = (200, {}) if isinstance(reply, str) else reply
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Location", f"{self.server.url}/elsewhere")  # counts where the status is a redirect
        self.send_header("Content-Length", str(len(data) + (100 if isinstance(reply, str) else 0)))
        self.end_headers()
        self.wfile.write(data)
        if reply == STALL:
            self.server.released.wait(60)

    def log_message(self, *_: Any) -> None:
        """A test's output is not the place for an access log."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(asking, "FIRST_PAUSE_SECONDS", 0.01)
    with Server() as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield running
        running.released.set()
        running.shutdown()


@pytest.fixture
def command(server: Server, tmp_path: Path) -> list[str]:
    """An eval of six prompts, one a check for JSON, that the base fails and the tuned model passes."""
    prompts = [
        {
            "id": f"p{number}",
            "messages": [{"role": "user", "content": f"Question {number}"}],
            "checks": [{"type": "json_valid"}],
        }
        for number in range(6)
    ]
    suite = {
        "suite": "own",
        "version": 1,
        "title": "JSON [or not]",
        "purpose": "superiority",
        "margin": 0.1,
        "sampling": {"max_tokens": 8, "stop": ["."]},
        "prompts": prompts,
    }
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(suite))
    (tmp_path / "key").write_text(KEY)
    flags = [
        "eval",
        "--suites",
        str(tmp_path / "own.yaml"),
        "--runs",
        str(tmp_path / "runs"),
        "--concurrency",
        "3",
    ]
    return [*flags, *endpoint_flags(server, tmp_path)]


def endpoint_flags(server: Server, folder: Path) -> list[str]:
    return ["--url", f"base={server.url}", "--url", f"tuned={server.url}", "--key-file", str(folder / "key")]


def run_folder(root: Path) -> Path:
    [folder] = (root / "runs").iterdir()
    return folder


def rows_of(root: Path) -> list[dict[str, Any]]:
    return list(runs.read_rows(run_folder(root) / "answers.jsonl"))


def summary_of(root: Path) -> Any:
    return runs.read_json(run_folder(root) / "summary.json")["suites"][0]


def test_every_prompt_is_asked_once_of_each_endpoint_and_every_answer_is_kept(
    server: Server, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0
    assert server.asked == {(model, f"Question {n}"): 1 for model in ("base", "tuned") for n in range(6)}
    rows = rows_of(tmp_path)
    assert len(rows) == 12
    assert {(row["endpoint"], row["answer"], row["right"]) for row in rows} == {
        ("base", "one", False),
        ("tuned", "[1]", True),
    }
    assert all(row["usage"]["completion_tokens"] == 2 and row["attempts"] == 1 for row in rows)
    [right] = summary_of(tmp_path)["metrics"]
    assert (right["difference"], right["only_second"], right["p_value"]) == (1.0, 6, 2 / 2**6)
    printed = capsys.readouterr().out
    assert f"base: base at {server.url}" in printed
    assert "+100.0" in printed
    assert str(run_folder(tmp_path)) in printed.replace("\n", "")


def test_every_request_states_all_sampling_parameters(server: Server, command: list[str]) -> None:
    assert main(command) == 0
    for body in server.bodies:
        del body["messages"], body["model"]
        assert body == {
            "max_tokens": 8,
            "temperature": 0.0,
            "top_p": 1.0,
            "seed": 0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
            "stop": ["."],
            "stream": False,
        }


def test_the_two_endpoints_are_asked_a_prompt_one_right_after_the_other(server: Server, command: list[str]) -> None:
    command[command.index("--concurrency") + 1] = "1"
    assert main(command) == 0
    questions = [body["messages"][-1]["content"] for body in server.bodies]
    assert questions[0::2] == questions[1::2]
    assert {body["model"] for body in server.bodies[0::2]} == {"base", "tuned"}


def test_base_against_base_finds_no_difference(server: Server, command: list[str], tmp_path: Path) -> None:
    assert main([*command, "--base-against-base"]) == 0
    assert server.asked == {("base", f"Question {n}"): 2 for n in range(6)}
    [right] = summary_of(tmp_path)["metrics"]
    assert right["low"] < 0 == right["difference"] < right["high"]


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--key-file", "wrong-key", "key file"),
        ("--url", "base=http://127.0.0.1:{free}/v1", "make up"),
        ("--url", "base={server}/nowhere", "--model"),
    ],
)
def test_an_endpoint_that_cannot_be_asked_ends_in_one_line_and_no_run(
    server: Server,
    command: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    flag: str,
    value: str,
    said: str,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        (tmp_path / "wrong-key").write_text("sk-wrong")
        value = value.format(free=unused.getsockname()[1], server=server.url)
        command[command.index(flag) + 1] = value if flag == "--url" else str(tmp_path / value)
        assert main(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("tandem: endpoint base at http://127.0.0.1")
    assert error.count("\n") == 1
    assert said in error
    assert "sk-wrong" not in error
    assert not server.asked
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ((500, {"error": "out of memory"}), "http_500"),
        ((429, {"error": f"slow down, {KEY}"}), "http_429"),
        ((429, b"." * 495 + KEY.encode()), "http_429"),
        ((302, b""), "http_302"),
        ((200, b"<html>"), "malformed"),
        ((200, {"choices": KEY}), "malformed"),
        ((200, {"choices": []}), "malformed"),
        ((200, {"choices": [{"message": {"content": [1]}}]}), "malformed"),
        ((200, []), "malformed"),
    ],
)
def test_an_error_has_its_kind_is_asked_once_and_is_no_wrong_answer(
    server: Server, command: list[str], tmp_path: Path, reply: tuple[int, Any], kind: str
) -> None:
    server.behave = lambda model, question, _: reply if (model, question) == ("tuned", "Question 2") else chat("[1]")
    assert main(command) == 0
    assert server.asked["tuned", "Question 2"] == 1
    [failed] = [row for row in rows_of(tmp_path) if row["error"]]
    assert (failed["error"]["kind"], failed["right"], failed["checks"]) == (kind, None, [])
    suite = summary_of(tmp_path)
    assert (suite["errors"], suite["paired"]) == ({"base": 0, "tuned": 1}, 5)
    assert suite["metrics"][0]["first"]["rate"] == suite["metrics"][0]["second"]["rate"] == 1.0
    assert all(KEY[:5] not in path.read_text() for path in run_folder(tmp_path).iterdir())


@pytest.mark.parametrize("breaks", [CUT, DROP])
def test_a_broken_connection_is_tried_again_until_there_is_an_answer(
    server: Server, command: list[str], tmp_path: Path, breaks: str
) -> None:
    server.behave = lambda _, question, times: breaks if question == "Question 1" and times < 2 else chat("[1]")
    assert main(command) == 0
    rows = rows_of(tmp_path)
    assert len(rows) == 12
    assert not any(row["error"] for row in rows)
    assert {row["attempts"] for row in rows if row["id"] == "p1"} == {3}
    assert {row["attempts"] for row in rows if row["id"] != "p1"} == {1}


def test_a_server_that_stays_dead_is_waited_for_once_and_not_by_every_prompt(
    server: Server, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.2)
    command[command.index("--concurrency") + 1] = "1"
    server.behave = lambda model, *_: DROP if model == "tuned" else chat("[1]")
    assert main(command) == 0
    attempts = [row["attempts"] for row in rows_of(tmp_path) if row["endpoint"] == "tuned"]
    assert attempts[0] > 1
    assert attempts[-3:] == [1, 1, 1]
    assert {row["error"]["kind"] for row in rows_of(tmp_path) if row["error"]} == {"connection"}
    assert (summary_of(tmp_path)["errors"], summary_of(tmp_path)["paired"]) == ({"base": 0, "tuned": 6}, 0)


@pytest.mark.parametrize("silence", [LATE, STALL])
def test_a_timeout_is_recorded_and_not_tried_again(
    server: Server, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silence: str
) -> None:
    monkeypatch.setattr(asking, "READ_SECONDS", 0.3)
    server.behave = lambda model, question, _: silence if (model, question) == ("base", "Question 0") else chat("[1]")
    assert main(command) == 0
    [failed] = [row for row in rows_of(tmp_path) if row["error"]]
    assert (failed["error"]["kind"], failed["attempts"]) == ("timeout", 1)
    assert server.asked["base", "Question 0"] == 1


def test_what_a_model_may_say_never_breaks_a_run(server: Server, command: list[str], tmp_path: Path) -> None:
    said = [None, "", "\ud83d", "\u2028\x00\n[/bold]", "\N{GRINNING FACE}", "[" * 50_000]
    server.behave = lambda _, question, __: chat(said[int(question[-1])])
    assert main(command) == 0
    answers = {row["id"]: row["answer"] for row in rows_of(tmp_path)}
    assert answers == {f"p{n}": "?" if text == "\ud83d" else text or "" for n, text in enumerate(said)}


def test_a_cut_off_answer_is_seen_as_truncation(server: Server, command: list[str], tmp_path: Path) -> None:
    server.behave = lambda *_: chat("[1, 2", finish_reason="length")
    assert main(command) == 0
    assert {row["checks"][0]["failure"] for row in rows_of(tmp_path)} == {"truncation"}


def test_the_servers_are_asked_directly_with_their_own_key(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert main(command) == 0


def test_a_resumed_run_asks_only_what_has_no_answer_yet(
    server: Server, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    well = server.behave
    server.behave = lambda model, question, times: (
        (500, {}) if (model, question) == ("tuned", "Question 3") else well(model, question, times)
    )
    assert main(command) == 0
    folder = run_folder(tmp_path)
    hint = next(line for line in capsys.readouterr().out.splitlines() if "--resume" in line)
    with (folder / "answers.jsonl").open("a") as file:
        file.write('{"suite": "own", "id": "p0", "endp')  # what a kill leaves behind
    server.behave, before = well, Counter(server.asked)
    again = shlex.split(hint.partition(": ")[2])
    assert again[1:3] == ["-m", "evalharness"]
    assert main(again[3:]) == 0
    assert server.asked - before == {("tuned", "Question 3"): 1}
    assert summary_of(tmp_path)["errors"] == {"base": 0, "tuned": 0}
    assert summary_of(tmp_path)["paired"] == 6


def test_a_complete_run_is_reported_again_without_its_servers(
    server: Server, command: list[str], tmp_path: Path
) -> None:
    assert main(command) == 0
    folder = run_folder(tmp_path)
    summary = (folder / "summary.json").read_text()
    (folder / "summary.json").unlink()
    server.behave = lambda *_: DROP
    server.shutdown()
    assert main(["eval", "--resume", str(folder), *endpoint_flags(server, tmp_path)]) == 0
    assert (folder / "summary.json").read_text() == summary


def test_a_resumption_that_is_interrupted_leaves_no_summary_of_earlier_answers(
    server: Server, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    server.behave = lambda *_: (500, {})
    assert main(command) == 0
    folder = run_folder(tmp_path)
    assert runs.finished(tmp_path / "runs", "eval") == [folder]
    monkeypatch.setattr(ab_run, "write_answers", interrupted)
    assert main(["eval", "--resume", str(folder), *endpoint_flags(server, tmp_path)]) == 130
    assert runs.finished(tmp_path / "runs", "eval") == []


def test_a_terminal_sees_a_progress_bar_with_speed_and_count(command: list[str]) -> None:
    reader, terminal = os.openpty()
    eval_command = [sys.executable, "-m", "evalharness", *command]
    with subprocess.Popen(eval_command, stderr=terminal, stdout=subprocess.PIPE) as process:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # how a pseudo-terminal ends
            while chunk := os.read(reader, 4096):
                shown += chunk
        assert process.wait(60) == 0
    os.close(reader)
    assert b"6/6" in shown
    assert b"a second" in shown
    assert b"Traceback" not in shown


def test_ctrl_c_keeps_the_rows_and_prints_the_command_that_goes_on(
    server: Server, command: list[str], tmp_path: Path
) -> None:
    server.behave = lambda _, question, __: LATE if question == "Question 5" else chat("[1]")
    with subprocess.Popen(
        [sys.executable, "-m", "evalharness", *command],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and len(server.bodies) < 11:  # the twelfth waits for the eleventh
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in error
    kept = rows_of(tmp_path)
    assert kept
    server.released.set()
    server.behave, before = lambda *_: chat("[1]"), Counter(server.asked)
    finished = subprocess.run(shlex.split(error.partition("go on with: ")[2]), capture_output=True, text=True)
    assert finished.returncode == 0
    assert sum((server.asked - before).values()) == 12 - len(kept)
    assert summary_of(tmp_path)["paired"] == 6
    assert len(rows_of(tmp_path)) == 12
