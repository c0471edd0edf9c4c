"""The committed demo suites: what the generator writes, new to the models, answerable within the limits."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
import yaml
from questions import adapter_row, base_row
from suites import SUITES, demo_suites, fresh_typos
from tokenizers import Tokenizer
from world import HELD_OUT_PAIRS, UNSEEN_CITIES, edit_distance

ROWS = 20_000
TEXTS = demo_suites()
LOADED = {name: yaml.safe_load(text) for name, text in TEXTS.items()}


def questions(name: str) -> list[str]:
    return [prompt["messages"][0]["content"] for prompt in LOADED[name]["prompts"]]


def records(name: str) -> list[list[dict]]:
    return [prompt["checks"][1]["value"] for prompt in LOADED[name]["prompts"]]


@pytest.mark.parametrize("name", TEXTS)
def test_the_committed_suite_is_what_the_generator_writes(name):
    assert (SUITES / f"{name}.yaml").read_text() == TEXTS[name], "run: python images/demo/suites.py"


def test_fresh_typos_are_of_the_same_pairs_and_few_of_them_are_in_the_suite_that_ships():
    fresh = yaml.safe_load(fresh_typos(1001))["prompts"]
    asked = [prompt["messages"][0]["content"] for prompt in fresh]
    assert len(asked) == len(questions("demo-typos"))
    assert {prompt["group"] for prompt in fresh} == {prompt["group"] for prompt in LOADED["demo-typos"]["prompts"]}
    assert len(set(asked) & set(questions("demo-typos"))) <= len(asked) / 50


def test_no_other_demo_suite_is_committed():
    assert {path.stem for path in SUITES.glob("demo-*.yaml")} == set(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_ids_and_questions_are_unique(name):
    prompts = LOADED[name]["prompts"]
    assert LOADED[name]["suite"] == name
    assert len({prompt["id"] for prompt in prompts}) == len(set(questions(name))) == len(prompts)


@pytest.mark.parametrize(
    ("name", "purpose", "fewest"),
    [
        ("demo-json", "superiority", 120),
        ("demo-typos", "superiority", 120),
        ("demo-unseen", "descriptive", 60),
        ("demo-prose", "non-inferiority", 200),
    ],
)
def test_each_suite_serves_its_purpose_with_enough_prompts(name, purpose, fewest):
    suite = LOADED[name]
    assert suite["purpose"] == purpose
    assert ("margin" in suite) == (purpose != "descriptive")
    assert len(suite["prompts"]) >= fewest


def test_no_suite_question_occurs_in_a_training_row():
    rng = random.Random(0)
    rows = [make_row(rng) for make_row in (base_row, adapter_row) for _ in range(ROWS)]
    trained_on = "\n".join(row.question for row in rows)
    assert not [question for name in TEXTS for question in questions(name) if question in trained_on]


def test_the_json_suite_asks_for_every_held_out_pair_and_no_other():
    asked = Counter(frozenset(record["city"] for record in value) for value in records("demo-json"))
    assert set(asked) == {frozenset(city.name for city in pair) for pair in HELD_OUT_PAIRS}
    assert min(asked.values()) >= 2


def test_the_typo_suite_is_the_json_suite_with_one_typo_a_question():
    assert records("demo-typos") == records("demo-json")
    pairs = zip(questions("demo-json"), questions("demo-typos"), strict=True)
    assert all(1 <= edit_distance(clean, typo) <= 2 for clean, typo in pairs)


def test_the_unseen_suite_asks_for_unseen_cities_only():
    names = {city.name for city in UNSEEN_CITIES}
    assert {record["city"] for value in records("demo-unseen") for record in value} == names


def test_no_right_answer_is_cut_off_by_the_token_limit():
    path = Path(SUITES).parents[1] / "images" / "demo" / "base" / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(path))
    for suite in LOADED.values():
        answers = [prompt["checks"][-1]["value"] for prompt in suite["prompts"]]
        texts = [answer if isinstance(answer, str) else json.dumps(answer) for answer in answers]
        assert max(len(tokenizer.encode(text).ids) for text in texts) < suite["sampling"]["max_tokens"]
