"""Arrivals come when their process says, the same for both endpoints, and none waits for an answer."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from evalharness.errors import UsageError
from evalharness.load.arrivals import Arrival
from evalharness.load.arrivals.closed import Closed
from evalharness.load.arrivals.constant import Constant
from evalharness.load.arrivals.poisson import Poisson
from evalharness.load.arrivals.trace import Trace, read_trace

rates = st.floats(0.1, 1000)
seeds = st.integers(0, 2**32 - 1)


def first(arrivals: object, count: int) -> list[Arrival]:
    return list(itertools.islice(arrivals, count))  # type: ignore[call-overload,no-any-return]


def test_poisson_gaps_are_exponentially_distributed_and_no_drawn_number_is_rescaled() -> None:
    counts, gaps = [], []
    for seed in range(200):
        due = [one.due for one in itertools.takewhile(lambda one: one.due < 10, Poisson().arrivals(5.0, seed))]
        counts.append(len(due))
        gaps += list(np.diff(due))
    assert kstest(gaps, "expon", args=(0, 1 / 5.0)).pvalue > 0.001
    assert 0.8 < np.var(counts) / np.mean(counts) < 1.25  # of a rescaled process the number would hardly vary


@given(rates, rates, seeds)
def test_the_same_seed_is_the_same_course_of_events_at_every_rate(rate: float, other: float, seed: int) -> None:
    one, two = (np.array([a.due for a in first(Poisson().arrivals(r, seed), 20)]) * r for r in (rate, other))
    assert one == pytest.approx(two)


@given(rates, seeds)
def test_constant_arrivals_are_evenly_spaced(rate: float, seed: int) -> None:
    assert [one.due for one in first(Constant().arrivals(rate, seed), 3)] == [1 / rate, 2 / rate, 3 / rate]


def test_users_of_a_closed_loop_have_no_time_at_which_they_are_due() -> None:
    assert first(Closed().arrivals(4, 1), 2) == [Arrival(0.0), Arrival(0.0)]


@given(
    st.lists(st.floats(0, 100), min_size=2, max_size=20).filter(lambda times: max(times) - min(times) > 1e-3),
    st.floats(0.1, 100),
    seeds,
)
def test_a_trace_keeps_its_pattern_at_the_mean_rate_that_is_asked(times: list[float], rate: float, seed: int) -> None:
    zero = min(times)
    trace = Trace([Arrival(time - zero, 10, 20) for time in sorted(times)])
    lap = first(trace.arrivals(rate, seed), len(times) + 1)
    due = [one.due for one in lap]
    assert due[0] == pytest.approx(0, abs=1e-9)
    assert due == sorted(due)
    assert due[-1] == pytest.approx(len(times) / rate)  # one lap later it is where it began
    assert {(one.prompt_tokens, one.output_tokens) for one in lap} == {(10, 20)}


def test_a_trace_is_read_in_order_of_time_whatever_else_it_has(tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    file.write_text("time,user,prompt_tokens,output_tokens\n12.5,b,30,40\n10,a,10,20\n")
    assert read_trace(file).requests == [Arrival(0, 10, 20), Arrival(2.5, 30, 40)]


def test_a_trace_may_begin_with_the_mark_that_spreadsheets_write(tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    file.write_bytes(b"\xef\xbb\xbftime,prompt_tokens,output_tokens\r\n1,10,20\r\n2,30,40\r\n")
    assert read_trace(file).requests == [Arrival(0, 10, 20), Arrival(1, 30, 40)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,prompt_tokens\n1,2\n", "no column output_tokens"),
        ("time,prompt_tokens,output_tokens\n1,2,3\nsoon,2,3\n", "line 3: time"),
        ("time,prompt_tokens,output_tokens\n1,2,3\n2,2\n", "line 3: time"),
        ("time,prompt_tokens,output_tokens\nnan,2,3\n2,2,3\n", "line 2: a finite time"),
        ("time,prompt_tokens,output_tokens\n1,2,0\n2,2,3\n", "line 2: .* lengths from 1 to"),
        ("time,prompt_tokens,output_tokens\n1,2,3\n2,99999999999,3\n", "line 3: .* lengths from 1 to 10,000,000"),
        ("time,prompt_tokens,output_tokens\n1,2,3\n", "needs 2 requests"),
        ("time,prompt_tokens,output_tokens\n1,2,3\n1,2,3\n", "apart in all"),
        ("time,prompt_tokens,output_tokens\n-1e308,2,3\n1e308,2,3\n", "apart in all"),
        ("time,prompt_tokens,output_tokens\n0,2,3\n5e-324,2,3\n", "apart in all"),
    ],
)
def test_what_is_no_trace_is_refused_with_the_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "trace.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_trace(file)
