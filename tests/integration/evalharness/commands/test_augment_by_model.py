"""Variants that a model makes: a small HTTP server is asked, never twice for the same, and its answers are filtered."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.client import asking
from evalharness.pool.folder import Pool
from evalharness.pool.rows import PoolRow
from tests.integration.evalharness.scripted import KEY, Reply, Server, chat, lines_of

CITIES = ("Lisbon", "Porto", "Ghent", "Zadar", "Odense", "Galway", "Turin", "Nantes", "Bilbao", "Graz")
ROWS = [
    {"instruction": f"Please say how many people live in {city} today.", "output": f"Many live in {city}."}
    for city in CITIES
]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.1)


@pytest.fixture
def command(server: Server, tmp_path: Path) -> list[str]:
    (tmp_path / "train.json").write_text(json.dumps(ROWS))
    (tmp_path / "key").write_text(KEY)
    server.behave = lambda _, question, times: chat(f"{question} Thank you{'!' * (times + 1)}")
    flags = ["--pool", str(tmp_path / "pool"), "--suites", "general", "--kinds", "paraphrase"]
    asked = ["--url", server.url, "--model", "base", "--key-file", str(tmp_path / "key")]
    return ["augment", str(tmp_path / "train.json"), *flags, *asked]


def made(folder: Path) -> list[PoolRow]:
    return [row for row in Pool(folder / "pool") if row.kind != "given"]


def test_a_share_of_the_rows_is_said_in_other_words_and_what_it_cost_is_told(
    server: Server, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0
    variants = made(tmp_path)
    assert len(variants) == len(server.bodies) == int(len(ROWS) * 0.3 / 0.7) == 4
    assert all(row.question.endswith("Thank you!") and row.state == "waiting" for row in variants)
    assert "4 questions asked: 12 tokens in, 8 out" in (told := capsys.readouterr().out)
    assert "paraphrase: 4 made" in told
    assert all(body["temperature"] == 0.7 for body in server.bodies)
    assert KEY not in "".join(path.read_text() for path in (tmp_path / "pool").iterdir())


def test_the_same_command_again_asks_nothing_and_changes_no_byte(
    server: Server, command: list[str], tmp_path: Path
) -> None:
    assert main(command) == 0
    once = (tmp_path / "pool/rows.jsonl").read_bytes()
    server.shutdown()
    server.server_close()
    assert main(command) == 0
    assert (tmp_path / "pool/rows.jsonl").read_bytes() == once


def test_exactly_so_many_although_some_answers_are_of_no_use(
    server: Server, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def behave(_: str, question: str, times: int) -> Reply:
        if "Porto" in question:
            return 500, {"error": "no"}
        if "Ghent" in question:
            return chat("")
        if "Zadar" in question:
            return chat(f"{question} Write to jan@poczta.pl.")  # falls to a filter
        return chat(f"{question} Thank you{'!' * (times + 1)}")

    server.behave = behave
    assert main([*command, "--exactly", "12", "--variants", "3"]) == 0
    states = Counter(row.state for row in made(tmp_path))
    assert states["waiting"] == 12
    assert {row.reason for row in made(tmp_path) if row.state == "dropped"} <= {"personal data: an email address"}
    told = capsys.readouterr().out
    assert "error http_500" in told and "empty" in told and "ended in an error" in told


def test_fewer_than_exactly_asked_for_is_said_and_is_a_failure(
    server: Server, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    server.behave = lambda _, question, __: chat(question)
    assert main([*command, "--exactly", "5"]) == 1
    said = capsys.readouterr()
    assert "0 of the 5 variants that --exactly asks for" in said.err
    assert "30 equal to the original" in said.out


def test_rules_and_a_model_share_one_plan_and_a_model_that_is_of_no_use_leaves_the_room_to_rules(
    server: Server, command: list[str], tmp_path: Path
) -> None:
    command[command.index("--kinds") + 1] = "paraphrase,names"
    assert main([*command, "--exactly", "10"]) == 0
    assert {row.kind for row in made(tmp_path)} == {"paraphrase", "names"}
    server.behave = lambda _, question, __: chat(question)
    command[command.index("--pool") + 1] = str(tmp_path / "other/pool")
    command[command.index("--model") + 1] = "tuned"
    assert main([*command, "--exactly", "10"]) == 0
    assert {row.kind for row in made(tmp_path / "other")} == {"names"}


def test_a_back_translation_by_two_endpoints(server: Server, command: list[str], tmp_path: Path) -> None:
    server.behave = lambda model, question, _: chat(f"[{question}]" if model == "base" else f"{question[1:-1]} Please.")
    command[command.index("--kinds") + 1] = "back-translation"
    assert main([*command, "--url", server.url, "--model", "tuned", "--through", "French"]) == 0
    assert len(made(tmp_path)) == 4
    assert all(row.question.endswith("today. Please.") for row in made(tmp_path))
    assert Counter(body["model"] for body in server.bodies) == {"base": 4, "tuned": 4}
    assert any("into French" in body["messages"][0]["content"] for body in server.bodies)


def test_a_new_question_gets_an_answer_and_meets_the_filters(
    server: Server, command: list[str], tmp_path: Path
) -> None:
    leak = "What is the capital of Italy?"

    def behave(_: str, question: str, __: int) -> Reply:
        if question.startswith("Please"):
            return chat(leak if "Turin" in question else f"Which river does {question.split()[-2]} lie on?")
        return chat("<think>Let me see.</think>On the Tagus.")

    server.behave = behave
    command[command.index("--kinds") + 1] = "new-question"
    assert main([*command, "--exactly", "9", "--variants", "1"]) == 0
    waiting = [row for row in made(tmp_path) if row.state == "waiting"]
    assert [row.answer for row in waiting] == ["On the Tagus."] * 9
    assert {row.reason for row in made(tmp_path) if row.state == "dropped"} <= {
        "a question of a suite: general, capital-03"
    }
    assert all(row.question != leak for row in waiting)


def test_killed_at_any_moment_what_was_answered_is_not_asked_again(
    server: Server, command: list[str], tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    last = [*command, "--exactly", "30", "--concurrency", "2"]
    answers, rows = (tmp_path / "pool" / name for name in ("answers.jsonl", "rows.jsonl"))
    well = server.behave
    for enough in (1, 6, 15, 29):
        server.behave = lambda *asked: (time.sleep(0.005), well(*asked))[1]
        with subprocess.Popen([sys.executable, "-m", "evalharness", *last], stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and (not answers.exists() or answers.read_bytes().count(b"\n") < enough):
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
    in_flight = len(server.bodies) - answers.read_bytes().count(b"\n")
    assert in_flight <= 4 * 2  # the questions that were open when it was killed
    assert main(last) == 0
    kept = lines_of(answers)
    assert len(kept) == len({row["question"] for row in kept}) == 30
    assert len(server.bodies) <= 30 + 4 * 2
    ids = [row.id for row in Pool(tmp_path / "pool")]
    assert len(ids) == len(set(ids)) == len(ROWS) + 30
    assert not whole.exists() and rows.exists()


def test_a_server_that_answers_nothing_is_one_line_and_keeps_the_pool(
    server: Server, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.behave = lambda *_: (500, {"error": "out of memory"})
    assert main(command) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert "base: none of 4 questions was answered (http_500" in error
    assert len(list(Pool(tmp_path / "pool"))) == len(ROWS)
    server.behave = lambda _, question, __: chat(f"{question} Thank you!")
    assert main(command) == 0
    assert len(made(tmp_path)) == 4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda words: words[: words.index("--url")], "name one with --deployed, or with --url and --model"),
        (lambda words: [*words, "--model", "tuned"], "both as often"),
        (lambda words: [*words, "--deployed", "base"], "name one with"),
        (lambda words: ["names" if word == "paraphrase" else word for word in words], "goes with --kinds paraphrase"),
        (lambda words: ["ftp://x/v1" if word.startswith("http") else word for word in words], "not an http://"),
        (lambda words: ["nosuch" if word == "base" else word for word in words], "is that its name"),
    ],
)
def test_an_endpoint_that_will_not_do_is_one_line(
    command: list[str], capsys: pytest.CaptureFixture[str], change: object, says: str
) -> None:
    assert callable(change)
    assert main(change(command)) == 2
    error = capsys.readouterr().err
    assert says in error.splitlines()[-1]


def test_the_deployed_base_is_an_endpoint_too(
    server: Server,
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / ".tandem"
    folder.mkdir()
    one = {"name": "base", "url": server.url, "model": "base", "key_file": "secrets.env", "key_name": "TANDEM_KEY"}
    (folder / "endpoints.json").write_text(json.dumps({"endpoints": [one]}))
    (folder / "secrets.env").write_text(f"TANDEM_KEY={KEY}\n")
    monkeypatch.chdir(tmp_path)
    words = command[: command.index("--url")]
    assert main([*words, "--deployed", "base"]) == 0
    assert len(made(tmp_path)) == 4
    assert main([*words, "--deployed", "other"]) == 2
    assert "--deployed other: there is no such endpoint; there are base" in capsys.readouterr().err
