"""What load is put on, and in which order."""

from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import UsageError
from evalharness.load.profile import DEFAULT, chat_request, turns, within_limits
from evalharness.runs.summaries.load import LIMITS


def test_who_comes_first_is_drawn_for_each_pair_and_by_the_seed() -> None:
    def orders(seed: int) -> list[tuple[int, int]]:
        return [order for order, _ in islice(turns(replace(DEFAULT, seed=seed), 10), 400)]

    assert orders(1) == orders(1) != orders(2)
    assert set(orders(1)) == {(0, 1), (1, 0)}
    assert 160 < orders(1).count((0, 1)) < 240
    repeats = sum(one == other for one, other in zip(orders(1), orders(1)[1:], strict=False))
    assert 150 < repeats < 250  # no rhythm that a neighbour could fall in with


@given(st.integers(1, 40), st.integers(1, 30))
def test_every_prompt_is_asked_in_turn_and_one_of_each_user(users: int, prompts: int) -> None:
    asked = [number for _, batch in islice(turns(replace(DEFAULT, users=users), prompts), 7) for number in batch]
    assert asked == [number % prompts for number in range(7 * users)]


def test_two_and_a_half_minutes_are_the_most_that_a_load_takes_by_default() -> None:
    assert DEFAULT.seconds == 150


@pytest.mark.parametrize("setting", LIMITS)
@pytest.mark.parametrize("beyond", [-1, float("nan"), 1e12])
def test_a_figure_out_of_range_is_refused_by_the_name_of_its_flag(setting: str, beyond: float) -> None:
    with pytest.raises(UsageError, match="--" + setting.replace("_", "-")):
        within_limits(replace(DEFAULT, **{setting: beyond}))


def test_both_sides_are_made_to_answer_at_the_same_length() -> None:
    body = chat_request("m", [{"role": "user", "content": "Hi"}], output_tokens=48, salt="s")
    assert body["max_tokens"] == body["min_tokens"] == 48
    assert body["ignore_eos"] is True and body["temperature"] == 0
