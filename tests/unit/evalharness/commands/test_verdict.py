"""`python -m evalharness verdict`: which runs it takes, what it leaves behind, how it exits."""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalharness.__main__ import main
from evalharness.analysis.summary import summarise
from evalharness.commands import verdict as verdict_command
from evalharness.errors import Failure, UsageError
from evalharness.runs.folder import read_json, write_concluded
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.eval import Graded
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.verdict.policy import FOLDER
from tests.fixtures_runs import DEMO, ENDPOINTS, Asked, capacity_run, eval_run, judge_run, load_run

BASE, TUNED = ENDPOINTS
TWICE = (BASE, {**BASE, "name": "base again"})
SMALL = (Asked("letters", "superiority", 60, 0.1, 0.9), Asked("prose", "non-inferiority", 200, 0.98, 0.98))


def verdict(root: Path, *flags: str) -> int:
    parser = argparse.ArgumentParser()
    verdict_command.add_arguments(parser)
    return verdict_command.main(parser.parse_args(["--runs", str(root), *flags]))


def written(root: Path) -> Path:
    (folder,) = root.glob("*-verdict")
    return folder


def summary(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((written(root) / "summary.json").read_text())
    return content


def test_good_evidence_passes_with_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eval_run(tmp_path, DEMO)
    load_run(tmp_path)
    assert verdict(tmp_path) == 0
    out = capsys.readouterr().out
    assert "PASS" in out
    assert str(written(tmp_path) / "report.html") in out


def test_a_worse_model_fails_with_exit_code_1(tmp_path: Path) -> None:
    eval_run(tmp_path, [Asked("prose", "non-inferiority", 200, 0.98, 0.7)])
    load_run(tmp_path)
    assert verdict(tmp_path) == 1
    assert summary(tmp_path)["verdict"] == "FAIL"


def test_a_model_three_times_as_slow_fails_with_exit_code_1(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    load_run(tmp_path, slower=3, seconds=60)
    assert verdict(tmp_path) == 1


def test_quality_alone_is_inconclusive_with_exit_code_3(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    assert verdict(tmp_path) == 3


def test_a_run_that_does_not_say_whether_it_was_of_one_model_twice_is_of_two(tmp_path: Path) -> None:
    about = eval_run(tmp_path, SMALL) / "run.json"
    told = json.loads(about.read_text())
    about.write_text(json.dumps({**told, "settings": {}}))
    assert main(["verdict", "--runs", str(tmp_path)]) == 3


def test_the_base_against_itself_is_held_against_the_self_policy(tmp_path: Path) -> None:
    eval_run(tmp_path, [Asked("prose", "superiority", 200, 0.9, 0.9)], TWICE, base_against_base=True)
    load_run(tmp_path, TWICE, slower=1)
    assert verdict(tmp_path) == 0
    assert {reason["criterion"] for reason in summary(tmp_path)["reasons"]} == {"no difference", "capacity", "answered"}


@pytest.mark.parametrize("shares", [(0.8, 0.4), (0.9, 0.9)])
def test_the_self_policy_judges_no_two_models(tmp_path: Path, shares: tuple[float, float]) -> None:
    eval_run(tmp_path, [Asked("prose", "superiority", 200, *shares)])
    for flag in ((), ("--eval", str(eval_run(tmp_path, SMALL, base_against_base=True)))):  # it only says so
        with pytest.raises(UsageError, match=r"self\.yaml: this policy tests the harness"):
            verdict(tmp_path, "--policy", str(FOLDER / "self.yaml"), *flag)
    assert not list(tmp_path.glob("*-verdict"))


def spoil_answers(run: Path) -> None:
    (run / "answers.jsonl").unlink()


def spoil_summary(run: Path) -> None:
    path = run / "summary.json"
    path.write_text(re.sub(r'"low": -?[\d.]+', '"low": NaN', path.read_text(), count=1))


def spoil_shape(run: Path) -> None:
    path = run / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"suites": [{}]}))


