"""An eval run that ended before its time, and goes on: nothing that was written is asked again, nothing is lost."""

import random
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalharness.__main__ import main
from evalharness.client import asking_run
from evalharness.runs.folder import finished_runs
from tests.integration.evalharness.scripted import (
    DROP,
    LATE,
    Server,
    chat,
    endpoint_flags,
    rows_of,
    run_folder,
    summary_of,
)

PROMPTS, MOST_SECONDS = 60, 1.0  # of a run that is killed; how long it then works, at most


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
    assert finished_runs(tmp_path / "runs", "eval") == [folder]
    monkeypatch.setattr(asking_run, "write_answers", interrupted)
    assert main(["eval", "--resume", str(folder), *endpoint_flags(server, tmp_path)]) == 130
    assert finished_runs(tmp_path / "runs", "eval") == []


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


def test_whenever_it_is_killed_what_was_answered_is_kept_and_never_asked_again(
    server: Server, command: list[str], tmp_path: Path
) -> None:
    def slowly(model: str, *_: Any) -> tuple[int, Any]:
        time.sleep(0.02)
        return chat("[1]" if model == "tuned" else "one")

    server.behave = slowly
    suite = yaml.safe_load((tmp_path / "own.yaml").read_text())
    [prompt] = suite["prompts"][:1]
    suite["prompts"] = [
        {**prompt, "id": f"p{n}", "messages": [{"role": "user", "content": f"Question {n}"}]} for n in range(PROMPTS)
    ]
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(suite))
    program = [sys.executable, "-m", "evalharness"]
    chance, kept, rounds = random.Random(1), Counter[tuple[str, str]](), 0
    again = [*program, *command]
    while True:
        asked = sum(server.asked.values())
        with subprocess.Popen(again, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and sum(server.asked.values()) == asked:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, MOST_SECONDS))
            process.kill()
        rounds += 1
        rows = rows_of(tmp_path)
        assert all(row["error"] is None for row in rows)
        assert all(server.asked[question] == times for question, times in kept.items()), "asked again"
        kept = Counter({(row["endpoint"], f"Question {row['id'][1:]}"): 0 for row in rows})
        assert len(kept) == len(rows), "answered twice"
        for question in kept:
            kept[question] = server.asked[question]
        if process.returncode == 0:
            break
        again = [*program, "eval", "--resume", str(run_folder(tmp_path)), "--concurrency", "3"]
        again += endpoint_flags(server, tmp_path)
    assert rounds > 2
    assert len(kept) == 2 * PROMPTS
    # In flight at a kill: an answer to each thread, and what the one writer had not come to.
    assert sum(server.asked.values()) - 2 * PROMPTS <= (rounds - 1) * 2 * 3
    assert summary_of(tmp_path)["paired"] == PROMPTS


def test_a_resumed_run_asks_the_repeats_that_have_no_answer_with_the_seeds_they_had(
    server: Server, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = yaml.safe_load((tmp_path / "own.yaml").read_text())
    suite |= {"repeats": 3, "sampling": {"max_tokens": 8, "temperature": 1.0, "seed": 7}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(suite))
    well = server.behave
    server.behave = lambda model, question, times: (
        (500, {}) if question == "Question 3" else well(model, question, times)
    )
    assert main(command) == 0
    assert summary_of(tmp_path)["errors"] == {"base": 3, "tuned": 3}
    server.behave = well
    server.bodies.clear()
    assert main([*command[:1], "--resume", str(run_folder(tmp_path)), *command[command.index("--concurrency") :]]) == 0
    assert Counter(body["seed"] for body in server.bodies if body.get("seed")) == {7: 2, 8: 2, 9: 2}
    found = summary_of(tmp_path)
    assert (found["paired"], found["metrics"][0]["groups"], found["unasked"]) == (18, 6, 0)
    assert found["repeats"]["repeats"] == 3
    assert {row["repeat"] for row in rows_of(tmp_path)} == {1, 2, 3}
    assert "as new prompts" in capsys.readouterr().out or not found["repeats"]["between"]
