"""`make eval`, `make load` and `make verdict` against the real deployment, and what survives a SIGKILL."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from evalharness.client.asking import PATIENCE_SECONDS
from tests.newcomer import Checkout, Done, until


def summary(run: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((run / "summary.json").read_text())
    return read


def metric(evaluation: dict[str, Any], suite: str, name: str) -> dict[str, Any]:
    (found,) = [s for s in evaluation["suites"] if s["suite"] == suite]
    (wanted,) = [m for m in found["metrics"] if m["metric"] == name]
    return dict(wanted)


@pytest.fixture(scope="module")
def verdict(deployment: Checkout) -> Done:
    return deployment.make("verdict", timeout=900)


@pytest.fixture(scope="module")
def undisturbed(verdict: Done, deployment: Checkout) -> dict[str, Any]:
    """What the verdict's own eval found."""
    assert "Report: " in verdict.said, verdict.said
    run = json.loads((deployment.latest("verdict") / "run.json").read_text())
    return summary(deployment.root / "runs" / run["eval"])


def passed_or_too_noisy(done: Done, run: Path) -> bool:
    """PASS; or INCONCLUSIVE with nothing open but the capacity, as on a machine whose cores others use too."""
    concluded = summary(run)
    still_open = {reason["criterion"] for reason in concluded["reasons"] if reason["outcome"] == "unsettled"}
    if concluded["verdict"] == "PASS":
        return done.code == 0 and not still_open
    return concluded["verdict"] == "INCONCLUSIVE" and still_open == {"capacity"}


@pytest.mark.alone
def test_the_base_against_itself_shows_no_difference(deployment: Checkout) -> None:
    """Before the verdict, whose runs are the newest for those that come after; and beside it, so that the machine is
    waited for once."""
    itself = deployment.make("aa", timeout=900)
    assert passed_or_too_noisy(itself, deployment.latest("verdict")), itself.said
    for suite in summary(deployment.latest("eval"))["suites"]:
        for measured in suite["metrics"]:
            assert measured["low"] <= 0 <= measured["high"]


@pytest.mark.alone
def test_the_demo_passes_unless_the_machine_is_too_noisy_to_measure_its_capacity(
    verdict: Done, deployment: Checkout
) -> None:
    assert passed_or_too_noisy(verdict, deployment.latest("verdict")), verdict.said


def test_tuned_answers_held_out_pairs_in_json_and_base_does_not(undisturbed: dict[str, Any]) -> None:
    right = metric(undisturbed, "demo-json", "right")
    assert right["second"]["rate"] >= 0.85
    assert right["first"]["rate"] <= 0.05
    assert right["p_value"] < 0.001
    assert metric(undisturbed, "demo-json", "json_valid")["second"]["rate"] >= 0.95


def test_prose_stays_within_its_margin(undisturbed: dict[str, Any]) -> None:
    prose = metric(undisturbed, "demo-prose", "right")
    assert prose["low"] > -0.05


def test_one_suite_shows_what_tuned_still_cannot_do(undisturbed: dict[str, Any]) -> None:
    assert metric(undisturbed, "demo-unseen", "right")["second"]["rate"] < 0.5


def test_every_request_of_the_load_is_a_raw_sample(verdict: Done, deployment: Checkout) -> None:
    assert "Report: " in verdict.said, verdict.said
    run = deployment.latest("load")
    rows = [json.loads(line) for line in (run / "requests.jsonl").read_text().splitlines()]
    for endpoint in summary(run)["endpoints"]:
        measured = [r for r in rows if r["endpoint"] == endpoint["name"] and r["phase"] == "measured"]
        assert endpoint["requests"] == len(measured) > 0
        assert endpoint["error_rate"] == 0
        assert endpoint["output_tokens_per_s"] > 0
        assert endpoint["ttft"]["p50"] > 0
        for name in ("ttft", "itl", "tpot", "e2e"):
            assert 0 <= endpoint[name]["p50"] <= endpoint[name]["p90"] <= endpoint[name]["p95"] <= endpoint[name]["p99"]


def test_the_report_shows_the_verdict_and_filters_the_answers(
    verdict: Done, deployment: Checkout, browser: Browser, pictures: Path
) -> None:
    word = summary(deployment.latest("verdict"))["verdict"]
    assert word in verdict.said
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((deployment.latest("verdict") / "report.html").as_uri())
    assert word in page.locator("h1").inner_text()
    assert page.locator("svg").count() >= 2
    page.screenshot(path=pictures / "verdict.png")
    page.close()
    assert [url for url in asked if url.startswith("http")] == []


def test_a_model_that_misses_its_policy_fails_with_exit_code_1(
    verdict: Done, deployment: Checkout, tmp_path: Path
) -> None:
    assert "Report: " in verdict.said, verdict.said
    policy = (deployment.root / "evalharness" / "verdict" / "policies" / "default.yaml").read_text()
    (tmp_path / "strict.yaml").write_text(policy.replace("at_least: 0.8", "at_least: 5"))
    python = str(deployment.root / ".tandem" / "environments" / "harness" / "bin" / "python")
    strict = deployment.run(python, "-m", "evalharness", "verdict", "--policy", str(tmp_path / "strict.yaml"))
    assert strict.code == 1, strict.said
    assert "FAIL" in strict.said


def test_killed_servers_come_back_and_a_running_eval_ends_complete_and_right(
    undisturbed: dict[str, Any], deployment: Checkout
) -> None:
    known = {path.name for path in (deployment.root / "runs").glob("*-eval*")}

    def begun() -> Path | None:
        new = [path for path in (deployment.root / "runs").glob("*-eval*") if path.name not in known]
        return new[0] if new else None

    def rows() -> list[dict[str, Any]]:
        run = begun()
        file = run / "answers.jsonl" if run else None
        lines = file.read_text().splitlines(keepends=True) if file and file.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    with deployment.start("make", "eval", "EVAL_CONCURRENCY=2") as evaluation:
        try:
            for names in (("base",), ("tuned", "webui")):
                target = len(rows()) + 20
                until(lambda target=target: len(rows()) >= target or evaluation.poll() is not None, 300)
                assert evaluation.poll() is None, evaluation.communicate()[0]
                killed = {name: deployment.leader(name) for name in names}
                for leader in killed.values():
                    leader.kill()
                for name, leader in killed.items():
                    until(lambda name=name, leader=leader: serves_again(deployment, name, leader.pid), PATIENCE_SECONDS)
            said, _ = evaluation.communicate(timeout=600)
        except BaseException:
            os.killpg(evaluation.pid, signal.SIGTERM)
            raise
    assert evaluation.returncode == 0, said
    run = begun()
    assert run is not None
    prompts = [json.loads(line) for line in (run / "prompts.jsonl").read_text().splitlines()]
    answered = {(row["suite"], row["id"], row["endpoint"]) for row in rows() if row["error"] is None}
    assert len(answered) == 2 * len(prompts)
    assert any(row["attempts"] > 1 for row in rows())  # a killed server was noticed, and asked again
    assert rates(summary(run)) == pytest.approx(rates(undisturbed), abs=0.03)


def serves_again(deployment: Checkout, name: str, killed: int) -> bool:
    try:
        return deployment.leader(name).pid != killed
    except AssertionError:
        return False


def rates(evaluation: dict[str, Any]) -> list[float]:
    """The pass rates of every suite: a server killed in the middle must not change them."""
    return [m[side]["rate"] for s in evaluation["suites"] for m in s["metrics"] for side in ("first", "second")]
