"""The perturb command against a small HTTP server that rewrites, spoils, refuses and dies as it is told; and an eval
of what it wrote."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalharness.__main__ import main
from evalharness.client import asking
from evalharness.runs.folder import read_json
from evalharness.suites.files import load_suite
from tests.json_server import JsonHandler, running

KEY = "sk-only-for-this-test"
WAIT = "wait"
Behaviour = Callable[[str, str, int], str | int]
"""(instruction, text, seed) -> an answer, a status, or WAIT until the test is over."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave: Behaviour = lambda _, text, seed: f"{text} Thanks{'!' * (seed + 1)}"
        self.bodies: list[dict[str, Any]] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(JsonHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.body()
        said: str | int = "Hello"
        if self.headers["Authorization"] != f"Bearer {KEY}":
            said = 401
        elif len(body["messages"]) == 2:
            self.server.bodies.append(body)
            said = self.server.behave(body["messages"][0]["content"], body["messages"][1]["content"], body["seed"])
        if said == WAIT:
            self.server.released.wait(60)
        if isinstance(said, str):
            self.reply(200, {"choices": [{"message": {"content": said}, "finish_reason": "stop"}]})
        else:
            self.reply(said, {"error": "no"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(asking, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.1)
    with running(Server()) as server:
        yield server
        server.released.set()


@pytest.fixture
def command(server: Server, tmp_path: Path) -> list[str]:
    prompts = [
        {
            "id": f"p{number}",
            "messages": [{"role": "user", "content": f"Question {number} about 'this text'."}],
            "checks": [{"type": "contains", "value": ["answer"]}],
        }
        for number in range(4)
    ]
    head = {"suite": "own", "version": 1, "title": "T", "purpose": "descriptive", "sampling": {"max_tokens": 8}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({**head, "prompts": prompts}))
    (tmp_path / "key").write_text(KEY)
    out = ["--suites", str(tmp_path / "own.yaml"), "--out", str(tmp_path / "more.yaml")]
    asked = ["--url", server.url, "--model", "m", "--key-file", str(tmp_path / "key")]
    return ["perturb", *out, *asked, "--kinds", "paraphrase"]


def variants(folder: Path) -> dict[str, str]:
    return {prompt.id: prompt.messages[0].content for prompt in load_suite(folder / "more.yaml").prompts if prompt.of}


def test_every_prompt_is_rewritten_and_every_sampling_parameter_stated(
    server: Server, command: list[str], tmp_path: Path
) -> None:
    assert main([*command, "--variants", "2"]) == 0
    assert variants(tmp_path) == {
        f"p{n}~paraphrase{'' if k == 1 else '~2'}": f"Question {n} about 'this text'. Thanks{'!' * k}"
        for n in range(4)
        for k in (1, 2)
    }
    assert len(server.bodies) == 8
    stated = {"max_tokens", "temperature", "top_p", "seed", "presence_penalty", "frequency_penalty"}
    assert all(stated <= body.keys() for body in server.bodies)
    assert KEY not in "".join(path.read_text() for path in tmp_path.iterdir() if path.name != "key")


def test_a_back_translation_is_made_of_the_translation(server: Server, command: list[str], tmp_path: Path) -> None:
    server.behave = lambda instruction, text, _: (
        f"译{text}" if "into French" in instruction else text.removeprefix("译") + " Please."
    )
    assert main([*command[:-1], "back-translation", "--through", "French"]) == 0
    assert variants(tmp_path)["p1~back-translation"] == "Question 1 about 'this text'. Please."
    assert len(server.bodies) == 8


def test_bad_answers_are_dropped_counted_and_never_used(
    server: Server, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {
        "0": "",
        "1": "Question 1 about 'this text'.",
        "2": "Question two about 'this text'.",
        "3": "The answer about 'this text' is 3.",
    }
    server.behave = lambda _, text, __: said[text.split()[1]]
    assert main(command) == 0
    assert variants(tmp_path) == {}
    told = capsys.readouterr().out
    for why in ("1 empty", "1 equal to the original", "1 lost what must stay", "1 gave the answer away"):
        assert why in told


def test_the_same_command_asks_only_what_is_missing(
    server: Server, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    well = server.behave
    server.behave = lambda instruction, text, seed: 500 if "2" in text else well(instruction, text, seed)
    assert main(command) == 0
    assert len(variants(tmp_path)) == 3
    assert "1 error http_500" in (told := capsys.readouterr().out)
    assert "Ask again" in told
    with (tmp_path / "more.answers.jsonl").open("a") as file:
        file.write('{"question": "ab')  # what a kill leaves behind
    server.behave = well
    server.bodies.clear()
    assert main(command) == 0
    assert [body["messages"][1]["content"] for body in server.bodies] == ["Question 2 about 'this text'."]
    assert len(variants(tmp_path)) == 4
    written = (tmp_path / "more.yaml").read_bytes()
    server.shutdown()
    server.server_close()
    assert main(command) == 0
    assert (tmp_path / "more.yaml").read_bytes() == written


def test_another_model_is_asked_anew(server: Server, command: list[str]) -> None:
    assert main(command) == 0
    command[command.index("--model") + 1] = "another"
    assert main(command) == 0
    assert len(server.bodies) == 8


def test_a_refused_key_ends_in_one_line_and_no_file(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("sk-wrong")
    assert main(command) == 2
    error = capsys.readouterr().err
    assert "the right key file" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "more.yaml").exists()


def test_ctrl_c_keeps_what_was_answered(server: Server, command: list[str], tmp_path: Path) -> None:
    well = server.behave
    server.behave = lambda instruction, text, seed: WAIT if "3" in text else well(instruction, text, seed)
    kept = tmp_path / "more.answers.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "evalharness", *command], stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None and (not kept.exists() or kept.read_text().count("\n") < 3):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert str(kept) in error
    server.behave = well
    server.bodies.clear()
    assert main(command) == 0
    assert len(server.bodies) == 1
    assert len(variants(tmp_path)) == 4


def test_a_run_of_a_varied_suite_says_what_is_kept(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command[:5], "--kinds", "polite,prefix,counter-order"]) == 0

    class Answers(JsonHandler):
        def do_POST(self) -> None:
            body = self.body()
            asked = body["messages"][-1]["content"]
            right = asked.startswith("Question") and (body["model"] == "tuned" or "\n" not in asked)
            self.reply(200, {"choices": [{"message": {"content": "answer" if right else "what?"}}]})

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Answers)) as answers:
        url = f"http://127.0.0.1:{answers.server_address[1]}/v1"
        flags = ["--suites", str(tmp_path / "more.yaml"), "--runs", str(tmp_path / "runs")]
        assert main(["eval", *flags, "--url", f"base={url}", "--url", f"tuned={url}"]) == 0
    [folder] = (tmp_path / "runs").iterdir()
    [suite] = read_json(folder / "summary.json")["suites"]
    assert (suite["prompts"], suite["paired"]) == (12, 4)
    found = suite["robustness"]
    assert [row["kind"] for row in found["preserving"]] == ["prefix"]
    assert found["preserving"][0]["endpoints"]["tuned"]["kept"] == 0.0
    [order] = found["changing"]
    assert (order["kind"], order["difference"]) == ("counter-order", -1.0)
    said = capsys.readouterr().out
    assert "4 + 8 variants" in said
    assert "the same asked otherwise" in said
    assert "an order against it" in said
    assert "tuned keeps" in said
