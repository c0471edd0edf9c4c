"""The invented world: names that survive a typo, and a clean split between seen and kept."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import (
    CITIES,
    CURRENCIES,
    HELD_OUT_PAIRS,
    MIN_NAME_DISTANCE,
    SEEN_CITIES,
    UNSEEN_CITIES,
    edit_distance,
    holds_held_out_pair,
)

WORDS = st.text(alphabet="abc", max_size=6)


def test_one_typo_never_turns_a_city_into_another():
    assert all(edit_distance(a.name, b.name) >= MIN_NAME_DISTANCE for a, b in combinations(CITIES, 2))


def test_seen_and_unseen_cities_are_all_cities_and_share_none():
    assert SEEN_CITIES + UNSEEN_CITIES == CITIES
    assert len(set(CITIES)) == 32


def test_a_fifth_of_the_pairs_of_seen_cities_is_held_out():
    pairs = {frozenset(pair) for pair in combinations(SEEN_CITIES, 2)}
    held_out = {frozenset(pair) for pair in HELD_OUT_PAIRS}
    assert held_out < pairs
    assert len(held_out) == len(HELD_OUT_PAIRS) == round(len(pairs) / 5)


def test_a_held_out_pair_is_recognised_in_either_order_and_among_others():
    a, b = HELD_OUT_PAIRS[0]
    assert holds_held_out_pair([b, a])
    assert holds_held_out_pair([UNSEEN_CITIES[0], a, UNSEEN_CITIES[1], b])
    assert not holds_held_out_pair([a])


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city.name)
def test_facts_are_written_alike_in_prose_and_in_json(city):
    assert f"{city.population:.2f}" == str(city.population)
    assert city.country in CURRENCIES


@given(WORDS, WORDS)
def test_edit_distance_is_symmetric_and_zero_only_for_equal_words(a, b):
    assert edit_distance(a, b) == edit_distance(b, a) <= max(len(a), len(b))
    assert (edit_distance(a, b) == 0) == (a == b)
