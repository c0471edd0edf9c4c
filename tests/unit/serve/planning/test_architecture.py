"""What a model weighs by its configuration: as its files have it, and as public models are known to."""

import json
import math
from pathlib import Path

import pytest
from safetensors import safe_open

from serve.planning.architecture import Linear, architecture
from tests.models_made import LLAMA_3_8B, QWEN_2_5_7B

DEMO = Path(__file__).parents[4] / "images" / "demo" / "base"
PUBLIC = {  # (configuration, number of parameters as its authors state it)
    "Llama-3-8B": (LLAMA_3_8B, 8_030_261_248),
    "Llama-3-70B": (
        LLAMA_3_8B
        | {"num_hidden_layers": 80, "hidden_size": 8192, "intermediate_size": 28672, "num_attention_heads": 64},
        70_553_706_496,
    ),
    "Llama-3.2-1B": (
        LLAMA_3_8B
        | {"num_hidden_layers": 16, "hidden_size": 2048, "intermediate_size": 8192, "tie_word_embeddings": True},
        1_235_814_400,
    ),
    "Qwen2.5-7B": (QWEN_2_5_7B, 7_615_616_512),
    "Qwen2.5-0.5B": (
        {
            "model_type": "qwen2",
            "num_hidden_layers": 24,
            "hidden_size": 896,
            "intermediate_size": 4864,
            "num_attention_heads": 14,
            "num_key_value_heads": 2,
            "vocab_size": 151936,
            "tie_word_embeddings": True,
        },
        494_032_768,
    ),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_public_models_have_as_many_parameters_as_they_say(name):
    config, parameters = PUBLIC[name]
    assert architecture(config, name).wide_bytes == 2 * parameters


def test_the_demo_weighs_what_its_file_holds():
    with safe_open(DEMO / "model.safetensors", framework="np") as tensors:
        numbers = sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
    assert architecture(json.loads((DEMO / "config.json").read_text()), DEMO).wide_bytes == 2 * numbers


def test_llama_3_8b_at_int4_weighs_what_vllm_loads():
    # "Model loading took 5.3473 GiB": a published log of Llama-3-8B, GPTQ in groups of 128, under vLLM. 16 bits: 14.96.
    llama = architecture(LLAMA_3_8B, "")
    assert llama.int4_bytes(128) / 2**30 == pytest.approx(5.3473, rel=0.005)
    assert llama.wide_bytes / 2**30 == pytest.approx(14.96, rel=0.005)


def test_smaller_groups_weigh_a_little_more():
    sizes = [architecture(LLAMA_3_8B, "").int4_bytes(group) for group in (32, 64, 128)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] < 1.1 * sizes[2]


def test_a_packed_layer_is_its_four_tensors():
    # 256 inputs, 768 outputs: qweight 32x768, qzeros 2x96, scales 2x768, g_idx 256; the last group may be partial.
    assert Linear(256, 768, bias=False).packed_bytes(128) == 4 * 32 * 768 + 4 * 2 * 96 + 2 * 2 * 768 + 4 * 256
    assert Linear(256, 768, bias=True).packed_bytes(128) == Linear(256, 768, bias=False).packed_bytes(128) + 2 * 768
    assert Linear(160, 8, bias=False).packed_bytes(128) == 4 * 20 * 8 + 4 * 2 * 1 + 2 * 2 * 8 + 4 * 160


def test_one_token_of_llama_3_8b_takes_128_kib_of_cache():
    assert architecture(LLAMA_3_8B, "").kv_bytes_per_token == 128 * 1024


def test_a_lora_slot_grows_with_the_rank_and_covers_every_layer_of_the_adapter():
    llama = architecture(LLAMA_3_8B, "")
    assert llama.lora_bytes(32) == 2 * llama.lora_bytes(16)
    # All seven layers of 32 blocks at rank 16, as peft counts them: 41,943,040 numbers; then embedding and head.
    assert llama.lora_bytes(16) == 2 * (41_943_040 + 2 * 16 * (128256 + 4096))