@pytest.mark.parametrize("spoil", [spoil_answers, spoil_summary, spoil_shape])
def test_what_cannot_be_judged_exits_with_2_and_one_line_never_with_1_which_is_fail(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], spoil: Callable[[Path], None]
) -> None:
    spoil(eval_run(tmp_path, SMALL))
    assert main(["verdict", "--runs", str(tmp_path)]) == 2
    said = capfd.readouterr().err
    assert said.startswith("tandem: ") and said.count("\n") == 1
    assert not list(tmp_path.glob("*-verdict"))


@pytest.mark.parametrize("fault", [Failure("no"), KeyError("low"), MemoryError(), BrokenPipeError()])
def test_no_fault_of_ours_reads_as_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Exception) -> None:
    def broken(*_: object) -> None:
        raise fault

    eval_run(tmp_path, SMALL)
    monkeypatch.setattr(verdict_command, "decide", broken)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    assert main(["verdict", "--runs", str(tmp_path)]) == 2


def summarised(run: Path) -> EvalSummary:
    return summarise(read_json(run / "run.json"), read_rows(run / "answers.jsonl", Graded))


def without_wrong_answers(run: Path) -> None:
    """Sixty answers that are wrong are taken out of the rows."""
    lines = (run / "answers.jsonl").read_text().splitlines(keepends=True)
    wrong = [line for line in lines if json.loads(line)["endpoint"] == "tuned" and not json.loads(line)["right"]]
    (run / "answers.jsonl").write_text("".join(line for line in lines if line not in wrong[:60]))


def test_rows_that_were_taken_out_are_noticed_and_a_summary_made_anew_does_not_pass(tmp_path: Path) -> None:
    run = eval_run(tmp_path, [Asked("prose", "non-inferiority", 200, 0.9, 0.6)])
    load_run(tmp_path)
    assert verdict(tmp_path) == 1
    without_wrong_answers(run)
    with pytest.raises(UsageError, match=r"not made of the answers\.jsonl beside it; eval --resume"):
        verdict(tmp_path)
    write_concluded(run / "summary.json", summarised(run))
    assert verdict(tmp_path / "again", "--eval", str(run), "--load", str(next(tmp_path.glob("*-load")))) == 3
    [missing] = [reason for reason in summary(tmp_path / "again")["reasons"] if reason["subject"] == "prose: missing"]
    assert "60 answers of 400 are missing" in missing["text"]


@pytest.mark.parametrize("kind", ["eval", "load"])
def test_the_summary_of_another_run_is_refused(tmp_path: Path, kind: str) -> None:
    bad = [Asked("prose", "non-inferiority", 200, 0.9, 0.6)]
    runs = {"eval": (eval_run(tmp_path, bad), eval_run(tmp_path)), "load": (load_run(tmp_path), load_run(tmp_path))}
    runs["load"] = (load_run(tmp_path, slower=3), runs["load"][0])
    of, other = runs[kind]
    (of / "summary.json").write_bytes((other / "summary.json").read_bytes())
    with pytest.raises(UsageError, match="not made of the"):
        verdict(tmp_path, f"--{kind}", str(of))


def test_what_a_judge_said_of_other_answers_is_refused(tmp_path: Path) -> None:
    first, second = eval_run(tmp_path, SMALL), eval_run(tmp_path, DEMO)
    (second / "judge.json").write_bytes(judge_run(first).read_bytes())
    with pytest.raises(UsageError, match="judge with this run writes it anew"):
        verdict(tmp_path, "--eval", str(second))


def test_a_run_folder_holds_all_of_the_verdict(tmp_path: Path) -> None:
    evaluation, load = eval_run(tmp_path, SMALL), load_run(tmp_path, seconds=20)
    verdict(tmp_path)
    folder = written(tmp_path)
    names = {"run.json", "summary.json", "report.html", "junit.xml", "summary.md"}
    assert {path.name for path in folder.iterdir()} == names
    run = json.loads((folder / "run.json").read_text())
    assert (run["kind"], run["eval"], run["load"]) == ("verdict", evaluation.name, load.name)
    assert run["policy"]["max_error_rate"] == 0.01
    content = summary(tmp_path)
    assert (content["schema"], content["kind"]) == (4, "verdict")
    assert content["eval"] == json.loads((evaluation / "summary.json").read_text())
    assert content["load"] == json.loads((load / "summary.json").read_text())
    assert all(set(reason) == {"criterion", "subject", "outcome", "text", "plain"} for reason in content["reasons"])


