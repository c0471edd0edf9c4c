"""Variants of rows to train on: seeded, spread, within the share, never another answer."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.perturb import prose
from evalharness.pool import rows
from evalharness.pool.rows import PoolRow
from evalharness.pool.variants import augmenting, noise
from evalharness.pool.variants.augmenting import MAKE, Wanted


def row(question: str, answer: str = "It is so.") -> PoolRow:
    return rows.given([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], [], None)


ROWS = [row(f"Could you tell me what the population of {city} and its 3 suburbs is?") for city in
        ("Lisbon", "Porto", "Ghent", "Zadar", "Odense", "Galway", "Turin", "Nantes", "Bilbao", "Graz")]  # fmt: skip


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    once, again = (list(augmenting.variants(ROWS, {}, Wanted(list(MAKE)))) for _ in range(2))
    other = list(augmenting.variants(ROWS, {}, Wanted(list(MAKE), seed=1)))
    assert once == again
    assert {one.id for one in once} != {one.id for one in other}


def test_a_variant_keeps_the_answer_and_names_its_origin_kind_and_seed() -> None:
    by_id = {one.id: one for one in ROWS}
    for made in augmenting.variants(ROWS, {}, Wanted(list(MAKE), seed=7)):
        assert made.answer == by_id[made.origin].answer
        assert made.messages != by_id[made.origin].messages
        assert (made.kind in MAKE, made.seed, made.state) == (True, 7, "waiting")


def test_numbers_stay_whatever_the_noise() -> None:
    for made in augmenting.variants(ROWS, {}, Wanted(list(MAKE), variants=3, rate=0.9, exactly=30)):
        assert "3" in made.question


@settings(max_examples=60)
@given(st.integers(1, 5), st.floats(0, 0.9), st.integers(0, 3))
def test_variants_are_never_more_than_the_share_and_spread_over_the_rows(many: int, share: float, seed: int) -> None:
    made = list(augmenting.variants(ROWS, {}, Wanted(list(MAKE), many, share, seed=seed)))
    assert len(made) <= share * (len(made) + len(ROWS)) + 1e-6
    of = Counter(one.origin for one in made)
    assert not of or max(of.values()) - min(of.get(one.id, 0) for one in ROWS) <= 1


def test_a_run_goes_on_where_it_was_and_makes_up_for_what_was_dropped() -> None:
    wanted = Wanted(list(MAKE), exactly=8)
    whole = list(augmenting.variants(ROWS, {}, wanted))
    assert len(whole) == 8
    half = {one.id: True for one in whole[:3]}
    assert list(augmenting.variants(ROWS, half, wanted)) == whole[3:]
    all_but_one = {one.id: at > 0 for at, one in enumerate(whole)}
    (instead,) = augmenting.variants(ROWS, all_but_one, wanted)
    assert instead.id not in all_but_one


CHANGING = [noise.names, noise.slips, noise.left_out, noise.swapped]


@pytest.mark.parametrize("make", CHANGING, ids=lambda make: make.__name__)
def test_noise_at_rate_0_changes_nothing_and_at_any_other_rate_something(make: augmenting.Make) -> None:
    asked = prose.read(ROWS[0].question, [])
    assert make(asked, random.Random(1), 0.0) == asked.text
    assert make(asked, random.Random(1), 0.1) != asked.text


def test_slips_in_names_leave_all_else_alone() -> None:
    text = "Please say how many people live in Lisbon and in Galway today."
    made = noise.names(prose.read(text, []), random.Random(3), 1.0).split()
    changed = [one for one, other in zip(text.split(), made, strict=True) if one != other]
    assert changed == ["Lisbon", "Galway"]


def all_words_of(make: augmenting.Make, text: str) -> dict[str, set[str]]:
    """What each word of the text became under any of many seeds."""
    asked = prose.read(text, [])
    made = [make(asked, random.Random(seed), 0.1).split() for seed in range(400)]
    return {word: {one[at] for one in made} - {word} for at, word in enumerate(text.split())}


def test_slips_reach_short_words_capitals_lists_and_first_letters() -> None:
    became = all_words_of(noise.slips, "Give me population, GDP and country of Lisbon as JSON")
    assert all(became.values())
    assert {"GD", "DP", "GGDP"} <= became["GDP"] and {"adn", "an", "nd"} <= became["and"]
    assert "isbon" in became["Lisbon"]


def test_slips_leave_numbers_quotations_code_and_json_alone() -> None:
    text = 'Put `two words` of "the list" into {"a": 1}, seven times or 12, see a_b'
    made = [noise.slips(prose.read(text, []), random.Random(seed), 0.9) for seed in range(50)]
    for kept in ("`two words`", '"the list"', '{"a": 1}', "seven", "12", "a_b"):
        assert all(kept in one for one in made)


def test_a_slip_in_a_name_may_be_in_its_first_letter() -> None:
    assert "isbon" in all_words_of(noise.names, "How many people live in Lisbon")["Lisbon"]
