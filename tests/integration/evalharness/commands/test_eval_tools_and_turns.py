"""Eval runs whose prompts offer tools, or are conversations that each model leads itself."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalharness.__main__ import main
from evalharness.commands.load import prompts_in_turn
from evalharness.report.pairs import side_by_side
from evalharness.runs.evidence import read_run
from evalharness.suites.files import load_suite
from evalharness.suites.generators import live, tool_calls
from evalharness.suites.generators.drafts import Draft
from tests.integration.evalharness.scripted import (
    CUT,
    Reply,
    Server,
    calling,
    chat,
    rows_of,
    run_folder,
    summary_of,
)
from tests.integration.evalharness.stand_in import stand_in

TOOL = {"name": "add", "description": "Adds.", "parameters": {"type": "object", "properties": {"a": {}, "b": {}}}}
NO_PARSER = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'


def asking(command: list[str], tmp_path: Path, *prompts: dict[str, Any]) -> list[str]:
    """The command, with these prompts for the ones it had."""
    path = tmp_path / "own.yaml"
    suite = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**suite, "prompts": list(prompts)}))
    return command


@pytest.fixture
def sums(command: list[str], tmp_path: Path) -> list[str]:
    wanted = [{"name": "add", "arguments": {"a": 2, "b": 3}}]
    ask = {"tools": [TOOL], "messages": [{"role": "user", "content": "2 + 3?"}]}
    return asking(command, tmp_path, {"id": "p", **ask, "checks": [{"type": "calls", "value": wanted}]})


def added(b: float) -> Reply:
    return calling([("add", json.dumps({"b": b, "a": 2}))])


def test_calls_of_tools_are_kept_in_their_rows_and_checked(server: Server, sums: list[str], tmp_path: Path) -> None:
    server.behave = lambda model, *_: added(3.0 if model == "tuned" else 4)
    assert main(sums) == 0
    rows = {row["endpoint"]: row for row in rows_of(tmp_path)}
    assert (rows["base"]["right"], rows["tuned"]["right"]) == (False, True)
    assert rows["base"]["checks"][0]["failure"] == "arguments"
    [call] = rows["tuned"]["calls"]
    assert (call["name"], json.loads(call["arguments"])) == ("add", {"a": 2, "b": 3.0})
    assert all(body["tools"] == [{"type": "function", "function": TOOL}] for body in server.bodies)
    assert "tool_choice" not in server.bodies[0]
    [shown] = side_by_side(read_run(run_folder(tmp_path), "eval"), None)["prompts"]
    assert shown["tools"] == ["add"]
    assert shown["answers"][1]["text"] == '→ add({"b": 3.0, "a": 2})'


def test_an_endpoint_that_refuses_tools_has_not_answered_wrongly(
    server: Server, sums: list[str], tmp_path: Path
) -> None:
    server.behave = lambda model, *_: (400, {"error": {"message": NO_PARSER}}) if model == "tuned" else added(3)
    assert main(sums) == 0
    [refused] = [row for row in rows_of(tmp_path) if row["endpoint"] == "tuned"]
    assert (refused["error"]["kind"], refused["right"], refused["checks"]) == ("tools_refused", None, [])
    suite = summary_of(tmp_path)
    assert (suite["errors"], suite["paired"]) == ({"base": 0, "tuned": 1}, 0)


def test_a_prompt_that_is_too_long_is_no_refusal_of_tools(server: Server, sums: list[str], tmp_path: Path) -> None:
    server.behave = lambda *_: (400, {"error": {"message": "maximum context length is 2048"}})
    assert main(sums) == 0
    assert {row["error"]["kind"] for row in rows_of(tmp_path)} == {"http_400"}


def turn(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


@pytest.fixture
def talk(command: list[str], tmp_path: Path) -> list[str]:
    """A conversation of three turns, whose second and last answers are looked at."""
    checks = [{"type": "contains", "value": ["two"], "turn": 2}, {"type": "contains", "value": ["three"]}]
    messages = [{"role": "system", "content": "Count."}, turn("First"), turn("Second"), turn("Third")]
    return asking(command, tmp_path, {"id": "p", "live": True, "messages": messages, "checks": checks})


COUNTED = {"First": "<think>1?</think>one", "Second": "two", "Third": "three"}


def test_each_model_is_sent_its_own_former_answers_turn_by_turn(
    server: Server, talk: list[str], tmp_path: Path
) -> None:
    server.behave = lambda model, question, _: chat(COUNTED[question] if model == "tuned" else question.lower())
    assert main(talk) == 0
    sent = {
        model: [[said["content"] for said in body["messages"]] for body in server.bodies if body["model"] == model]
        for model in ("base", "tuned")
    }
    assert sent["base"] == [
        ["Count.", "First"],
        ["Count.", "First", "first", "Second"],
        ["Count.", "First", "first", "Second", "second", "Third"],
    ]
    assert sent["tuned"][-1] == ["Count.", "First", "one", "Second", "two", "Third"]
    [shown] = side_by_side(read_run(run_folder(tmp_path), "eval"), None)["prompts"]
    assert shown["answers"][0]["text"] == "[turn 1] first\n\n[turn 2] second\n\n[turn 3] third"
    assert shown["answers"][0]["failures"] == [["turn 2 contains", "missing"], ["contains", "missing"]]
    rows = {row["endpoint"]: row for row in rows_of(tmp_path)}
    assert [said["answer"] for said in rows["tuned"]["earlier"]] == ["<think>1?</think>one", "two"]
    assert (rows["tuned"]["answer"], rows["tuned"]["right"]) == ("three", True)
    assert [(check.get("turn"), check["passed"]) for check in rows["base"]["checks"]] == [(2, False), (None, False)]
    assert summary_of(tmp_path)["paired"] == 1


def test_a_conversation_that_breaks_off_is_asked_again_from_its_beginning(
    server: Server, talk: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalharness.client.asking.PATIENCE_SECONDS", 0.05)
    server.behave = lambda _, question, __: CUT if question == "Second" else chat(COUNTED[question])
    assert main(talk) == 0
    for row in rows_of(tmp_path):
        assert row["right"] is None
        assert row["error"]["detail"].startswith("turn 2: ")
        assert len(row["earlier"]) == 1
    server.behave = lambda _, question, __: chat(COUNTED[question])
    server.bodies.clear()
    resumed = [word for at, word in enumerate(talk) if "--suites" not in talk[max(0, at - 1) : at + 1]]
    assert main([*resumed, "--resume", str(run_folder(tmp_path))]) == 0
    assert [body["messages"][-1]["content"] for body in server.bodies if body["model"] == "base"] == [*COUNTED]
    assert [row["right"] for row in rows_of(tmp_path)][2:] == [True, True]


def test_load_is_made_with_the_first_turn_alone_of_a_live_conversation(talk: list[str], tmp_path: Path) -> None:
    assert talk
    [(name, messages)] = prompts_in_turn([load_suite(tmp_path / "own.yaml")], 0)
    assert (name, [message["content"] for message in messages]) == ("own/p", ["Count.", "First"])


@pytest.mark.parametrize("suite", [live.suite(), tool_calls.suite()], ids=lambda draft: draft.name)
def test_of_a_stand_in_every_right_answer_passes_and_every_wrong_one_fails(
    server: Server, command: list[str], tmp_path: Path, suite: Draft
) -> None:
    answers = [(item.messages, {"base": item.gold, "tuned": item.wrong}) for item in suite.items]
    server.behave = stand_in(server, suite.items[0].live, answers)
    command[command.index("--suites") + 1] = suite.name
    command[command.index("--concurrency") + 1] = "1"
    assert main(command) == 0
    rows = rows_of(tmp_path)
    assert len(rows) == 2 * len(suite.items)
    assert not [row["error"] for row in rows if row["error"]]
    assert [row["id"] for row in rows if row["right"] != (row["endpoint"] == "base")] == []
