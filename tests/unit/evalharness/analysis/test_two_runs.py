"""`python -m evalharness compare`: two runs of the same prompts, and nothing else."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.analysis.two_runs import Asked as Run
from evalharness.analysis.two_runs import comparable, compare
from evalharness.errors import UsageError
from evalharness.report import comparison
from evalharness.runs.evidence import graded, originals, read_run
from evalharness.runs.summaries.compared import ComparedSuite, CompareSummary
from evalharness.stats import Pairs, difference_interval, mcnemar
from tests.fixtures_runs import ENDPOINTS, Asked, eval_run
from tests.parts import failed

SUITES = (
    Asked("letters", "superiority", 40, 0.1, 0.9),
    Asked("prose", "non-inferiority", 60, 0.95, 0.95, form="prose"),
)
NEW = (ENDPOINTS[0], {**ENDPOINTS[1], "version": "20261122-aaaaaa"})


def spoiled(of: str, every: int) -> Callable[[str, str], str]:
    """What one endpoint says in prose is wrong in one answer of so many."""
    said = 0

    def answer(endpoint: str, text: str) -> str:
        nonlocal said
        said += endpoint == of
        return text.replace("metres", "feet") if endpoint == of and said % every == 0 else text

    return answer


def read(folder: Path) -> Run:
    run = read_run(folder, "eval")
    return Run(folder.name, run.about, originals(run), graded(run))


def place(found: CompareSummary, role: str) -> dict[str, ComparedSuite]:
    (wanted,) = (place for place in found.endpoints if place.role == role)
    return {suite.suite: suite for suite in wanted.suites}


def test_an_adapter_that_got_worse_is_told_and_the_base_is_the_control(tmp_path: Path) -> None:
    old, new = read(eval_run(tmp_path, SUITES)), read(eval_run(tmp_path, SUITES, NEW, answer=spoiled("tuned", 3)))
    found = compare(old, new, comparable(old, new, False))
    tuned, base = place(found, "tuned"), place(found, "base")
    assert (tuned["letters"].outcome, tuned["prose"].outcome) == ("same", "worse")
    assert {suite.outcome for suite in base.values()} == {"same"}
    prose = tuned["prose"]
    lost, gained = len(prose.lost), len(prose.gained)
    counts = Pairs(60 - 3 - lost, lost, gained, 3 - gained)
    assert (prose.low, prose.high) == difference_interval(counts)
    assert prose.p_value == pytest.approx(mcnemar(counts))
    assert prose.adjusted == min(1, 2 * mcnemar(counts))
    assert (prose.failures["old"], prose.failures["new"]) == ({"fact": 3}, {"fact": 3 + lost - gained})
    assert comparison.sentences(found) == [
        "tuned: worse in prose; not told apart in letters.",
        "base: not told apart in letters and prose.",
    ]


def test_the_best_of_many_adapters_has_to_be_better_beyond_what_so_many_chances_bring(tmp_path: Path) -> None:
    small = (Asked("letters", "superiority", 60, 0.1, 0.5),)
    better = (Asked("letters", "superiority", 60, 0.1, 0.6),)
    old, new = read(eval_run(tmp_path, small)), read(eval_run(tmp_path, better, NEW))
    keys = comparable(old, new, False)
    alone, many = compare(old, new, keys), compare(old, new, keys, {"letters": 12})
    one, best = place(alone, "tuned")["letters"], place(many, "tuned")["letters"]
    assert one.p_value is not None and one.p_value == best.p_value and one.adjusted == one.p_value
    assert best.adjusted == pytest.approx(min(1, 11 * one.p_value))
    assert (one.outcome, best.outcome) == ("better", "same")
    assert "12 versions of tuned were asked these prompts" in " ".join(comparison.sentences(many))
    assert "versions of" not in " ".join(comparison.sentences(alone))
    assert place(many, "base")["letters"].adjusted == place(alone, "base")["letters"].adjusted


def test_the_command_counts_the_adapters_that_the_runs_beside_it_tried(tmp_path: Path) -> None:
    for version in ("a", "b", "c"):
        eval_run(tmp_path, SUITES, (ENDPOINTS[0], {**ENDPOINTS[1], "version": version}))
    old, new = eval_run(tmp_path, SUITES), eval_run(tmp_path, SUITES, NEW)
    assert main(["compare", str(old), str(new), "--out", str(tmp_path)]) == 0
    (folder,) = tmp_path.glob("*-compare")
    found = json.loads((folder / "summary.json").read_text())
    assert [one["tried"] for one in found["endpoints"]] == [5, 2]


def test_a_base_that_changed_is_said_to_make_the_adapter_no_cause(tmp_path: Path) -> None:
    old, new = read(eval_run(tmp_path, SUITES)), read(eval_run(tmp_path, SUITES, answer=spoiled("base", 2)))
    said = comparison.sentences(compare(old, new, comparable(old, new, False)))
    assert "Do not credit the adapter" in said[-1]


def test_a_run_against_itself_differs_in_nothing(tmp_path: Path) -> None:
    run = read(eval_run(tmp_path, SUITES))
    found = compare(run, run, comparable(run, run, False))
    for role in ("base", "tuned"):
        for suite in place(found, role).values():
            assert (suite.difference, suite.outcome, suite.lost, suite.gained) == (0, "same", (), ())


def test_runs_that_did_not_ask_the_same_are_refused(tmp_path: Path) -> None:
    old = read(eval_run(tmp_path, SUITES))
    fewer, changed = read(eval_run(tmp_path, SUITES[:1])), read(eval_run(tmp_path, [replace(SUITES[0], prompts=39)]))
    with pytest.raises(UsageError, match=rf"did not ask the same \(prose is in {old.name} alone\); --common"):
        comparable(old, fewer, False)
    with pytest.raises(UsageError, match="letters: edited"):
        comparable(fewer, changed, False)
    (letters,) = fewer.about["suites"]
    newer = replace(changed, about={"suites": [{**letters, "version": 2, "digest": ""}]})
    with pytest.raises(UsageError, match="letters: version 1 against 2"):
        comparable(fewer, newer, False)
    assert len(comparable(old, fewer, True)) == 40
    other = read(eval_run(tmp_path, [Asked("other", "superiority", 5, 0, 1)]))
    with pytest.raises(UsageError, match="no prompt in common"):
        comparable(old, other, True)


def test_a_prompt_that_was_edited_is_not_the_same_prompt(tmp_path: Path) -> None:
    old = read(eval_run(tmp_path, SUITES))
    edited = tmp_path / "edited"
    shutil.copytree(tmp_path / old.name, edited)
    first, *others = (edited / "prompts.jsonl").read_text().splitlines()
    changed = json.dumps({**json.loads(first), "checks": [{"type": "json_valid"}]})
    (edited / "prompts.jsonl").write_text("\n".join([changed, *others, ""]))
    assert len(comparable(old, read(edited), True)) == 99


def test_variants_and_unanswered_prompts_are_left_out(tmp_path: Path) -> None:
    varied = [replace(SUITES[0], variants=("typos",))]
    old = read(eval_run(tmp_path, varied))
    new = read(eval_run(tmp_path, varied, error=lambda _, n: failed("timeout") if n < 3 else None))
    found = compare(old, new, comparable(old, new, False))
    assert found.compared == 40
    assert place(found, "tuned")["letters"].paired == 37


def test_the_command_leaves_a_page_and_a_summary_and_says_loudly_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = eval_run(tmp_path, SUITES), eval_run(tmp_path, SUITES[:1], NEW)
    assert main(["compare", str(old), str(new), "--out", str(tmp_path)]) == 2
    assert main(["compare", str(old), str(new), "--out", str(tmp_path), "--common"]) == 0
    said = capsys.readouterr()
    loud = "ONLY COMMON PROMPTS: compared on 40 prompts that both asked; left out are "
    loud += f"60 of {old.name} and 0 of {new.name}"
    assert loud in said.err
    (folder,) = tmp_path.glob("*-compare")
    assert {path.name for path in folder.iterdir()} == {"run.json", "summary.json", "compare.html"}
    assert str(folder / "compare.html") in said.out
    page = (folder / "compare.html").read_text()
    assert loud in page and "20261122-aaaaaa" in page
    assert json.loads((folder / "summary.json").read_text())["left_out"] == {old.name: 60, new.name: 0}


def test_hostile_names_are_escaped_on_the_page(tmp_path: Path) -> None:
    evil = (ENDPOINTS[0], {**ENDPOINTS[1], "version": "<script>alert(1)</script>"})
    run = read(eval_run(tmp_path, SUITES, evil))
    page = comparison.page(compare(run, run, comparable(run, run, False)))
    assert "<script>alert" not in page


def test_servers_that_changed_between_the_runs_are_named_and_a_new_adapter_is_not(tmp_path: Path) -> None:
    old, new = (
        replace(run, about={**run.about, "fairness": {"read": {"base": base, "tuned": tuned}}})
        for run, base, tuned in (
            (read(eval_run(tmp_path, SUITES)), {"model": "a", "vLLM version": "1"}, {"model": "b", "KV cache": "x"}),
            (read(eval_run(tmp_path, SUITES)), {"model": "c", "vLLM version": "2"}, {"model": "d", "KV cache": "x"}),
        )
    )
    found = compare(old, new, comparable(old, new, False))
    assert {place.role: place.changed for place in found.endpoints} == {
        "tuned": (),
        "base": ("vLLM version", "model"),
    }
    said = comparison.sentences(found)
    assert said[-1] == "base was served with another vLLM version and model: what differs may be due to that."


def test_the_page_names_a_hundred_prompts_and_says_where_the_others_are(tmp_path: Path) -> None:
    suites = [Asked("letters", "superiority", 250, 0, 1)]
    old, new = (read(eval_run(tmp_path, suites, answer=answer)) for answer in (lambda *_: "?", lambda _, text: text))
    page = comparison.page(compare(old, new, comparable(old, new, False)))
    assert "letters-0100, 150 more, in summary.json" in page
    assert "letters-0101" not in page
