"""A service level is a file, and every part of it a statement about a share of requests."""

from pathlib import Path

import pytest

from evalharness.errors import UsageError
from evalharness.load.capacity.slo import ServiceLevel, read_service_level, shipped

AGREED = ServiceLevel("", "", {"ttft_p95": 0.5, "tpot_p99": 0.1}, errors=0.01, goodput=0.9)


def test_the_profiles_that_ship_are_valid_and_say_where_they_come_from() -> None:
    assert shipped() == [
        "batch",
        "certified",
        "edge",
        "local",
        "mlperf-conversational",
        "mlperf-interactive",
        "realtime",
    ]
    assert all(read_service_level(name).source for name in shipped())
    published = {
        name: (level.limits["ttft_p95"], level.rate)
        for name in ("realtime", "batch", "edge")
        for level in [read_service_level(name)]
    }
    assert published == {"realtime": (0.5, 50), "batch": (2.0, 200), "edge": (1.0, 20)}
    certified = read_service_level("certified")
    assert (certified.probe_seconds, certified.confidence) == (600, 0.99)


def test_every_part_is_a_share_of_requests() -> None:
    assert [(one.name, one.least) for one in AGREED.statements] == [
        ("ttft_p95", 0.95),
        ("tpot_p99", 0.99),
        ("answered", 0.99),
        ("goodput", 0.9),
    ]


@pytest.mark.parametrize(
    ("latencies", "hits"),
    [
        ((0.4, 0.05, 1.0), (True, True, True, True)),
        ((0.6, 0.05, 1.0), (False, True, True, False)),
        ((0.4, 0.2, 1.0), (True, False, True, False)),
        ((0.4, None, 0.4), (True, True, True, True)),  # one token
        ((None, None, None), (False, False, False, False)),  # an error
        ((0.4, None, None), (True, False, False, False)),  # an error after the first token
    ],
)
def test_an_error_misses_all_that_it_did_not_come_to(
    latencies: tuple[float | None, float | None, float | None], hits: tuple[bool, ...]
) -> None:
    assert AGREED.hits(*latencies) == hits


def test_a_request_has_as_long_as_its_limits_grant_in_all() -> None:
    assert AGREED.patience(10) == pytest.approx(1.5)
    assert ServiceLevel("", "", {"e2e_p95": 3.0, "ttft_p95": 1.0}, errors=0.1).patience(10) == 3.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: a\nsource: b\nlimits: {ttft_p95: 0.5}\n", "errors: Field required"),
        ("title: a\nsource: b\nlimits: {ttft: 0.5}\nerrors: 0.1\n", "with a percentile"),
        ("title: a\nsource: b\nlimits: {}\nerrors: 0.1\n", "limits"),
        ("title: a\nsource: b\nlimits: {ttft_p95: 0}\nerrors: 0.1\n", "greater than 0"),
        ("title: a\nsource: b\nlimits: {ttft_p95: 1}\nerrors: 0.1\nspeed: 3\n", "speed"),
        ("[1", "not YAML"),
        ("3", "the whole file"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=said) as refused:
        read_service_level(str(file))
    assert "\n" not in str(refused.value)


def test_an_unknown_profile_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="there is batch, certified"):
        read_service_level("quick")
