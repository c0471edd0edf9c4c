"""Charts are plain SVG whose marks stand where the numbers are."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.report import charts
from evalharness.report.drawing import WIDTH, Scale
from evalharness.runs.failures import FAILURES
from evalharness.runs.summaries.eval import SuiteSummary
from evalharness.runs.summaries.judged import JudgedSuite
from evalharness.runs.summaries.load import EndpointLoad
from tests import parts
from tests.parts import judged_pairs, metric, percentiles, side, suite, variants

shares = st.floats(0, 1)
positive = st.floats(1e-5, 1e4)


def letters(first: float, second: float, name: str = "letters", purpose: Any = "superiority") -> SuiteSummary:
    return suite(metric(first, second), name, purpose=purpose, margin=0.05)


def latencies(p50: float | None, p95: float | None, p99: float | None, **more: Any) -> EndpointLoad:
    return side(**{**dict.fromkeys(charts.STAGES, percentiles(p50, p95, p99)), **more})


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - of our own making


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=5))
def test_every_suite_has_a_ring_and_a_diamond_within_the_chart(pairs: list[tuple[float, float]]) -> None:
    chart = parsed(charts.rates([letters(*pair) for pair in pairs], ["base", "tuned"]))
    rings = chart.findall(".//circle")
    assert len(rings) == len(pairs)
    for ring, (first, _) in zip(rings, pairs, strict=True):
        assert float(ring.get("cx", "")) == Scale(0, 1).x(first)
        assert 0 <= float(ring.get("cx", "")) <= WIDTH


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=5))
def test_a_forest_plot_takes_any_differences(pairs: list[tuple[float, float]]) -> None:
    chart = parsed(charts.differences([letters(*pair) for pair in pairs], ["base", "tuned"]))
    assert len(chart.findall(".//path[@class='mark second']")) == len(pairs)
    assert len(chart.findall(".//path[@class='bound']")) == len(pairs)


@given(st.lists(positive, min_size=3, max_size=3), st.lists(positive, min_size=3, max_size=3))
def test_latencies_of_any_size_are_drawn(one: list[float], other: list[float]) -> None:
    chart = parsed(charts.latencies([latencies(*sorted(one)), latencies(*sorted(other))]))
    assert len(chart.findall(".//circle")) == len(charts.STAGES)
    assert chart.findall(".//text[@class='tick']")


def test_a_latency_that_one_side_lacks_is_left_out() -> None:
    lacking = latencies(0.1, 0.2, 0.3, tpot=percentiles(None, None, None))
    chart = parsed(charts.latencies([latencies(0.1, 0.2, 0.3), lacking]))
    assert len(chart.findall(".//circle")) == len(charts.STAGES) - 1


@given(positive, st.floats(1, 3), st.floats(1, 3))
def test_a_ratio_is_drawn_with_its_limit(ratio: float, below: float, above: float) -> None:
    row = parts.ratio("ttft_p95", ratio, ratio / below, ratio * above)
    unmeasured = parts.ratio("itl_p95", None, None, None)
    chart = parsed(charts.ratios([row, unmeasured], {"ttft_p95": {"equal_within": 0.5}}))
    assert len(chart.findall(".//path[@class='mark second']")) == 1
    assert len(chart.findall(".//path[@class='bound']")) == 2


@pytest.mark.parametrize(
    ("purpose", "place"), [("superiority", (0.05,)), ("non-inferiority", (-0.05,)), ("descriptive", ())]
)
def test_a_margin_lies_where_the_purpose_puts_it(purpose: str, place: tuple[float, ...]) -> None:
    assert charts.margins(letters(0.5, 0.6, purpose=purpose)) == place


def test_a_chart_without_rows_is_nothing() -> None:
    lacking = latencies(None, None, None)
    assert charts.latencies([lacking, lacking]) == ""
    assert charts.ratios([], {}) == ""
    assert charts.rates([], ["base", "tuned"]) == ""
    assert charts.differences([], ["base", "tuned"]) == ""
    assert charts.failures({"base": {}, "tuned": {}}) == ""
    assert charts.losses([], ["base", "tuned"], 0.05) == ""


counts = st.dictionaries(st.sampled_from(list(FAILURES)), st.integers(1, 10_000))


@given(counts, counts)
def test_every_failure_has_a_bar_for_each_side_as_long_as_its_count(
    base: dict[str, int], tuned: dict[str, int]
) -> None:
    drawn = charts.failures({"base": base, "tuned": tuned})
    kinds = [kind for kind in FAILURES if kind in base or kind in tuned]
    if not kinds:
        assert drawn == ""
        return
    chart = parsed(drawn)
    assert [name.text for name in chart.findall(".//text[@class='name']")] == kinds
    ends = [float(ring.get("cx", "")) for ring in chart.findall(".//circle")]
    longest = max([*base.values(), *tuned.values()])
    assert ends == [Scale(0, longest).x(base.get(kind, 0)) for kind in kinds]


@given(st.floats(-2, 2), st.floats(0, 1), st.floats(0, 1))
def test_a_loss_is_drawn_with_its_interval_and_the_margin_it_is_held_against(
    d: float, below: float, above: float
) -> None:
    row, unknown = variants("typos", d, max(-2, d - below), min(2, d + above)), variants("case", None, None, None)
    for margin, bounds in ((None, 0), (0.05, 1)):
        chart = parsed(charts.losses([row, unknown], ["base", "tuned"], margin))
        assert len(chart.findall(".//path[@class='mark second']")) == 1
        assert len(chart.findall(".//path[@class='bound']")) == bounds


def test_each_end_of_an_axis_says_what_it_means() -> None:
    chart = parsed(charts.differences([letters(0.4, 0.6)], ["base", "tuned"]))
    ends = [end.text for end in chart.findall(".//text[@class='end']")]
    assert ends == ["\N{LEFTWARDS ARROW} base better", "tuned better \N{RIGHTWARDS ARROW}"]


def test_a_judges_wins_are_drawn_around_one_half() -> None:
    suites = tuple(
        JudgedSuite(suite=name, pairs=judged_pairs(*share), scores=None)
        for name, share in (("letters", (0.7, 0.6, 0.8)), ("prose", (None, None, None)))
    )
    chart = parsed(charts.wins(parts.judge_summary(*suites), 0.5))
    assert len(chart.findall(".//path[@class='mark second']")) == 1
    (zero,) = chart.findall(".//path[@class='zero']")
    assert zero.get("d", "").startswith(f"M{Scale(0, 1).x(0.5)} ")


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
)
def test_a_name_is_text_and_never_markup(name: str) -> None:
    (label,) = parsed(charts.rates([letters(0.1, 0.9, name)], ["base", "tuned"])).findall(".//text[@class='name']")
    shown = label.text or ""
    assert len(shown) <= 30
    assert shown == name or (name.startswith(shown[:15]) and name.endswith(shown[16:]))
