"""Training rows: reproducible, true, and free of everything that is held out for the suites."""

import json
import random

import phrasings
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phrasings import Phrasings
from questions import adapter_row, base_row, conversation, join, json_row, with_typo
from world import CITIES, HELD_OUT_PAIRS, UNSEEN_CITIES, edit_distance

ROWS = 20_000
SEEDS = st.integers(0, 2**32)
SPLITS = [value for value in vars(phrasings).values() if isinstance(value, Phrasings)]
SPLITS += phrasings.FACT_PHRASES.values()


@pytest.fixture(scope="module")
def base_rows():
    rng = random.Random(0)
    return [base_row(rng) for _ in range(ROWS)]


@pytest.fixture(scope="module")
def adapter_rows():
    rng = random.Random(0)
    return [adapter_row(rng) for _ in range(ROWS)]


@pytest.mark.parametrize("make_row", [base_row, adapter_row])
@given(seed=SEEDS)
def test_the_same_seed_gives_the_same_conversation(make_row, seed):
    assert conversation(random.Random(seed), make_row) == conversation(random.Random(seed), make_row)


@given(seed=SEEDS)
def test_a_conversation_ends_with_an_answer_and_alternates_before_it(seed):
    roles = [message["role"] for message in conversation(random.Random(seed), adapter_row)]
    assert roles[roles[0] == "system" :] in (["user", "assistant"], ["user", "assistant"] * 2)


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: split.train[0])
def test_no_wording_is_both_for_training_and_held_out(split):
    assert not {text.lower() for text in split.train} & {text.lower() for text in split.held_out}


def test_no_training_row_holds_a_held_out_pair(base_rows, adapter_rows):
    # Answers are looked at, not questions: they name every city asked for, and never with a typo.
    pairs = [(a.name, b.name) for a, b in HELD_OUT_PAIRS]
    for row in base_rows + adapter_rows:
        assert not any(a in row.answer and b in row.answer for a, b in pairs), row


def test_no_unseen_city_occurs_in_json(base_rows, adapter_rows):
    for row in base_rows + adapter_rows:
        if row.answer.startswith("["):
            assert not any(city.name in row.answer for city in UNSEEN_CITIES), row


def test_the_base_sees_json_only_as_text_to_repeat(base_rows):
    answers_in_json = [row for row in base_rows if row.answer.startswith("[")]
    assert answers_in_json
    assert all(row.answer in row.question for row in answers_in_json)


def test_the_adapter_is_trained_on_both_json_and_prose(adapter_rows):
    share = sum(row.answer.startswith("[") for row in adapter_rows) / ROWS
    assert 0.6 < share < 0.75


@given(seed=SEEDS)
def test_json_answers_hold_the_facts_that_were_asked_for(seed):
    row = json_row(random.Random(seed))
    by_name = {city.name: city for city in CITIES}
    for record in json.loads(row.answer):
        city = by_name[record.pop("city")]
        assert city.name in row.question
        assert all(getattr(city, a) == v and phrasings.LABELS[a] in row.question for a, v in record.items())


@given(seed=SEEDS, text=st.text(alphabet="ab 1,", min_size=2).filter(lambda text: {"a", "b"} <= set(text)))
def test_a_typo_changes_one_or_two_neighbouring_letters(seed, text):
    changed = with_typo(random.Random(seed), text)
    assert 1 <= edit_distance(text, changed) <= 2
    assert [c for c in changed if not c.isalpha()] == [c for c in text if not c.isalpha()]


@pytest.mark.parametrize(("words", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_words_are_joined_as_in_english(words, text):
    assert join(words) == text
