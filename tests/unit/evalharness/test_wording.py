"""Numbers as people read them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness import wording
from evalharness.wording import MINUS, NOTHING
from tests.parts import percentiles, side


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (wording.percent(0.95), "95.0 %"),
        (wording.points(0.0312), "+3.1"),
        (wording.points(-0.0312), f"{MINUS}3.1"),
        (wording.points(-0.0001), "0.0"),
        (wording.p_value(0.0004), "p < 0.001"),
        (wording.p_value(0.0456), "p = 0.046"),
        (wording.duration(0.0042), "4.20 ms"),
        (wording.duration(0.19612), "196 ms"),
        (wording.duration(2.5), "2.50 s"),
        (wording.duration(0), "0 ms"),
        (wording.three_figures(1234.5), "1234"),
        (wording.three_figures(0.12345), "0.123"),
        (wording.ratio(1.2345), "1.23"),
        (wording.count(1, "error"), "1 error"),
        (wording.count(2, "error"), "2 errors"),
        (wording.listing(["a"]), "a"),
        (wording.listing(["a", "b"]), "a and b"),
        (wording.listing(["a", "b", "c"]), "a, b and c"),
    ],
)
def test_a_number_is_written_for_people(written: str, expected: str) -> None:
    assert written == expected


def test_what_was_not_measured_is_a_dash() -> None:
    for write in (
        wording.percent,
        wording.points,
        wording.p_value,
        wording.duration,
        wording.three_figures,
        wording.ratio,
    ):
        assert write(None) == NOTHING


def test_a_load_value_is_found_under_its_metric_and_written_in_its_unit() -> None:
    endpoint = side(ttft=percentiles(0.1, 0.25, 0.3), e2e=percentiles(1.5, 2, 3), output_tokens_per_s=340.4)
    for metric, said in (("ttft_p95", "250 ms"), ("e2e_p50", "1.50 s"), ("output_tokens_per_s", "340")):
        assert wording.load_value(metric, endpoint.value(metric)) == said
    assert wording.load_value("ttft_p95", None) == wording.NOTHING


@given(st.floats(1e-4, 1e6))
def test_three_figures_are_within_half_a_percent(value: float) -> None:
    assert float(wording.three_figures(value)) == pytest.approx(value, rel=0.005)
    assert re.fullmatch(r"[\d.]+", wording.three_figures(value))
