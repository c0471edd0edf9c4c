"""Patterns of a suite: searched for as Python's re does, and by a clock."""

import re
import time
import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evalharness.checks import complaint, patterns
from tests.parts import apply_checks

EXPLODES = r"(a|aa)+$"
LONG = "a" * 200 + "b"


@pytest.mark.parametrize(
    ("kind", "value", "answer"),
    [("regex", EXPLODES, LONG), ("json_schema", {"items": {"pattern": EXPLODES}}, f'["{LONG}"]')],
)
def test_a_pattern_that_would_take_for_ever_is_not_found(
    monkeypatch: pytest.MonkeyPatch, kind: str, value: object, answer: str
) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.1)
    begun = time.process_time()
    [outcome] = apply_checks(answer, "stop", [{"type": kind, "value": value}])
    assert outcome.failure == "format"
    assert time.process_time() - begun < 5


@given(st.text("ab01{},?*+()[]|^$.\\", min_size=1, max_size=8), st.text("ab01{},", max_size=8))
def test_what_is_found_is_what_re_finds(pattern: str, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assume(patterns.is_one(pattern))
        assert patterns.found(pattern, text) == bool(re.search(pattern, text))


@pytest.mark.parametrize("pattern", [r"x_{i}", r"a{e}", r"\\{s}", r"{d<=2}"])
def test_a_brace_that_repeats_nothing_allows_for_no_errors(pattern: str) -> None:
    assert patterns.found(pattern, pattern.replace("\\\\", "\\"))
    assert not patterns.found(pattern, "x_")


@pytest.mark.parametrize("pattern", ["(", "a{1}{2}", "*", "(?<=a+)b"])
def test_what_is_no_pattern_to_re_is_none(pattern: str) -> None:
    assert complaint("regex", pattern)
