from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.analysis.summary import summarise
from evalharness.runs.rows.eval import Graded
from evalharness.runs.summaries.eval import Metric, Rate, SuiteSummary
from evalharness.runs.summaries.parts import TOGETHER
from evalharness.stats import Pairs, difference_interval, mcnemar
from evalharness.stats.clustered import effect
from tests.parts import answered, checked

RUN: dict[str, Any] = {
    "endpoints": [{"name": "base"}, {"name": "tuned"}],
    "suites": [
        {
            "suite": "s",
            "version": 2,
            "title": "T",
            "purpose": "superiority",
            "margin": 0.1,
            "prompts": 9,
            "digest": "",
        }
    ],
}


def row(prompt: str, endpoint: str, *passed: bool, error: str | None = None, suite: str = "s", **more: Any) -> Graded:
    kinds = ("json_valid", "json_equals", "json_equals")
    checks = tuple(checked(kind, ok) for kind, ok in zip(kinds, passed, strict=False))
    return answered(
        prompt, endpoint, None if error else all(passed), error, **{"suite": suite, "checks": checks, **more}
    )


def only_suite(rows: list[Graded]) -> SuiteSummary:
    [suite] = summarise(RUN, rows).suites
    return suite


@settings(deadline=None)  # the first example imports scipy
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_the_rates_are_counted_over_pairs_and_the_difference_is_tuned_minus_base(
    answers: list[tuple[bool, bool]],
) -> None:
    rows = [
        row(f"p{number}", name, passed)
        for number, pair in enumerate(answers)
        for name, passed in zip(("base", "tuned"), pair, strict=True)
    ]
    [right] = only_suite(rows).metrics
    counts = [answers.count(cell) for cell in ((True, True), (True, False), (False, True), (False, False))]
    pairs = Pairs(*counts)
    low, high = difference_interval(pairs)
    first, second = counts[0] + counts[1], counts[0] + counts[2]
    assert right == Metric(
        metric="right",
        first=Rate(passed=first, n=len(answers), rate=first / len(answers)),
        second=Rate(passed=second, n=len(answers), rate=second / len(answers)),
        difference=(counts[2] - counts[1]) / len(answers),
        low=low,
        high=high,
        p_value=pytest.approx(mcnemar(pairs)),
        only_first=counts[1],
        only_second=counts[2],
        groups=len(answers),
        company=1.0,
        design_effect=pytest.approx(1),
    )


