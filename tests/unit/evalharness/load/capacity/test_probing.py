"""One probe from its first pulse to its row: when it is given up, and when what it showed says more about the client.

The generator is played: answers take as long as the test says, and time passes pulse by pulse.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from evalharness.load.capacity.plan import Order, Pulse
from evalharness.load.capacity.probing import _UnderLoad
from evalharness.load.capacity.slo import ServiceLevel
from evalharness.runs.rows.capacity import ProbeRow, ScheduledRow

AGREED = ServiceLevel("", "", {"ttft_p95": 0.5, "e2e_p95": 2.0}, errors=0.05, probe_seconds=24.0)
RATE = 100.0  # requests a second, evenly
PULSE = 0.25

Answers = Callable[[float], tuple[float, float]]
"""When a request is due → how long it waits for its first token and for its last, in seconds."""


class Played:
    """`late`: so long after its time a request leaves, and is answered later by as much; `lag` and `cpu` of a pulse."""

    def __init__(self, answers: Answers, late: Callable[[float], float], lag: float, cpu: float) -> None:
        self.answers, self.late, self.lag, self.cpu = answers, late, lag, cpu
        self.processes = [None]
        self.over = False

    def enough(self) -> None:
        self.over = True

    def probe(self, _: Order) -> Iterator[tuple[int, ScheduledRow | Pulse]]:
        dues = [number / RATE for number in range(1, round(AGREED.probe_seconds * RATE) + 200)]
        waits = {due: tuple(wait + self.late(due) for wait in self.answers(due)) for due in dues}
        told: set[float] = set()
        at = 0.0
        while not self.over:
            at += PULSE
            ended = (due for due in dues if due not in told and due + waits[due][1] <= at)
            for due in sorted(ended, key=lambda due: due + waits[due][1]):
                told.add(due)
                yield 0, self.row(due, *waits[due])
            asked = [due for due in dues if due + self.late(due) <= at and due not in told]
            waiting = [(due, first if due + (first := waits[due][0]) <= at else None) for due in asked]
            yield (
                0,
                Pulse(at=at, began=0.0, under_way=waiting, cpu_seconds=self.cpu * at, lag=self.lag, final=self.over),
            )

    def row(self, due: float, first: float, seconds: float) -> ScheduledRow:
        return ScheduledRow(
            endpoint="base",
            probe=1,
            prompt="p",
            due=due,
            late=self.late(due),
            first_token=first,
            last_token=seconds,
            seconds=seconds,
            prompt_tokens=7,
            output_tokens=8,
            error=None,
        )


def probed(
    answers: Answers,
    late: Callable[[float], float] = lambda _: 0.0,
    lag: float = 0.0,
    cpu: float = 0.1,
    users: int | None = None,
) -> ProbeRow:
    load = _UnderLoad(
        cast(Any, Played(answers, late, lag, cpu)),
        Order(side=0, probe=1, level=users or RATE, seed=0),
        AGREED,
        False,
        AGREED.patience(8),
        users is not None,
        lambda _: None,
    )
    load.run()
    return load.row("base", [])


def steady(due: float) -> tuple[float, float]:  # noqa: ARG001 - whenever it is asked
    return 0.1, 1.4


def growing(due: float) -> tuple[float, float]:
    """A server that bears a third of it."""
    return 2 * due, 2 * due + 1.0


def often_late(due: float) -> float:
    """Two requests in a hundred leave 0.1 s late, where 50 ms are allowed."""
    return 0.1 if round(due * RATE) % 50 == 0 else 0.0


def test_a_queue_is_not_given_up_before_an_answer_has_had_the_time_that_it_is_granted() -> None:
    """While the first answers are under way nothing has ended, and every queue only grows."""
    row = probed(steady)
    assert (row.outcome, row.hopeless) == ("held", False)


def test_a_queue_that_only_grows_is_given_up_before_its_first_long_look() -> None:
    row = probed(growing)
    assert (row.outcome, row.hopeless or row.seconds <= 6) == ("failed", True)


def test_what_was_held_although_the_client_sent_late_is_held() -> None:
    row = probed(steady, late=often_late)
    assert row.late_p99 == pytest.approx(0.1)
    assert (row.outcome, row.rejected) == ("held", ())


@pytest.mark.parametrize(("first_token", "outcome"), [(0.55, None), (0.9, "failed")])
def test_what_was_not_held_counts_only_where_longer_limits_are_not_kept_either(
    first_token: float, outcome: str | None
) -> None:
    """Limits that are longer by as much as the client made of any latency, which sent late by 0.1 s and read by 0.1."""
    row = probed(lambda _: (first_token, 1.4), late=often_late, lag=0.1)
    assert row.outcome == outcome
    assert (outcome is None) == any("100 ms late" in reason for reason in row.rejected)


def test_what_a_client_without_time_saw_is_thrown_out_whatever_it_was() -> None:
    assert [probed(answers, cpu=0.95).outcome for answers in (steady, growing)] == [None, None]


def test_of_users_who_ask_again_at_once_the_first_question_of_each_counts_for_nothing() -> None:
    """Nobody stands before them in the queue yet."""

    def after_the_first(due: float) -> tuple[float, float]:
        return (0.1, 0.3) if due <= 4.0 else (0.9, 1.4)  # until then each of 400 users has asked once

    row = probed(after_the_first, users=400)
    assert (row.outcome, row.shares[0].share) == ("failed", 0.0)
