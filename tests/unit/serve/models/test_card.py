"""The model card in every version's folder."""

import pytest
from huggingface_hub import ModelCard

from serve.models.card import card

FILES = {"model.safetensors": {"bytes": 3, "mtime_ns": 1, "sha256": "ab" * 32}}
MERGED = {
    "sources": {"base": {"files": FILES}, "adapter": {"files": FILES}},
    "parameters": {"recipe": 2},
    "libraries": {"peft": "0.21"},
    "licences": {
        "base": {"licence": "llama3", "files": ["LICENSE", "USE_POLICY.md"]},
        "adapter": {"licence": "not stated", "files": []},
    },
    "proof": {"same_top_token": 1.0},
}
QUANTIZED = {
    "sources": {"model": {"variant": "merged", "version": "1f2e3d4c5b6a"}},
    "parameters": {"bits": 4, "group_size": 128},
    "libraries": {"torch": "2.13.0"},
    "licences": {"model": {"licence": "not stated", "files": []}},
    "proof": {"kl_per_token": 0.0123456789, "damp": {"model.layers.0": 0.05}},
}

TRAINED = {
    "sources": {"base": {"files": FILES}, "adapter": {"variant": "adapter", "version": "1f2e3d4c5b6a"}},
    "parameters": {"seed": 0, "stages": {"general": {"learning_rate": 1e-5, "rows": "cd" * 32}}},
    "libraries": {"trl": "1.16.0"},
    "licences": {"base": {"licence": "llama3", "files": []}},
    "proof": {"stages": {"general": {"held_out_before": 1.5, "held_out_after": 0.5}}},
}


@pytest.mark.parametrize("about", [MERGED, QUANTIZED], ids=["merged", "quantized"])
def test_the_hub_can_read_it(about):
    read = ModelCard(card("tuned", "aaa", about))
    assert read.data.pipeline_tag == "text-generation"
    assert read.data.library_name == "transformers"


def test_it_carries_the_licence_and_the_files_that_go_with_every_copy():
    text = card("merged", "aaa", MERGED)
    assert ModelCard(text).data.license == "llama3"
    assert "- base: llama3; `LICENSE`, `USE_POLICY.md` go with every copy" in text
    assert ModelCard(card("tuned", "aaa", QUANTIZED)).data.license == "unknown"


def test_it_carries_what_the_licence_asks_for():
    entry = {"licence": "llama3", "files": [], "duties": {"name_begins_with": "Llama 3", "notice": "Meta says so."}}
    text = card("merged", "aaa", {**MERGED, "licences": {"base": entry}})
    assert "- base: llama3; name begins with: Llama 3; notice: Meta says so." in text.splitlines()


def test_it_names_parents_parameters_and_proofs():
    text = card("tuned", "aaa", QUANTIZED)
    assert "- model: `merged` 1f2e3d4c5b6a" in text
    assert "- group_size: 128" in text
    assert "- kl_per_token: 0.0123457" in text
    assert "- damp.model.layers.0: 0.05" in text
    assert f"`model.safetensors` (SHA-256 {'ab' * 32})" in card("merged", "aaa", MERGED)


def test_an_adapters_card_says_what_it_was_trained_on_and_shows_how_it_learned():
    text = card("adapter", "aaa", TRAINED)
    read = ModelCard(text)
    assert (read.data.library_name, read.data.license) == ("peft", "llama3")
    assert f"- stages.general.rows: {'cd' * 32}" in text
    assert "- stages.general.held_out_after: 0.5" in text
    assert "](curve.svg)" in text


def test_it_says_what_can_read_it():
    assert "llama.cpp and Ollama do not read it" in card("tuned", "aaa", QUANTIZED)
    assert "llama.cpp and Ollama read GGUF" in card("merged", "aaa", MERGED)
