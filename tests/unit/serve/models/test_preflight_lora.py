"""MODE=lora: adapters that a merge takes and vLLM does not are refused in one line, before anything starts."""

import pytest

from serve.errors import UsageError
from serve.models.preflight_lora import check_runtime_lora, largest_rank
from tests.models_made import MODULE, RANK, add_tensors, make_adapter, make_model


@pytest.fixture
def base(tmp_path):
    return make_model(tmp_path / "base")


def refused(reason):
    return pytest.raises(
        UsageError, match=f"with MODE=lora, vLLM serves no adapter with {reason}.*; set MODE=pair to merge it$"
    )


def test_a_plain_adapter_is_served(tmp_path, base):
    check_runtime_lora(make_adapter(tmp_path / "adapter", use_rslora=True, init_lora_weights="gaussian"), base)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"use_dora": True}, r"DoRA \(use_dora\)"),
        ({"lora_bias": True}, r"biases beside its matrices \(lora_bias\)"),
        ({"bias": "all"}, r"trained biases \(bias: all\)"),
        ({"modules_to_save": ["embed_tokens"]}, r"whole layers of its own \(modules_to_save\)"),
        ({"layer_replication": [[0, 1]]}, r"repeated layers"),
        ({"init_lora_weights": "pissa_niter_16"}, r"a start that changes the base \(init_lora_weights: pissa_niter_16"),
        ({"init_lora_weights": "olora"}, r"a start that changes the base \(init_lora_weights: olora"),
        ({"r": 1024}, "rank 1024, which is more than 512"),
        ({"rank_pattern": {"q_proj": 640}}, "rank 640, which is more than 512"),
    ],
)
def test_what_vllm_does_not_do_is_named(tmp_path, base, settings, reason):
    with refused(reason):
        check_runtime_lora(make_adapter(tmp_path / "adapter", **settings), base)


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({"model.embed_tokens.lora_embedding_A": (RANK, 40)}, "another vocabulary than its base's"),
        ({"model.embed_tokens.base_layer.weight": (40, 64)}, "another vocabulary than its base's"),
        ({"lm_head.lora_B.weight": (40, RANK)}, "another vocabulary than its base's"),
        ({"lm_head.weight": (32, 64)}, "the tensor base_model.model.lm_head.weight"),
        ({f"{MODULE}.lora_magnitude_vector": (64,)}, f"the tensor base_model.model.{MODULE}.lora_magnitude_vector"),
    ],
)
def test_what_vllm_has_no_place_for_is_named(tmp_path, base, tensors, reason):
    with refused(reason):
        check_runtime_lora(add_tensors(make_adapter(tmp_path / "adapter"), **tensors), base)


def test_an_embedding_of_the_bases_own_vocabulary_is_served_in_a_llama_alone(tmp_path, base):
    tensors = {
        "model.embed_tokens.lora_embedding_A": (RANK, 32),
        "model.embed_tokens.lora_embedding_B": (64, RANK),
        "model.embed_tokens.base_layer.weight": (32, 64),
        "lm_head.lora_A.weight": (RANK, 64),
        "lm_head.lora_B.weight": (32, RANK),
    }
    adapter = add_tensors(make_adapter(tmp_path / "adapter"), **tensors)
    check_runtime_lora(adapter, base)
    with refused("a part for lm_head in a qwen2 model"):
        check_runtime_lora(adapter, make_model(tmp_path / "qwen2", model_type="qwen2"))


def test_a_vocabulary_beyond_vllms_own_limit_is_refused(tmp_path):
    base = make_model(tmp_path / "base", vocab_size=262_144)
    with refused("a base of 262144 words, which are more than 258048"):
        check_runtime_lora(make_adapter(tmp_path / "adapter"), base)


def test_the_largest_rank_counts():
    assert largest_rank({"r": 8, "rank_pattern": {"q_proj": 32, "k_proj": 4}}) == 32
    assert largest_rank({"r": 8, "rank_pattern": None}) == 8