def grouped(lost: int, size: int = 10, groups: int = 30) -> list[Graded]:
    """Groups of prompts that base gets all right; tuned loses so many whole ones."""
    return [
        row(f"p{number}", name, name == "base" or number // size >= lost, group=f"g{number // size}")
        for number in range(size * groups)
        for name in ("base", "tuned")
    ]


def test_prompts_of_one_group_count_as_one_witness() -> None:
    together = only_suite(grouped(lost=2)).right
    alone = only_suite([replace(one, group=None) for one in grouped(lost=2)]).right
    assert (together.groups, together.company, alone.groups, alone.company) == (30, 10, 300, 1)
    assert together.difference == alone.difference
    assert together.design_effect == pytest.approx(10)
    assert alone.high is not None and alone.high < 0 < (together.high or 0)
    assert alone.p_value is not None and alone.p_value < 0.001
    assert together.p_value == pytest.approx(2 * 0.25 - 0.25)  # two groups turn two coins; half of what was seen


def test_repeats_of_one_prompt_count_as_one_witness_and_are_told_from_what_differs_between_prompts() -> None:
    def repeated(group: str | None = None) -> list[Graded]:
        return [
            row(
                f"p{prompt}#{n}",
                side,
                side == "tuned" or prompt > 3 or n > 2,
                repeat=n,
                group=group and f"g{prompt % 10}",
            )
            for prompt in range(30)
            for n in (1, 2, 3, 4)
            for side in ("base", "tuned")
        ]

    found = only_suite(repeated())
    assert (found.paired, found.right.groups, found.right.company) == (120, 30, 4)
    assert found.repeats and (found.repeats.prompts, found.repeats.repeats) == (30, 4)
    assert found.repeats.within > 0 and found.repeats.between > 0
    assert only_suite(repeated("g")).right.groups == 10
    alone = only_suite([replace(one, repeat=None, id=one.id.replace("#", "-")) for one in repeated()])
    assert alone.repeats is None and alone.right.groups == 120
    assert (found.right.low or 0) < (alone.right.low or 0)


def test_a_group_of_one_suite_is_none_of_another() -> None:
    run = {**RUN, "suites": [{**RUN["suites"][0], "suite": name, "purpose": "non-inferiority"} for name in "ab"]}
    rows = [row(f"{n}", side, True, suite=name, group="g") for name in "ab" for n in "12" for side in ("base", "tuned")]
    found = summarise(run, rows).together
    assert found and (found.right.groups, found.paired) == (2, 4)


def test_the_suites_of_non_inferiority_are_put_together_and_no_others() -> None:
    purposes = {"a": "non-inferiority", "b": "non-inferiority", "c": "superiority", "d": "descriptive"}
    run = {**RUN, "suites": [{**RUN["suites"][0], "suite": name, "purpose": why} for name, why in purposes.items()]}
    rows = [
        row(f"{n}", side, side == "base" or name != "a", suite=name)
        for name in purposes
        for n in range(20)
        for side in ("base", "tuned")
    ]
    found = summarise(run, rows)
    assert found.together and (found.together.suite, found.together.paired) == (TOGETHER, 40)
    assert found.together.prompts == 18  # of two suites whose run.json says 9
    assert (found.together.right.low, found.together.right.high) == difference_interval(Pairs(20, 20, 0, 0))
    alone = summarise({**run, "suites": run["suites"][1:]}, [one for one in rows if one.suite != "a"])
    assert alone.together is None


def test_an_error_is_counted_and_takes_its_prompt_out_of_the_rates_of_both() -> None:
    rows = [
        row("a", "base", True),
        row("a", "tuned", error="timeout"),
        row("b", "base", True),
        row("b", "tuned", False),
    ]
    suite = only_suite(rows)
    assert (suite.paired, suite.errors) == (1, {"base": 0, "tuned": 1})
    assert suite.right.first == Rate(passed=1, n=1, rate=1.0)


def test_a_later_row_replaces_an_earlier_one() -> None:
    rows = [row("a", "base", error="http_500"), row("a", "tuned", True), row("a", "base", False)]
    suite = only_suite(rows)
    assert suite.errors == {"base": 0, "tuned": 0}
    assert (suite.right.only_first, suite.right.only_second) == (0, 1)


def test_right_comes_first_and_each_check_type_has_its_own_metric() -> None:
    rows = [row("a", "base", True, True, False), row("a", "tuned", True, True, True)]
    metrics = only_suite(rows).metrics
    assert [metric.metric for metric in metrics] == ["right", "json_equals", "json_valid"]
    assert [metric.first.passed for metric in metrics] == [0, 0, 1]


def test_a_check_type_counts_the_prompts_that_have_it() -> None:
    rows = [
        row(name, side, *passed) for name, passed in (("a", [True]), ("b", [True, False])) for side in ("base", "tuned")
    ]
    counts = {metric.metric: metric.first.n for metric in only_suite(rows).metrics}
    assert counts == {"right": 2, "json_valid": 2, "json_equals": 1}


def test_a_suite_with_one_check_type_says_it_once() -> None:
    rows = [row("a", "base", True), row("a", "tuned", True)]
    assert [metric.metric for metric in only_suite(rows).metrics] == ["right"]


@pytest.mark.parametrize("rows", [[], [row("a", "base", True)], [row("a", "tuned", error="timeout")]])
def test_without_a_pair_there_is_no_rate_and_no_interval(rows: list[Graded]) -> None:
    suite = only_suite(rows)
    [right] = suite.metrics
    assert suite.paired == 0
    assert right.first == Rate(passed=0, n=0, rate=None)
    assert (right.estimate, right.difference, right.p_value) == (None, None, None)


def test_the_summary_carries_what_a_verdict_needs_of_the_suite() -> None:
    summary = summarise(RUN, [])
    assert (summary.schema, summary.kind, summary.confidence) == (3, "eval", 0.95)
    assert summary.endpoints == ("base", "tuned")
    known = {
        key: getattr(summary.suites[0], key) for key in ("suite", "version", "title", "purpose", "margin", "prompts")
    }
    assert known == {
        "suite": "s",
        "version": 2,
        "title": "T",
        "purpose": "superiority",
        "margin": 0.1,
        "prompts": 9,
    }


def variant(prompt: str, kind: str, endpoint: str, passed: bool) -> Graded:
    return row(f"{prompt}~{kind}", endpoint, passed, of=prompt, variant=kind)


def test_failures_are_counted_by_type_beside_errors_and_without_variants() -> None:
    two_ways = (checked("json_valid", False, "missing"), checked("json_equals", False, "format"))
    rows = [
        answered("a", "base", False, checks=two_ways),
        row("a", "tuned", True, True),
        row("b", "base", error="timeout"),
        row("b", "tuned", False),
        variant("a", "typos", "base", False),
        variant("a", "typos", "tuned", False),
    ]
    summary = summarise(RUN, rows)
    assert summary.suites[0].failures == {"base": {"format": 1, "missing": 1}, "tuned": {}}
    assert list(summary.failures["base"]) == ["format", "missing"]  # as they are listed, not as they came
    assert summary.suites[0].errors == {"base": 1, "tuned": 0}


def test_the_failures_of_all_suites_add_up() -> None:
    run = {**RUN, "suites": [{**RUN["suites"][0], "suite": name} for name in ("s", "t")]}
    rows = [
        row(prompt, side, False, suite=suite)
        for suite, prompts in (("s", "abc"), ("t", "de"))
        for prompt in prompts
        for side in ("base", "tuned")
    ]
    assert summarise(run, rows).failures == {"base": {"fact": 5}, "tuned": {"fact": 5}}


def test_scores_are_means_over_prompts_with_the_interval_of_clustered_differences() -> None:
    asked = [(prompt, side) for prompt in "ab" for side in ("base", "tuned")]
    rows = [
        row(*who, True, checks=tuple(checked("rouge_l", True, score=score) for score in scores))
        for who, scores in zip(asked, ([0.2, 0.4], [0.5], [0.1], [0.9]), strict=True)
    ]
    [found] = only_suite(rows).scores
    expected = effect([0.2, 0.8])
    assert (found.score, found.prompts) == ("rouge_l", 2)
    assert (found.first, found.second) == (pytest.approx(0.2), pytest.approx(0.7))
    assert [found.difference, found.low, found.high] == pytest.approx(
        [expected.difference, expected.low, expected.high]
    )


def test_a_suite_that_measures_nothing_has_no_scores() -> None:
    assert only_suite([row("a", "base", True), row("a", "tuned", True)]).scores == ()


def test_with_variants_a_prompt_counts_once_with_the_mean_of_its_wordings_that_keep_the_meaning() -> None:
    rows = [
        *(row("a", side, True) for side in ("base", "tuned")),
        *(row("b", side, True) for side in ("base", "tuned")),
        variant("a", "typos", "base", False),
        variant("a", "typos", "tuned", True),
        variant("b", "counter-order", "base", False),  # another meaning: the same answer may not be right
        variant("b", "counter-order", "tuned", True),
    ]
    found = only_suite(rows).with_variants
    assert found
    expected = effect([0.5, 0.0])
    assert (found.prompts, found.answers) == (2, 3)
    assert (found.first, found.second, found.difference) == (0.75, 1.0, 0.25)
    assert (found.low, found.high) == (expected.low, expected.high)
    assert only_suite(rows).paired == 2  # and the rates stay those of the originals
    assert only_suite(rows[:4]).with_variants is None
    assert only_suite([*rows[:4], *rows[6:]]).with_variants is None


def test_a_suite_in_groups_says_how_alike_these_were_and_what_its_prompts_are_worth() -> None:
    found = only_suite(grouped(lost=6)).families
    assert found is not None and found.groups == 30 and found.company == 10
    assert found.first is None  # right everywhere: nothing tells
    assert found.second is not None and found.second.correlation > 0.99
    assert found.difference is not None and found.effective == pytest.approx(30, rel=0.1)


def test_where_each_prompt_stands_alone_there_are_no_families() -> None:
    assert only_suite([row(f"p{at}", name, True) for at in range(4) for name in ("base", "tuned")]).families is None


def test_the_loose_mode_is_told_beside_the_strict_one_and_changes_nothing_of_it() -> None:
    rows = [row("p", "base", False, loose=True), row("p", "tuned", False, loose=False)]
    suite = only_suite([*rows, row("q", "base", True), row("q", "tuned", True)])
    assert suite.loose is not None
    assert (suite.loose.first.passed, suite.loose.second.passed, suite.loose.first.n) == (2, 1, 2)
    assert (suite.right.first.passed, suite.right.second.passed) == (1, 1)
    assert only_suite([row("q", "base", True), row("q", "tuned", True)]).loose is None
