"""What load is put on, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import UsageError
from evalharness.load.profile import LIMITS, SHORTEST_ROUND, LoadProfile, chat_request, turns


def test_rounds_go_first_second_second_first() -> None:
    assert list(turns(4)) == [(1, 0), (1, 1), (2, 1), (2, 0), (3, 0), (3, 1), (4, 1), (4, 0)]


@given(st.integers(1, 5).map(lambda half: 2 * half))
def test_a_machine_that_slows_down_steadily_favours_no_endpoint(rounds: int) -> None:
    places = [[place for place, (_, index) in enumerate(turns(rounds)) if index == side] for side in (0, 1)]
    assert len(places[0]) == len(places[1]) == rounds
    assert sum(places[0]) == sum(places[1])


@given(st.floats(1, 3600))
def test_rounds_are_even_many_and_never_shorter_than_an_answer_may_be(seconds: float) -> None:
    rounds = LoadProfile(seconds=seconds).rounds
    assert rounds in (2, 4, 6, 8, 10)
    assert rounds == 2 or seconds / rounds >= SHORTEST_ROUND
    assert rounds == 10 or seconds / (rounds + 2) < SHORTEST_ROUND


def test_by_default_there_are_ten_rounds_of_two_seconds() -> None:
    profile = LoadProfile()
    assert (profile.rounds, profile.seconds / profile.rounds) == (10, 2)
    assert profile.about()["rounds"] == 10


@pytest.mark.parametrize("setting", LIMITS)
@pytest.mark.parametrize("beyond", [-1, float("nan"), 1e12])
def test_a_figure_out_of_range_is_refused_by_the_name_of_its_flag(setting: str, beyond: float) -> None:
    with pytest.raises(UsageError, match="--" + setting.replace("_", "-")):
        LoadProfile(**{setting: beyond})


def test_both_sides_are_made_to_answer_at_the_same_length() -> None:
    body = chat_request("m", [{"role": "user", "content": "Hi"}], output_tokens=48, salt="s")
    assert body["max_tokens"] == body["min_tokens"] == 48
    assert body["ignore_eos"] is True and body["temperature"] == 0
