"""What users saw of a fault, from rows and moments made up for it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.outages import accounts, outages
from evalharness.runs.rows.load import FaultRow, RequestRow
from evalharness.runs.rows.parts import Error
from tests.parts import requested

KILLED = FaultRow(fault="killed", server="tuned", began=100.0, ended=100.0)
FROZEN = FaultRow(fault="frozen", server="tuned", began=200.0, ended=210.0)


def answered(ends: float, seconds: float = 1.0, endpoint: str = "tuned", **more: object) -> RequestRow:
    return requested(endpoint=endpoint, started=ends - seconds, seconds=seconds, **more)


def failed(ends: float, kind: str = "connection", endpoint: str = "tuned") -> RequestRow:
    return answered(ends, 0.5, endpoint, error=Error(kind=kind, detail=""))


ROWS = [
    *(answered(at) for at in (96, 98, 99.5)),
    failed(100.1, "cut_stream"),
    *(failed(at) for at in (101.0, 125.0)),
    *(answered(at) for at in (128.0, 150.0, 199.0)),
    answered(211.0, seconds=12.0),  # under way when it froze
    answered(212.5),
    *(answered(at, endpoint="base") for at in range(90, 220)),
]


def test_errors_of_a_killed_server_have_kinds_and_a_window() -> None:
    tuned = outages(ROWS, [KILLED, FROZEN], ("base", "tuned"))[1]
    assert tuned.errors == {"cut_stream": 1, "connection": 2}
    assert (tuned.first_error, tuned.last_error) == pytest.approx((0.1, 25.0))


def test_a_server_has_recovered_when_an_answer_is_whole_that_was_asked_for_since() -> None:
    found = outages(ROWS, [KILLED, FROZEN], ("base", "tuned"))
    assert [outage.recovered for outage in found] == pytest.approx([1.0, 28.0, 1.0, 2.5])


def test_one_that_never_answers_again_has_not_recovered() -> None:
    (found,) = outages([answered(99.0), failed(101.0)], [KILLED], ("tuned",))
    assert found.recovered is None and found.answers == 0


def test_a_frozen_server_gives_no_error_but_a_silence() -> None:
    frozen = outages(ROWS, [KILLED, FROZEN], ("base", "tuned"))[3]
    assert frozen.errors == {} and frozen.first_error is None
    assert frozen.silence == pytest.approx(11.0) and frozen.during is None
    assert frozen.usual == pytest.approx(1.0)


def test_the_other_endpoint_is_seen_beside_it() -> None:
    base = outages(ROWS, [KILLED, FROZEN], ("base", "tuned"))[0]
    assert (base.endpoint, base.errors, base.silence) == ("base", {}, 1.0)


def test_answers_cut_off_at_the_end_are_neither_answers_nor_errors() -> None:
    (found,) = outages([*ROWS, answered(220.0, phase="cut")], [FROZEN], ("tuned",))
    assert found.answers == 2


@given(ends=st.lists(st.floats(100, 300), unique=True), broken=st.sets(st.integers(0, 50)))
def test_every_row_after_the_first_fault_is_seen_of_one_fault(ends: Sequence[float], broken: set[int]) -> None:
    rows = [failed(at) if number in broken else answered(at) for number, at in enumerate(ends)]
    found = outages(rows, [KILLED, FROZEN], ("tuned",))
    seen = sum(outage.answers + sum(outage.errors.values()) for outage in found)
    between = sum(row.started + row.seconds == FROZEN.began for row in rows)  # ends one, begins the other
    assert seen == len(rows) + between


def test_a_request_without_a_row_is_missed() -> None:
    assert accounts(ROWS, {"tuned": 11, "base": 130})["base"].whole
    assert not accounts(ROWS, {"tuned": 12})["tuned"].whole


def test_a_row_written_twice_is_seen() -> None:
    account = accounts([answered(100), answered(100)], {"tuned": 2})["tuned"]
    assert account.twice == 1 and not account.whole