def test_the_newest_load_run_of_the_same_two_models_is_taken(tmp_path: Path) -> None:
    fitting = load_run(tmp_path, seconds=20)
    eval_run(tmp_path, SMALL)
    load_run(tmp_path, (BASE, {**TUNED, "version": "newer"}), seconds=20)
    verdict(tmp_path)
    assert json.loads((written(tmp_path) / "run.json").read_text())["load"] == fitting.name


def test_a_load_run_of_other_models_is_refused_when_it_is_named(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    other = load_run(tmp_path, (BASE, {**TUNED, "version": "newer"}), seconds=20)
    with pytest.raises(UsageError, match="version newer"):
        verdict(tmp_path, "--load", str(other))
    assert not list(tmp_path.glob("*-verdict"))


def test_models_without_a_version_are_told_apart_by_their_address(tmp_path: Path) -> None:
    here = [{**side, "version": ""} for side in ENDPOINTS]
    elsewhere = [here[0], {**here[1], "url": "http://127.0.0.1:9002/v1"}]
    fitting = load_run(tmp_path, here, seconds=20)
    eval_run(tmp_path, SMALL, here)
    other = load_run(tmp_path, elsewhere, seconds=20)
    verdict(tmp_path)
    assert json.loads((written(tmp_path) / "run.json").read_text())["load"] == fitting.name
    with pytest.raises(UsageError, match=r"127\.0\.0\.1:9002"):
        verdict(tmp_path, "--load", str(other))


def test_a_known_version_is_the_same_model_at_any_address(tmp_path: Path) -> None:
    load = load_run(tmp_path, (BASE, {**TUNED, "url": "http://127.0.0.1:9002/v1"}), seconds=20)
    eval_run(tmp_path, SMALL)
    verdict(tmp_path)
    assert json.loads((written(tmp_path) / "run.json").read_text())["load"] == load.name


def test_a_load_run_of_another_machine_is_not_taken(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    other = load_run(tmp_path, seconds=20)
    about = json.loads((other / "run.json").read_text())
    (other / "run.json").write_text(json.dumps({**about, "host": {**about["host"], "cores": 999}}))
    assert verdict(tmp_path) == 3
    assert json.loads((written(tmp_path) / "run.json").read_text())["load"] is None
    with pytest.raises(UsageError, match="cores 999"):
        verdict(tmp_path, "--load", str(other))


def test_a_load_whose_generator_was_the_bottleneck_keeps_from_passing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    eval_run(tmp_path, SMALL)
    load_run(tmp_path, busy=0.98)
    assert verdict(tmp_path) == 3
    assert "Invalid: The load generator used 98% of a core" in capsys.readouterr().out


def asking_capacity(folder: Path, least: float) -> str:
    """A policy file: the default, and so much of the base's capacity."""
    policy = folder / "capacity.yaml"
    policy.write_text((FOLDER / "default.yaml").read_text() + f"\ncapacity: {{at_least: {least}}}\n")
    return str(policy)


@pytest.mark.parametrize(("least", "word"), [(0.3, "PASS"), (0.9, "INCONCLUSIVE"), (3.0, "FAIL")])
def test_a_policy_that_asks_for_capacity_is_held_against_a_capacity_run_which_every_page_shows(
    tmp_path: Path, least: float, word: str
) -> None:
    eval_run(tmp_path, SMALL)
    load_run(tmp_path)
    borne = capacity_run(tmp_path)
    assert verdict(tmp_path, "--policy", asking_capacity(tmp_path, least)) == verdict_command.EXIT_CODES[word]
    content = summary(tmp_path)
    assert content["capacity"] == json.loads((borne / "summary.json").read_text())
    assert json.loads((written(tmp_path) / "run.json").read_text())["capacity"] == borne.name
    assert f'name="capacity" value="{borne.name}"' in (written(tmp_path) / "junit.xml").read_text()
    assert "| at local | base | tuned | tuned / base |" in (written(tmp_path) / "summary.md").read_text()
    assert f'href="../{borne.name}/capacity.html"' in (written(tmp_path) / "report.html").read_text()


def test_a_policy_that_asks_for_capacity_is_inconclusive_without_such_a_run(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    load_run(tmp_path)
    assert verdict(tmp_path, "--policy", asking_capacity(tmp_path, 0.3)) == 3
    assert "capacity" not in summary(tmp_path)


def test_a_capacity_run_that_the_policy_does_not_ask_for_is_left_alone(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    load_run(tmp_path)
    capacity_run(tmp_path)
    assert verdict(tmp_path) == 0
    assert "capacity" not in summary(tmp_path)
    assert 'id="capacity"' not in (written(tmp_path) / "report.html").read_text()


def test_servers_that_differed_in_the_capacity_run_keep_from_passing(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    load_run(tmp_path)
    path = capacity_run(tmp_path) / "run.json"
    cache = {"what": "KV cache", "base": "8 GiB", "tuned": "4 GiB", "matters": True, "between": ["base", "tuned"]}
    fairness = {"read": {}, "differences": [cache], "unknown": []}
    path.write_text(json.dumps({**json.loads(path.read_text()), "fairness": fairness}))
    assert verdict(tmp_path, "--policy", asking_capacity(tmp_path, 0.3)) == 3
    [fair] = [reason for reason in summary(tmp_path)["reasons"] if reason["criterion"] == "fair fight"]
    assert (fair["subject"], fair["outcome"]) == ("KV cache", "unsettled")
    assert "in the capacity run the servers differ in their KV cache" in (written(tmp_path) / "summary.md").read_text()


def test_the_newest_finished_eval_run_is_taken(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    newest = eval_run(tmp_path, SMALL)
    verdict(tmp_path)
    assert json.loads((written(tmp_path) / "run.json").read_text())["eval"] == newest.name


def test_without_any_eval_run_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="evalharness eval"):
        verdict(tmp_path)


def test_an_unfinished_eval_run_is_passed_over_and_refused_when_it_is_named(tmp_path: Path) -> None:
    finished, unfinished = eval_run(tmp_path, SMALL), eval_run(tmp_path, SMALL)
    (unfinished / "summary.json").unlink()
    with pytest.raises(UsageError, match="not finished"):
        verdict(tmp_path, "--eval", str(unfinished))
    verdict(tmp_path)
    assert json.loads((written(tmp_path) / "run.json").read_text())["eval"] == finished.name


def test_a_run_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a run of kind eval but of kind load"):
        verdict(tmp_path, "--eval", str(load_run(tmp_path, seconds=20)))


def test_a_summary_of_another_schema_is_refused(tmp_path: Path) -> None:
    path = eval_run(tmp_path, SMALL) / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 99}))
    with pytest.raises(UsageError, match="schema 99"):
        verdict(tmp_path)


def test_a_bad_policy_leaves_nothing_behind(tmp_path: Path) -> None:
    eval_run(tmp_path, SMALL)
    policy = tmp_path / "mine.yaml"
    policy.write_text("version: 1\n")
    with pytest.raises(UsageError, match=r"mine\.yaml"):
        verdict(tmp_path, "--policy", str(policy))
    assert not list(tmp_path.glob("*-verdict"))


def test_an_error_that_a_resumed_run_mended_does_not_count(tmp_path: Path) -> None:
    def refused(endpoint: str, index: int) -> dict[str, str] | None:
        return {"kind": "connection", "detail": "refused"} if endpoint == "base" and index < 20 else None

    once, again = eval_run(tmp_path, SMALL, error=refused), eval_run(tmp_path, SMALL)
    rows = (once / "answers.jsonl").read_text() + (again / "answers.jsonl").read_text()
    (again / "answers.jsonl").write_text(rows)
    write_concluded(again / "summary.json", summarised(again))
    for folder, outcome in ((once, "unsettled"), (again, "met")):
        verdict(tmp_path / "verdicts", "--eval", str(folder))
        path = max((tmp_path / "verdicts").glob("*-verdict*"), key=lambda path: path.stat().st_mtime_ns)
        reasons = json.loads((path / "summary.json").read_text())["reasons"]
        (of_base,) = (reason for reason in reasons if reason["subject"] == "eval: base")
        assert of_base["outcome"] == outcome
