"""A run in looks stops as soon as everything is settled, goes on where it is not, and pays for having looked."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalharness.__main__ import main
from evalharness.runs.folder import read_json
from evalharness.stats.sequential import confidences
from tests.integration.evalharness.scripted import Server, chat

PROMPTS = 80


@pytest.fixture
def in_looks(command: list[str], tmp_path: Path) -> list[str]:
    suite = yaml.safe_load((tmp_path / "own.yaml").read_text())
    [first, *_] = suite["prompts"]
    asked = [{"role": "user", "content": f"Question {number}"} for number in range(PROMPTS)]
    suite["prompts"] = [{**first, "id": f"p{at}", "messages": [message]} for at, message in enumerate(asked)]
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(suite))
    return [*command, "--looks"]


def summary(folder: Path) -> dict[str, Any]:
    [path] = folder.glob("runs/*-eval/summary.json")
    found: dict[str, Any] = read_json(path)
    return found


def test_a_clear_gain_is_settled_by_a_quarter_of_the_prompts(
    server: Server, in_looks: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(in_looks) == 0
    found = summary(tmp_path)
    assert sum(server.asked.values()) == 2 * PROMPTS / 4
    assert (found["suites"][0]["prompts"], found["suites"][0]["unasked"]) == (PROMPTS / 4, 0)
    assert found["confidence"] == pytest.approx(confidences((0.25, 0.5, 1.0))[0])
    assert "look 1 of 3, 20 prompts: everything is settled" in capsys.readouterr().err


def test_what_stays_open_is_asked_to_the_end_and_named(
    server: Server, in_looks: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.behave = lambda *_: chat("[1]")
    assert main(in_looks) == 0
    assert sum(server.asked.values()) == 2 * PROMPTS
    assert summary(tmp_path)["confidence"] == pytest.approx(confidences((0.25, 0.5, 1.0))[-1])
    said = capsys.readouterr().err
    assert "look 2 of 3, 40 prompts: not settled yet: own" in said and "look 3 of 3, 80 prompts" in said


def test_a_verdict_is_reached_on_a_run_that_stopped_early(in_looks: list[str], tmp_path: Path) -> None:
    assert main(in_looks) == 0
    runs = ["--runs", str(tmp_path / "runs")]
    own = tmp_path / "quality.yaml"
    own.write_text("{version: 1, quality: by-purpose, max_error_rate: 0.01}")
    assert main(["verdict", *runs, "--policy", str(own)]) == 0
    [page] = tmp_path.glob("runs/*-verdict/report.html")
    assert "99.9" in page.read_text(encoding="utf-8")


def test_a_resumed_run_that_had_settled_asks_nothing_more(server: Server, in_looks: list[str], tmp_path: Path) -> None:
    assert main(in_looks) == 0
    asked = sum(server.asked.values())
    [folder] = tmp_path.glob("runs/*-eval")
    without = in_looks[: in_looks.index("--suites")] + in_looks[in_looks.index("--concurrency") : -1]
    assert main([*without, "--resume", str(folder)]) == 0
    assert sum(server.asked.values()) == asked


def test_the_looks_settle_what_the_given_policy_asks_for(
    in_looks: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tuned model is right in all, the base in none: better beyond doubt, but not by 90 points after 20 prompts."""
    own = tmp_path / "much.yaml"
    own.write_text("{version: 1, quality: by-purpose, max_error_rate: 0.01, suites: {own: {better_by_at_least: 0.9}}}")
    assert main([*in_looks, "--policy", str(own)]) == 0
    assert "look 1 of 3, 20 prompts: not settled yet: own" in capsys.readouterr().err
    own.write_text("{version: 1, quality: by-purpose, max_error_rate: 0.01, robustness: {not_worse_by: 0.05}}")
    assert main([*in_looks, "--policy", str(own)]) == 0
    assert "look 3 of 3, 80 prompts: not settled yet: suites" in capsys.readouterr().err


def test_a_further_round_of_the_same_models_has_wider_intervals_and_says_so(
    server: Server, in_looks: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {"key_file": str(tmp_path / "key"), "url": server.url}
    sides = [{**known, "name": name, "model": name, "version": "1"} for name in ("base", "tuned")]
    (tmp_path / "endpoints.json").write_text(json.dumps({"endpoints": sides}))
    flags = in_looks[: in_looks.index("--url")]
    again = [*flags, "--endpoints", str(tmp_path / "endpoints.json")]
    assert main(again) == 0
    server.behave = lambda model, question, _: chat("[1]" if model == "tuned" or question.endswith("7") else "one")
    capsys.readouterr()
    assert main(again) == 0
    assert "look 2 at these two models" in capsys.readouterr().out
    found = sorted(tmp_path.glob("runs/*-eval*/summary.json"))
    assert [read_json(path)["rounds"] for path in found] == [1, 2]
    assert [read_json(path)["confidence"] for path in found] == pytest.approx([0.95, 1 - 0.05 / 3])
