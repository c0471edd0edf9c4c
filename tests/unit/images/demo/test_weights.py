"""The committed weights: small, bfloat16, and described by configurations that hold on any machine."""

import json
import struct
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[4] / "images" / "demo"
WEIGHTS = [DEMO / "base" / "model.safetensors", DEMO / "adapter" / "adapter_model.safetensors"]
LINEAR_LAYERS = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


def read_json(path: str) -> dict:
    return json.loads((DEMO / path).read_text())


def tensors(path: Path) -> dict[str, dict]:
    """The header of a safetensors file: 8 bytes of length, then JSON of name → dtype, shape, place."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return header


def test_both_weights_together_are_under_12_megabytes():
    assert sum(path.stat().st_size for path in WEIGHTS) < 12_000_000


@pytest.mark.parametrize("path", WEIGHTS, ids=lambda path: path.parent.name)
def test_weights_are_bfloat16(path):
    assert {tensor["dtype"] for tensor in tensors(path).values()} == {"BF16"}


def test_every_linear_layer_of_the_base_has_a_lora_pair_of_rank_16():
    adapter = tensors(WEIGHTS[1])
    ranks = [min(tensor["shape"]) for tensor in adapter.values()]
    assert len(adapter) == 4 * len(LINEAR_LAYERS) * 2
    assert set(ranks) == {16}


def test_the_adapter_is_rank_16_alpha_32_on_all_linear_layers_of_the_named_base():
    config = read_json("adapter/adapter_config.json")
    assert (config["r"], config["lora_alpha"]) == (16, 32)
    assert set(config["target_modules"]) == LINEAR_LAYERS
    assert config["base_model_name_or_path"] == "tandem-demo-base"


def test_the_base_has_widths_that_int4_kernels_take():
    config = read_json("base/config.json")
    widths = ["hidden_size", "intermediate_size", "vocab_size", "max_position_embeddings"]
    assert [config[name] for name in widths] == [256, 768, 1024, 2048]
    assert all(config[name] % 128 == 0 for name in widths)
    assert config["num_key_value_heads"] * config["head_dim"] % 128 == 0
    assert config["tie_word_embeddings"] is False


def test_the_chat_template_travels_with_the_tokenizer():
    config = read_json("base/tokenizer_config.json")
    assert "add_generation_prompt" in config["chat_template"]
    assert config["eos_token"] == "<|end|>"  # noqa: S105 - a token of text, not a secret


@pytest.mark.parametrize("folder", ["base", "adapter"])
def test_each_model_has_a_card_with_its_licence(folder):
    assert "license: apache-2.0" in (DEMO / folder / "README.md").read_text()
