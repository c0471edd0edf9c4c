"""What base and adapter say differently of themselves is said in a line each, before anything is made of them."""

import json

import pytest

from serve.models.preflight_pair import differences, has_own_words
from tests.models_made import add_tensors, make_adapter, make_model


@pytest.fixture
def base(tmp_path):
    return make_model(tmp_path / "llama-8b")


def told(base, adapter, extended=False):
    return list(differences(base, adapter, extended))


def write(folder, name, content):
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))


def test_an_adapter_that_says_nothing_of_its_own_differs_in_nothing(tmp_path, base):
    assert told(base, make_adapter(tmp_path / "adapter", base_model_name_or_path="meta/Llama-8B")) == []


def test_an_adapter_trained_on_another_base_by_name_is_told(tmp_path, base):
    (line,) = told(base, make_adapter(tmp_path / "adapter", base_model_name_or_path="meta/Llama-8B-Instruct"))
    assert "trained on 'meta/Llama-8B-Instruct', and the base is 'llama-8b'" in line
    assert "set BASE_MODEL" in line


def test_a_base_in_the_hubs_cache_is_known_by_its_name_there(tmp_path):
    base = make_model(tmp_path / "models--meta--Llama-8B" / "snapshots" / "0123abc")
    assert told(base, make_adapter(tmp_path / "adapter", base_model_name_or_path="meta/Llama-8B")) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chat_template.jinja", "{{ messages }}"),
        ("tokenizer_config.json", {"chat_template": "{{ messages }}"}),
        ("tokenizer_config.json", {"chat_template": [{"name": "default", "template": "{{ messages }}"}]}),
    ],
)
def test_another_chat_template_than_the_bases_is_told_wherever_it_stands(tmp_path, base, name, content):
    adapter = make_adapter(tmp_path / "adapter")
    write(adapter, name, content)
    (line,) = told(base, adapter)
    assert "its chat template is not the base's, which both servers use" in line
    write(base, "chat_template.jinja", "{{ messages }}\n")
    assert told(base, adapter) == []


def test_another_end_of_answers_is_told_by_both_values(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter")
    write(base, "generation_config.json", {"eos_token_id": 2, "transformers_version": "4.1"})
    write(adapter, "generation_config.json", {"eos_token_id": [2, 7], "transformers_version": "5.1"})
    (line,) = told(base, adapter)
    assert "eos_token_id is [2, 7] in its generation_config.json and 2 in the base's" in line


def test_a_tokenizer_that_numbers_words_otherwise_is_told_by_a_word_and_one_that_adds_words_is_not(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter")
    write(base, "tokenizer.json", {"model": {"vocab": {"yes": 0, "no": 1}}, "added_tokens": []})
    write(
        adapter,
        "tokenizer.json",
        {"model": {"vocab": {"yes": 0, "no": 1}}, "added_tokens": [{"content": "x", "id": 2}]},
    )
    assert told(base, adapter) == []
    write(adapter, "tokenizer.json", {"model": {"vocab": {"yes": 0, "maybe": 1, "no": 2}}})
    (line,) = told(base, adapter)
    assert "another number for the word 'no'" in line
    assert told(base, adapter, extended=True) == []


@pytest.mark.parametrize("text", ["", "[]", '{"model": 7, "added_tokens": 7}', '{"a":' * 50_000])
def test_files_that_are_nonsense_differ_in_nothing(tmp_path, base, text):
    adapter = make_adapter(tmp_path / "adapter")
    for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        write(adapter, name, text)
        write(base, name, "{}")
    assert told(base, adapter) == []


def test_a_tokenizer_of_another_form_than_any_says_nothing_and_stops_nothing(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter")
    write(adapter, "tokenizer_config.json", {"chat_template": [7, {"name": "default", "template": 8}]})
    write(adapter, "tokenizer.json", {"model": {"vocab": ["a"]}, "added_tokens": [{"content": [], "id": 1}, 7]})
    write(base, "tokenizer.json", {"model": [], "added_tokens": {}})
    assert told(base, adapter) == []


WORDS = {"a": 0, "b": 1}
TRAINS_WORDS = {"model.embed_tokens.token_adapter.trainable_tokens_delta": (1, 64)}


@pytest.mark.parametrize(
    ("added", "tensors", "own"),
    [
        ({"<tool>": 31}, TRAINS_WORDS, True),
        ({"<tool>": 31}, {}, False),  # a word that is not trained, as to pad with
        ({"<tool>": 32}, TRAINS_WORDS, False),  # beyond the embedding's 32 rows
        ({"<tool>": "31"}, TRAINS_WORDS, False),
        ({"<tool>": 31, "b": 5}, TRAINS_WORDS, False),
        ({}, TRAINS_WORDS, False),
    ],
)
def test_words_that_an_adapter_trains_in_rows_to_spare_are_its_own(tmp_path, base, added, tensors, own):
    adapter = add_tensors(make_adapter(tmp_path / "adapter"), **tensors)
    write(base, "tokenizer.json", {"model": {"vocab": WORDS}})
    write(adapter, "tokenizer.json", {"model": {"vocab": WORDS | added}})
    assert has_own_words(adapter, base) is own


def test_an_adapter_without_a_tokenizer_has_no_words_of_its_own(tmp_path, base):
    assert not has_own_words(add_tensors(make_adapter(tmp_path / "adapter"), **TRAINS_WORDS), base)
