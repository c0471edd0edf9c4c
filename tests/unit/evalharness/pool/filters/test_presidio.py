"""Personal data as presidio-analyzer finds it: without it one line, with it more kinds than ours, and no model."""

import sys

import pytest

from evalharness.errors import UsageError
from evalharness.pool.filters import presidio


def test_where_it_is_not_installed_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(UsageError, match="presidio-analyzer, which is not installed"):
        presidio.finder()


def test_kinds_beside_ours_are_found_and_what_belongs_to_nobody_is_not() -> None:
    pytest.importorskip("presidio_analyzer", reason="an optional package")
    found = presidio.finder()
    assert found("It is reached under 00:1A:2B:3C:4D:5E.") == ["mac address"]
    assert found("Pay into 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2, please.") == ["crypto"]
    assert found("Write to help@example.com, not to 127.0.0.1, before 2024-01-31.") == []
