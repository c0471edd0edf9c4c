"""The eval command against a server in trouble: every kind of it has a name, and none is a wrong answer."""

import time
from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.client import asking
from tests.integration.evalharness.scripted import (
    CUT,
    DRIP,
    DROP,
    KEY,
    LATE,
    STALL,
    Reply,
    Server,
    chat,
    rows_of,
    run_folder,
    summary_of,
)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ((500, {"error": "out of memory"}), "http_500"),
        ((429, {"error": f"slow down, {KEY}"}), "http_429"),
        ((429, b"." * 495 + KEY.encode()), "http_429"),
        ((429, {}, {"Retry-After": "3600"}), "http_429"),
        ((302, b""), "http_302"),
        ((200, b"<html>"), "malformed"),
        ((200, {"choices": KEY}), "malformed"),
        ((200, {"choices": []}), "malformed"),
        ((200, {"choices": [{"message": {"content": [1]}}]}), "malformed"),
        ((200, []), "malformed"),
        ((200, b'{"choices": [{"message": {"content": "\xff"}}]}'), "not_utf8"),
        ((200, chat("1" * 10_000_000)[1]), "too_large"),
        ((200, b'data: {"choices": [{"delta": {"con', {"Content-Type": "text/event-stream"}), "event_stream"),
    ],
)
def test_an_error_has_its_kind_is_asked_once_and_is_no_wrong_answer(
    server: Server, command: list[str], tmp_path: Path, reply: Reply, kind: str
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


@pytest.mark.parametrize("silence", [LATE, STALL, DRIP])
def test_a_timeout_is_recorded_and_not_tried_again(
    server: Server, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silence: str
) -> None:
    monkeypatch.setattr(asking, "READ_SECONDS", 1.0)
    server.behave = lambda model, question, _: silence if (model, question) == ("base", "Question 0") else chat("[1]")
    assert main(command) == 0
    [failed] = [row for row in rows_of(tmp_path) if row["error"]]
    assert (failed["error"]["kind"], failed["attempts"]) == ("timeout", 1)
    assert server.asked["base", "Question 0"] == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_says_when_to_come_back_is_asked_again_then(
    server: Server, command: list[str], tmp_path: Path, status: int
) -> None:
    busy: Reply = (status, {"error": "too busy"}, {"Retry-After": "1"})
    server.behave = lambda model, question, times: (
        busy if (model, question, times) == ("tuned", "Question 2", 0) else chat("[1]")
    )
    began = time.monotonic()
    assert main(command) == 0
    assert time.monotonic() - began > 1
    assert server.asked["tuned", "Question 2"] == 2
    assert not any(row["error"] for row in rows_of(tmp_path))
