from collections.abc import Mapping
from typing import Any

import pytest

from evalharness.judge.run import Key, key_of
from evalharness.judge.summary import summarise
from evalharness.runs.rows.judged import JudgedRow
from evalharness.runs.summaries.judged import Judge, JudgeSummary
from tests.parts import judged

RUN = {"endpoints": [{"name": "base"}, {"name": "tuned"}], "suites": [{"suite": "s"}, {"suite": "unjudged"}]}
JUDGE = Judge(name="judge", url="http://j/v1", model="j", version="")
FORTH, BACK = ["base", "tuned"], ["tuned", "base"]


def pairs_judged(*calls: tuple[Any, Any]) -> list[JudgedRow]:
    rows = []
    for number, (forth, back) in enumerate(calls):
        rows += [judged("pair", f"p{number}", FORTH, forth), judged("pair", f"p{number}", BACK, back)]
    return rows


def summary(rows: list[JudgedRow], votes: Mapping[tuple[str, str], str] | None = None) -> JudgeSummary:
    asked: list[Key] = [key_of(one) for one in rows]
    return summarise(RUN, JUDGE, asked, rows, votes or {})


def test_a_win_takes_both_orders_and_a_disagreement_is_a_tie() -> None:
    [suite] = summary(pairs_judged(("A", "B"), ("B", "A"), ("B", "A"), ("A", "A"), ("TIE", "TIE"), ("A", "TIE"))).suites
    pairs = suite.pairs
    assert (pairs.first, pairs.second, pairs.ties) == (1, 2, 3)
    assert pairs.orders_disagreed == 2
    assert pairs.share == pytest.approx(2 / 3)
    assert suite.scores is None


def test_an_unparsed_reply_or_an_error_makes_no_verdict() -> None:
    rows = [*pairs_judged((None, "B"), ("A", "B")), judged("pair", "p2", FORTH, None, "timeout")]
    found = summary(rows)
    pairs = found.suites[0].pairs
    assert (pairs.judged, pairs.without_verdict, pairs.first) == (1, 2, 1)
    assert (found.unparsed, found.errors) == (1, 1)


def test_what_was_asked_and_has_no_row_counts_as_an_error() -> None:
    rows = pairs_judged(("A", "B"))
    asked = [*(key_of(one) for one in rows), ("pair", "s", "p9", ("base", "tuned"))]
    assert summarise(RUN, JUDGE, asked, rows, {}).errors == 1


def test_a_judge_for_whom_the_first_place_wins_is_seen_and_decides_nothing() -> None:
    found = summary(pairs_judged(*[("A", "A")] * 30))
    assert found.position.first == 1
    assert found.position.low and found.position.low > 0.8
    pairs = found.suites[0].pairs
    assert (pairs.ties, pairs.share, pairs.p_value) == (30, None, None)


def test_a_steady_judge_has_no_position_bias() -> None:
    position = summary(pairs_judged(*[("A", "B"), ("B", "A")] * 15)).position
    assert position.first == 0.5
    assert position.low and position.high and position.low < 0.5 < position.high


def test_scores_are_compared_prompt_by_prompt() -> None:
    rows = []
    for number, (first, second) in enumerate([(1, 3), (2, 3), (4, 4), (5, None)]):
        rows += [judged("score", f"p{number}", ["base"], first), judged("score", f"p{number}", ["tuned"], second)]
    scores = summary(rows).suites[0].scores
    assert scores
    assert scores.n == 3
    assert (scores.first, scores.second) == (pytest.approx(7 / 3), pytest.approx(10 / 3))
    assert scores.difference == pytest.approx(1)
    assert scores.low < 1 < scores.high


def test_agreement_is_counted_where_there_are_both_a_verdict_and_a_vote() -> None:
    rows = pairs_judged(("A", "B"), ("B", "A"), ("A", "A"), (None, "A"))
    votes = {("s", "p0"): "base", ("s", "p1"): "tuned", ("s", "p2"): "base", ("s", "p3"): "base"}
    found = summary(rows, votes).votes
    assert found and found.estimate
    assert (found.n, found.agreed) == (3, 2)
    assert found.estimate.low < found.estimate.value < found.estimate.high
    assert summary(rows).votes is None


def test_of_two_rows_for_one_question_the_later_counts() -> None:
    first, second = pairs_judged(("A", "B"))
    failed = judged("pair", "p0", FORTH, None, "timeout")
    found = summarise(RUN, JUDGE, [key_of(first), key_of(second)], [failed, second, first], {})
    assert (found.errors, found.suites[0].pairs.first) == (0, 1)


def test_votes_of_one_group_are_one_witness() -> None:
    """Twenty pairs of two templates: the sign test alone would call 20 wins of 20 a preference beyond doubt."""
    rows = pairs_judged(*[("A", "B")] * 10, *[("B", "A")] * 10, *[("B", "A")] * 60)
    keys = [key_of(row) for row in rows]
    groups = {("s", key[2]): ("s", None, f"g{int(key[2][1:]) % 4}") for key in keys}
    together, alone = (summarise(RUN, JUDGE, keys, rows, {}, found).suites[0].pairs for found in (groups, {}))
    assert (together.share, together.first, together.second) == (alone.share, alone.first, alone.second)
    assert alone.in_groups is None and together.in_groups and together.in_groups.groups == 4
    assert alone.low is not None and together.low is not None and together.low < alone.low - 0.1
    assert alone.p_value is not None and together.p_value is not None and together.p_value > alone.p_value
