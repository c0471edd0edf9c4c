"""What a comment on a pull request shows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evalharness.evidence import Run, read_run
from evalharness.report import markdown
from evalharness.verdict import Reason, Verdict
from tests.fixtures_runs import Asked, eval_run, load_run

MET = Reason("superiority", "letters", "met", "letters: better")


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_run(eval_run(tmp_path_factory.mktemp("runs"), [Asked("letters", "superiority", 30, 0.1, 0.9)]), "eval")


def html(text: str) -> str:
    return MarkdownIt("commonmark").enable("table").render(text)


def test_it_has_the_word_the_sentence_and_every_reason(evaluation: Run) -> None:
    text = markdown.render(Verdict((MET, Reason("capacity", "ttft_p95", "failed", "too slow"))), evaluation, None)
    assert text.startswith("## ❌ FAIL: tuned against base\n\ntuned breaks the limits on TTFT p95.\n")
    assert "| ✅ | superiority | letters: better |" in text
    assert "| ❌ | capacity | too slow |" in text
    assert "no load run" in text


def test_the_load_figures_stand_side_by_side(evaluation: Run, tmp_path: Path) -> None:
    load = read_run(load_run(tmp_path, seconds=8), "load")
    rendered = html(markdown.render(Verdict((MET,)), evaluation, load))
    assert rendered.count("<table>") == 3
    for side in load.summary["endpoints"]:
        assert f"{side['ttft']['p95'] * 1000:.0f} ms" in rendered


@given(st.text())
def test_nothing_in_a_reason_is_taken_for_markup(evaluation: Run, said: str) -> None:
    plain = html(markdown.render(Verdict((MET,)), evaluation, None))
    rendered = html(markdown.render(Verdict((Reason("superiority", "letters", "met", said),)), evaluation, None))
    assert rendered.count("<") == plain.count("<")


def test_links_mentions_and_html_are_shown_as_they_are(evaluation: Run) -> None:
    said = "@everyone [click](http://x.example) <img src=x> `code` | cell\nline"
    reason = Reason("superiority", "letters", "met", said)
    rendered = html(markdown.render(Verdict((reason,)), evaluation, None))
    assert "@everyone [click](http://x.example) &lt;img src=x&gt; `code` | cell line" in rendered
