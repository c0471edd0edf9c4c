"""What a person says of rows, and what becomes of them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import UsageError
from evalharness.pool import rows
from evalharness.pool.filters.filtering import COPY, FAMILY, LEAK, REJECTED, Limits, filtered
from evalharness.pool.review import reviewing
from evalharness.pool.rows import PoolRow
from evalharness.runs.typed import as_json, parsed

ORIGIN = rows.given(
    [{"role": "user", "content": "How many live in Lisbon?"}, {"role": "assistant", "content": "It is so."}], [], None
)
VARIANT = rows.variant(ORIGIN, "How many live in Lisbom?", "names", 0)
DROPPED = replace(VARIANT, state="dropped", reason=f"{LEAK}: general, p1")


def pool(dropped: int, passed: int) -> list[PoolRow]:
    return [
        replace(VARIANT, id=f"{at:04}", state="dropped", reason=LEAK)
        if at < dropped
        else replace(VARIANT, id=f"{at:04}")
        for at in range(dropped + passed)
    ]


def test_only_rows_that_wait_are_shown_in_the_order_in_which_they_came() -> None:
    accepted = replace(VARIANT, id="b", state="accepted")
    assert reviewing.undecided([ORIGIN, VARIANT, accepted, DROPPED, replace(VARIANT, id="a")]) == [VARIANT.id, "a"]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 40), st.integers(0, 5))
def test_a_sample_is_half_dropped_half_let_through_as_far_as_there_are(
    dropped: int, passed: int, size: int, seed: int
) -> None:
    rows_ = pool(dropped, passed)
    drawn = reviewing.sample(rows_, size, seed)
    assert len(drawn) == len(set(drawn)) == min(size, len(rows_))
    gone = sum(int(name) < dropped for name in drawn)
    assert gone >= min(dropped, size // 2)
    assert len(drawn) - gone >= min(passed, size // 2)


def test_the_same_seed_draws_the_same_rows_whatever_was_said_meanwhile() -> None:
    before = pool(20, 20)
    drawn = reviewing.sample(before, 10, 3)
    said = [reviewing.judged(row, "rejected") if row.id in drawn[:6] else row for row in before]
    said[30:] = reviewing.gone_along(before[30:])
    assert reviewing.sample(said, 10, 3) == drawn
    assert reviewing.sample(before, 10, 4) != drawn


def test_rows_that_only_went_along_with_another_are_in_no_sample() -> None:
    along = replace(VARIANT, state="dropped", reason=f"{FAMILY}: {LEAK}")
    assert reviewing.sample([along, replace(VARIANT, id="a", state="withdrawn")], 4, 0) == []


@pytest.mark.parametrize(("said", "state"), [("accepted", "accepted"), ("rejected", "rejected")])
def test_what_is_said_of_a_waiting_row_becomes_of_it(said: rows.Judgement, state: str) -> None:
    now = reviewing.judged(VARIANT, said)
    assert (now.state, now.reviewed, now.id) == (state, said, VARIANT.id)


def test_what_a_filter_dropped_never_trains_whatever_is_said_and_however_often() -> None:
    rejected = reviewing.judged(DROPPED, "rejected")
    accepted = reviewing.judged(rejected, "accepted")
    assert (rejected.state, accepted.state, accepted.reviewed) == ("rejected", "dropped", "accepted")
    with pytest.raises(UsageError, match="only variants"):
        reviewing.edited(DROPPED, "Another?", "Yes.")


def test_an_edited_row_keeps_its_id_and_is_accepted() -> None:
    now = reviewing.edited(VARIANT, "How many people live in Lisbon?", "Half a million.")
    assert (now.id, now.question, now.answer) == (VARIANT.id, "How many people live in Lisbon?", "Half a million.")
    assert (now.state, now.reviewed) == ("accepted", "edited")
    assert reviewing.edited(VARIANT, VARIANT.question, VARIANT.answer).reviewed == "accepted"


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [(" ", "Yes.", "an empty turn"), ("Who?", "jan@poczta.pl", "an email address"), ("Who?", "", "an empty turn")],
)
def test_an_edit_that_is_not_fit_to_learn_from_is_refused(question: str, answer: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        reviewing.edited(VARIANT, question, answer)


def test_a_given_row_is_not_edited_but_where_it_comes_from() -> None:
    with pytest.raises(UsageError):
        reviewing.edited(ORIGIN, "Another?", "Yes.")


def test_the_variants_of_a_rejected_row_go_along_as_the_filters_would_have_it() -> None:
    rejected = reviewing.judged(ORIGIN, "rejected")
    (gone,) = reviewing.gone_along([VARIANT, DROPPED])
    assert gone == next(filtered([rejected, VARIANT], Limits()))
    assert gone.reason == f"{FAMILY}: {REJECTED}"


def test_beside_a_variant_stands_its_origin_and_beside_a_copy_what_it_is_a_copy_of() -> None:
    assert reviewing.beside(VARIANT) == ORIGIN.id
    assert reviewing.beside(ORIGIN) is None
    assert reviewing.beside(replace(ORIGIN, state="dropped", reason=f"{COPY}: abc")) == "abc"
    assert reviewing.beside(replace(VARIANT, state="dropped", reason=f"{COPY}: word for word")) == ORIGIN.id


def test_agreement_counts_what_was_fit_as_it_was_and_what_was_rightly_dropped() -> None:
    waiting = [replace(VARIANT, id=str(at)) for at in range(4)]
    said = [
        reviewing.judged(waiting[0], "accepted"),
        reviewing.judged(waiting[1], "rejected"),
        reviewing.edited(waiting[2], "Another?", "Yes."),
        waiting[3],
        reviewing.judged(DROPPED, "rejected"),
        reviewing.judged(DROPPED, "accepted"),
    ]
    found = reviewing.agreement(said)
    assert found == reviewing.agreement([*reviewing.gone_along(said[:1]), *said[1:]])  # no filter's work
    assert found == reviewing.Agreement(also_dropped=1, dropped=2, fit=1, passed=3)
    assert "2 of 5 rows (40%)" in str(found)
    assert "nothing looked at yet" in str(reviewing.agreement([VARIANT]))


def test_a_row_that_a_filter_let_back_in_waits_again_whatever_was_said_of_it() -> None:
    back = next(filtered([reviewing.judged(DROPPED, "accepted")], Limits()))
    assert (back.state, reviewing.said(back)) == ("waiting", None)


def test_what_nobody_said_anything_of_lies_in_the_file_as_it_always_did() -> None:
    assert "reviewed" not in as_json(VARIANT)
    line = json.dumps(VARIANT, default=as_json).encode()
    assert parsed(PoolRow, line).reviewed is None
