"""What a comment on a pull request shows."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evalharness.report import markdown
from evalharness.runs.evidence import Evidence, judgement, read_run
from evalharness.verdict.verdict import Reason, Verdict
from tests.fixtures_runs import Asked, eval_run, judge_run, load_run

MET = Reason("superiority", "letters", "met", "letters: better")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    suites = [Asked("letters", "superiority", 30, 0.1, 0.9)]
    return Evidence(read_run(eval_run(tmp_path_factory.mktemp("runs"), suites), "eval"))


def html(text: str) -> str:
    return MarkdownIt("commonmark").enable("table").render(text)


def test_it_has_the_word_the_sentence_and_every_reason(evidence: Evidence) -> None:
    text = markdown.render(Verdict((MET, Reason("capacity", "ttft_p95", "failed", "too slow"))), evidence)
    assert text.startswith("## ❌ FAIL: tuned against base\n\ntuned breaks the limits on TTFT p95.\n")
    assert "| ✅ | superiority | letters: better |" in text
    assert "| ❌ | capacity | too slow |" in text
    assert "no load run" in text


def test_the_load_figures_stand_side_by_side(evidence: Evidence, tmp_path: Path) -> None:
    load = read_run(load_run(tmp_path, seconds=8), "load")
    rendered = html(markdown.render(Verdict((MET,)), replace(evidence, load=load)))
    assert rendered.count("<table>") == 4
    for side in load.summary.endpoints:
        assert f"{(side.ttft['p95'] or 0) * 1000:.0f} ms" in rendered


@given(st.text())
def test_nothing_in_a_reason_is_taken_for_markup(evidence: Evidence, said: str) -> None:
    plain = html(markdown.render(Verdict((MET,)), evidence))
    rendered = html(markdown.render(Verdict((Reason("superiority", "letters", "met", said),)), evidence))
    assert rendered.count("<") == plain.count("<")


def test_links_mentions_and_html_are_shown_as_they_are(evidence: Evidence) -> None:
    said = "@everyone [click](http://x.example) <img src=x> `code` | cell\nline"
    reason = Reason("superiority", "letters", "met", said)
    rendered = html(markdown.render(Verdict((reason,)), evidence))
    assert "@everyone [click](http://x.example) &lt;img src=x&gt; `code` | cell line" in rendered


def test_what_does_not_decide_is_folded_and_there_only_when_there_is_any(evidence: Evidence, tmp_path: Path) -> None:
    plain = markdown.render(Verdict((MET,)), evidence)
    assert plain.count("<details>") == plain.count("</details>") == 1
    assert "| format |" in plain
    suites = [
        Asked("letters", "superiority", 30, 0.1, 0.9, variants=("typos", "polite")),
        Asked("close", "descriptive", 10, 0.5, 0.9, margin=None, form="scored"),
    ]
    folder = eval_run(tmp_path, suites)
    judge_run(folder)
    run = read_run(folder, "eval")
    text = markdown.render(Verdict((MET,)), Evidence(run, None, judgement(run)))
    for title in ("In which ways answers were wrong", "Asked otherwise", "Closeness to references", "Judged"):
        assert f"<details><summary>{title}</summary>\n\n|" in text
    assert "| letters | together |" in text
    assert html(text).count("<table>") == 6


def test_an_unfair_fight_comes_before_the_verdicts_sentence(evidence: Evidence) -> None:
    what = {"what": "chat template", "base": "a", "tuned": "b", "matters": True}
    model = {"what": "model", "base": "a", "tuned": "b", "matters": False}
    about = {**evidence.evaluation.about, "fairness": {"differences": [what, model]}}
    unfair = replace(evidence, evaluation=replace(evidence.evaluation, about=about))
    text = markdown.render(Verdict((MET,)), unfair)
    assert text.split("\n\n")[1] == "**Not a fair fight**: in the eval run the servers differ in their chat template."
    about["fairness"]["allowed"] = ["chat template"]
    assert "fair fight" not in markdown.render(Verdict((MET,)), unfair)


def test_a_comment_of_any_run_stays_below_what_a_pull_request_takes(tmp_path: Path) -> None:
    suites = [
        Asked(f"suite-{n}", "superiority", 6, 0.1, 0.9, variants=("typos", "polite", "prefix")) for n in range(40)
    ]
    run = read_run(eval_run(tmp_path, suites), "eval")
    reasons = tuple(Reason("superiority", suite.suite, "met", "because " * 40) for suite in suites)
    assert len(markdown.render(Verdict(reasons), Evidence(run))) < 65_536
