"""The eval command against a server that works: what it asks, keeps, prints and refuses."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from evalharness.__main__ import main
from tests.integration.evalharness.scripted import Server, chat, rows_of, run_folder, summary_of


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
    assert (right["difference"], right["only_second"], right["p_value"]) == (1.0, 6, 1 / 2**6)
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
        ("--url", "base={server}/nowhere", "is that its name"),
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
