# ruff: noqa: RUF001 (other scripts' signs are what is tested)
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.checks.numbers import all_numbers
from tests.parts import apply_checks


def failure(value: Any, answer: str) -> str | None:
    [outcome] = apply_checks(answer, "stop", [{"type": "numeric", "value": value}])
    found: str | None = outcome.failure
    return found


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The total is 1,234.5 km.", ["1234.5"]),
        ("about -3 or \N{MINUS SIGN}4", ["-3", "-4"]),
        ("–5 °C or ‑6, pages 7–9", ["-5", "-6", "7", "9"]),
        ("6.02e23, 6.02 × 10^23, 6.02 × 10²³", ["6.02e23"] * 3),
        ("10-12, 3/4, COVID-19", ["10", "12", "3", "4", "19"]),
        ("$5.50 and -$7", ["5.50", "-7"]),
        ("共12个，１２３", ["12", "123"]),
        ("1\N{NARROW NO-BREAK SPACE}234, 1_000", ["1234", "1000"]),
        ("=.5 and ...42", ["0.5", "42"]),
        ("H2O, x2", []),
        ("12,5", ["12", "5"]),
        (r"\boxed{42}", ["42"]),
        ("5 x 10 = 50", ["5", "10", "50"]),
    ],
)
def test_numbers_are_found_as_people_write_them(text: str, numbers: list[str]) -> None:
    assert all_numbers(text) == [Decimal(number) for number in numbers]


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_a_number_is_found_with_and_without_thousands_separators(whole: int, cents: int) -> None:
    for written in (f"{whole}.{cents:02}", f"{whole:,}.{cents:02}"):
        assert all_numbers(f"It is {written}.") == [Decimal(f"{whole}.{cents:02}")]


@pytest.mark.parametrize(
    ("value", "answer", "expected"),
    [
        (42, "6 times 7 is 42.", None),
        (42, "It is 42, not 41", "fact"),
        (42, "forty-two", None),
        (42, "six times seven", "fact"),
        (1207, "One thousand two hundred and seven.", None),
        (42, "a great many", "missing"),
        ({"value": 3.14, "abs": 0.01}, "3.15", None),
        ({"value": 3.14, "abs": 0.01}, "3.16", "fact"),
        ({"value": 200, "rel": 0.05}, "210", None),
        ({"value": 200, "rel": 0.05}, "211", "fact"),
        ({"value": 42, "which": "first"}, "42, and then 7", None),
        ({"value": 42, "which": "any"}, "7, 42, 8", None),
        ({"value": 42, "which": "only"}, "42 = 42.0", None),
        ({"value": 42, "which": "only"}, "42 or 43", "format"),
        ({"value": 18, "after": "####", "which": "first"}, "3 #### 18 (of 20)", None),
        ({"value": 18, "after": "####"}, "18", "missing"),
        ({"value": 5, "unit": "km"}, "5 km in 2 hours", None),
        ({"value": 5, "unit": "km"}, "5 kmh", "missing"),
        ({"value": 5, "unit": ["公里", "km"]}, "5公里", None),
        ({"value": 12, "unit": "%"}, "12 % of 300", None),
        ({"value": 5, "unit": "$"}, "$5 for 3", None),
        ({"value": 5, "unit": "USD"}, "USD 5 for 3", None),
        (1, "1e999999999", "fact"),
        (10**400, "3", "fact"),
    ],
)
def test_the_chosen_number_is_near_enough_or_not(value: Any, answer: str, expected: str | None) -> None:
    assert failure(value, answer) == expected
