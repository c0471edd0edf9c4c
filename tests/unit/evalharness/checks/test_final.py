# ruff: noqa: RUF001 (other scripts' signs are what is tested)
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.checks.final import concluded
from evalharness.checks.reading.chinese_numerals import worth
from tests.parts import apply_checks


def failure(value: Any, answer: str) -> str | None:
    [outcome] = apply_checks(answer, "stop", [{"type": "final_number", "value": value}])
    found: str | None = outcome.failure
    return found


@pytest.mark.parametrize(
    "answer",
    [
        "42",
        "**42 km**",
        "The answer is **42 km**.",
        "First 6 × 5 = 30, then 30 + 12 = 42.",
        r"\[ \boxed{42\text{ km}} \] This is 12 km more than on day 1.",
        "6 × 7 = 42\n#### 42",
        "**Answer:** 42 km\n\nLet me know if you have 2 more questions!",
        "They ride 42 km (30 km on day 1 and 12 km on day 2).",
        "On day 1 it was 30 km, on day 2 12 km, so they ride 42 km in all. The 9 km/h of the wind do not matter.",
        "| day | km |\n|---|---|\n| 1 | 30 |\n| 2 | 12 |\n| **all** | **42** |",
        "They ride forty-two kilometres in the 2 days.",
        "They ride 42 km of the 60 km.",
        "四十二千米",
        "第一天30千米，第二天12千米，一共42千米，其中第一天更多。",
        "答案：４２千米",
    ],
)
def test_the_number_that_an_answer_comes_to_is_found(answer: str) -> None:
    assert failure({"value": 42, "unit": ["km", "kilometres", "千米"]}, answer) is None


@pytest.mark.parametrize(
    "answer",
    [
        "42 − 12 = 30, so they ride **30 km**.",
        "The answer is 30 km. (It is not 42 km.)",
        "They ride 42 km on day 1 and 12 on day 2. In all 54 km.",
        r"\boxed{42} for day 1, \boxed{54} in all",
        "答案：30千米，而不是42千米。",
    ],
)
def test_a_right_number_on_the_way_is_not_enough(answer: str) -> None:
    assert failure({"value": 42, "unit": ["km", "千米"]}, answer) == "fact"


def test_an_answer_without_a_number_misses_it() -> None:
    assert failure(42, "I cannot say how many that are.") == "missing"


def test_a_restated_question_before_the_steps_is_not_the_answer() -> None:
    assert concluded("They ride **9 laps** of 4 km.\nHere is how:\n9 × 4 = 36\nSo it is **36 km**.", ["km"]) == 36


def test_of_steps_between_semicolons_the_last_is_the_answer_where_the_first_counts_something_else() -> None:
    steps = "134 + 6 = 140 people; 4 buses have 148 seats; 8 stay empty."
    assert concluded(steps, ["seats"]) == 8
    assert concluded("148 - 140 = 8 seats; 4 buses come for 140 people.", ["seats"]) == 8


@pytest.mark.parametrize(
    ("prose", "units", "number"),
    [
        ("With 34 seats taken, 66 are free.", ["seats"], 66),
        ("540 of the members vote. She gets 30 %, and he the other 70 %, that is 378 votes.", ["votes"], 378),
        ("She climbs 840 steps a day, and with six days that amounts to 5040 steps a week.", ["steps"], 5040),
        ("104 / 4 = 26 litres, minus the 4 in the cellar makes 22 litres.", ["litres"], 22),
        ("Distance = 5 × 1500 = 7500 metres, or 7.5 kilometres.", ["km", "kilometres"], Decimal("7.5")),
        ("4 euros and 7 × 2 = 14 euros, and 10 euros for the ticket add up to 28 euros.", ["euros"], 28),
        ("Removing 9 g leaves 247 g, which doubles to 494 g.", ["g"], 494),
        ("He already has 232, meaning he must score 68 in the fourth.", ["points"], 68),
        ("She has 144 euros, so compared with the 480 euros of the price 336 euros are missing.", ["euros"], 336),
        ("She finishes on day 12: after the first day it takes her 11 more at 20 pages.", [], 12),
        ("兔有15只，鸡有22只，所以兔比鸡少7只。", ["只"], 7),
    ],
)
def test_of_running_prose_the_number_that_it_leads_to_is_found(prose: str, units: list[str], number: Decimal) -> None:
    assert concluded(prose, units) == number


def test_what_is_left_is_a_remark_only_behind_a_conclusion() -> None:
    assert concluded("He has 76 kg and uses 44 kg. That leaves him with 32 kg.", ["kg"]) == 32
    assert concluded("So he pays 22 euros. That leaves 28 euros of his 50.", ["euros"]) == 22


def test_the_bold_total_of_a_table_is_a_step_where_more_is_said_below() -> None:
    assert (
        concluded("| row | seats |\n|---|---|\n| **all** | **100** |\n\nOf these 66 seats are free.", ["seats"]) == 66
    )


def test_a_chinese_one_beside_digits_is_an_article() -> None:
    assert concluded("**最多8个小朋友每人再多得一颗糖。**", ["个", "颗"]) == 8
    assert concluded("一共十一颗糖，分给3人。", ["颗"]) == 11
    assert concluded("只剩一颗。", ["颗"]) == 1


def test_how_near_is_near_enough_is_the_suites_to_say() -> None:
    assert failure({"value": 12.5, "abs": 0.005}, "€12.50") is None
    assert failure({"value": 12.5, "abs": 0.005}, "€12.51") == "fact"


@given(st.integers(0, 10**7), st.sampled_from(["{}", "{:,}", "**{}**", "= {}", r"\boxed{{{}}}", "So it is {:,} km."]))
def test_a_number_alone_is_the_answer_however_it_is_set_off(number: int, form: str) -> None:
    assert concluded(form.format(number), ["km"]) == number


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    concluded(text, ["km", "元"])


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("四十二", 42),
        ("十", 10),
        ("两百零五", 205),
        ("两百五", 250),
        ("一千二百", 1200),
        ("三万六千", 36_000),
        ("二〇二四", 2024),
    ],
)
def test_chinese_numerals_are_read(numeral: str, value: int) -> None:
    assert worth(numeral) == value


def test_a_chinese_numeral_may_have_a_part_behind_the_point() -> None:
    assert worth("二点五") == Decimal("2.5")


@given(st.integers(1, 99_999_999))
def test_every_chinese_numeral_is_worth_what_it_writes(number: int) -> None:
    assert worth(_written(number)) == number


def _written(number: int) -> str:
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return _written(high) + "万" + (("零" if low < 1000 else "") + _written(low) if low else "")
    signs, pending = "", False
    for step, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // step % 10
        if digit:
            signs += ("零" if pending and signs else "") + "零一二三四五六七八九"[digit] + name
        pending = not digit
    return signs
