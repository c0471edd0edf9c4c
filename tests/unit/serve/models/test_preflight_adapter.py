"""An adapter that cannot be merged into its base is refused in one line, before anything heavy begins."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from serve.errors import UsageError
from serve.models import preflight_adapter
from tests.models_made import MODULE, RANK, add_tensors, make_adapter, make_model


@pytest.fixture
def base(tmp_path):
    return make_model(tmp_path / "base")


def refused(match):
    return pytest.raises(UsageError, match=match)


def test_a_missing_adapter_folder_is_named(tmp_path, base):
    with refused("nowhere: no such folder; set ADAPTER"):
        preflight_adapter.check_adapter(tmp_path / "nowhere", base)


def test_an_adapter_of_another_base_is_refused_by_its_shapes(tmp_path, base):
    with refused(f"made for another base: {MODULE} is 64x64 .* but 32x32 in the adapter"):
        preflight_adapter.check_adapter(make_adapter(tmp_path / "adapter", hidden=32), base)


def test_an_adapter_for_layers_the_base_lacks_is_refused(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter", module="model.layers.9.self_attn.q_proj")
    with refused("made for another base: .* has no model.layers.9.self_attn.q_proj"):
        preflight_adapter.check_adapter(adapter, base)


def test_a_pickled_adapter_is_refused(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter")
    (adapter / "adapter_model.safetensors").unlink()
    (adapter / "adapter_model.bin").write_bytes(b"\x80\x04")
    with refused(r"adapter_model\.bin: pickled weights can run code when loaded; save ADAPTER again as safetensors"):
        preflight_adapter.check_adapter(adapter, base)


def test_an_adapter_under_a_name_that_peft_does_not_read_is_refused(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter")
    (adapter / "adapter_model.safetensors").rename(adapter / "my-adapter.safetensors")
    with refused(r"no adapter_model\.safetensors in it, the one file that peft reads; give ADAPTER's that name"):
        preflight_adapter.check_adapter(adapter, base)


def test_an_adapter_is_read_from_the_file_that_peft_reads_whatever_an_index_names(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter")
    (adapter / "adapter_model.safetensors").rename(adapter / "good.safetensors")
    (adapter / "adapter_model.safetensors").write_bytes(b"\xff" * 64)
    (adapter / "model.safetensors.index.json").write_text('{"weight_map": {"a": "good.safetensors"}}')
    with refused(r"adapter_model\.safetensors: damaged or cut short .*; download ADAPTER again"):
        preflight_adapter.check_adapter(adapter, base)


def test_another_kind_of_adapter_is_refused(tmp_path, base):
    with refused("a PREFIX_TUNING adapter; ADAPTER must be a LoRA adapter"):
        preflight_adapter.check_adapter(make_adapter(tmp_path / "adapter", peft_type="PREFIX_TUNING"), base)


WORDS_ADDED = {  # by a training that grew the vocabulary from 32 words to 40, one row or two ways each
    "a table of its own": {"model.embed_tokens.weight": (40, 64)},
    "a table beside its LoRA": {
        "model.embed_tokens.base_layer.weight": (40, 64),
        "model.embed_tokens.lora_embedding_A": (RANK, 40),
        "model.embed_tokens.lora_embedding_B": (64, RANK),
    },
    "a LoRA alone": {
        "model.embed_tokens.lora_embedding_A": (RANK, 40),
        "model.embed_tokens.lora_embedding_B": (64, RANK),
    },
    "a LoRA of the output": {"lm_head.lora_A.weight": (RANK, 64), "lm_head.lora_B.weight": (40, RANK)},
    "single words": {"model.embed_tokens.token_adapter.base_layer.weight": (40, 64)},
}


@pytest.mark.parametrize("tensors", WORDS_ADDED.values(), ids=WORDS_ADDED)
def test_an_adapter_that_brings_more_vocabulary_must_bring_its_tokenizer(tmp_path, base, tensors):
    adapter = add_tensors(make_adapter(tmp_path / "adapter"), **tensors)
    with refused("changes the vocabulary of 32 words to 40, but has no tokenizer; put ADAPTER's tokenizer files there"):
        preflight_adapter.check_adapter(adapter, base)
    (adapter / "tokenizer_config.json").write_text("{}")
    preflight_adapter.check_adapter(adapter, base)
    assert preflight_adapter.extended_vocabulary(adapter, base) == 40


def test_an_adapter_that_changes_words_of_the_base_brings_no_more_vocabulary(tmp_path, base):
    tensors = {"model.embed_tokens.lora_embedding_A": (RANK, 32), "model.embed_tokens.lora_embedding_B": (64, RANK)}
    assert preflight_adapter.extended_vocabulary(make_adapter(tmp_path / "plain"), base) is None
    assert preflight_adapter.extended_vocabulary(add_tensors(make_adapter(tmp_path / "words"), **tensors), base) is None


def test_an_embedding_of_another_width_is_refused(tmp_path, base):
    tensors = {"model.embed_tokens.lora_embedding_A": (RANK, 32), "model.embed_tokens.lora_embedding_B": (48, RANK)}
    with refused("made for another base: model.embed_tokens is 32x64 in .*, but 32x48 in the adapter"):
        preflight_adapter.check_adapter(add_tensors(make_adapter(tmp_path / "adapter"), **tensors), base)


def test_a_bias_for_a_layer_without_one_is_refused(tmp_path, base):
    bias = {f"{MODULE}.lora_B.bias": (64,)}
    adapter = add_tensors(make_adapter(tmp_path / "adapter", lora_bias=True), **bias)
    with refused(rf"has a bias for {MODULE} \(lora_bias\), which has none in .*; set ADAPTER to one trained without"):
        preflight_adapter.check_adapter(adapter, base)
    weights = {f"{MODULE}.weight": np.zeros((64, 64), np.float16), f"{MODULE}.bias": np.zeros(64, np.float16)}
    save_file(weights, base / "model.safetensors")
    preflight_adapter.check_adapter(adapter, base)


@pytest.mark.parametrize(
    ("tensors", "line"),
    [
        ({"model.norm.weight": (63,)}, "model.norm.weight is 64 in .*, but 63 in the adapter"),
        ({"model.embed_tokens.weight": (32, 48)}, "model.embed_tokens.weight is 32x64 in .*, but 32x48 in the adapter"),
        ({f"{MODULE}.base_layer.bias": (64,)}, f"base has no {MODULE}.bias"),
        ({"score.weight": (2, 64)}, "base has no score.weight"),
    ],
)
def test_whole_layers_and_biases_of_another_base_are_refused_by_their_shapes(tmp_path, base, tensors, line):
    weights = {
        f"{MODULE}.weight": np.zeros((64, 64), np.float16),
        "model.embed_tokens.weight": np.zeros((32, 64), np.float16),
        "model.norm.weight": np.zeros(64, np.float16),
    }
    save_file(weights, base / "model.safetensors")
    whole = {name: (64,) if shape == (63,) else (32, 64) for name, shape in tensors.items() if "bias" not in name}
    if "score.weight" not in whole:
        whole["lm_head.original_module.weight"] = (40, 64)  # as peft keeps it of a base whose vocabulary was extended
        preflight_adapter.check_adapter(add_tensors(make_adapter(tmp_path / "fitting"), **whole), base)
    with refused(f"made for another base: .*{line}.*; set ADAPTER or BASE_MODEL"):
        preflight_adapter.check_adapter(add_tensors(make_adapter(tmp_path / "adapter"), **tensors), base)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"r": "many"}, "r is 'many'"),
        ({"r": -1}, "r is -1"),
        ({"lora_alpha": "16"}, "lora_alpha is '16'"),
        ({"lora_alpha": float("1e400")}, "not readable as JSON"),
        ({"lora_alpha": 10**400}, "lora_alpha is 1000"),
        ({"lora_alpha": 1e308}, r"lora_alpha is 1e\+308"),
        ({"alpha_pattern": {"q_proj": 10**400}}, r"alpha_pattern is \{'q_proj': 1000"),
        ({"rank_pattern": [8]}, r"rank_pattern is \[8\]"),
        ({"rank_pattern": {"q_proj": 0}}, r"rank_pattern is \{'q_proj': 0\}"),
        ({"alpha_pattern": {"q_proj": None}}, r"alpha_pattern is \{'q_proj': None\}"),
        ({"layer_replication": [[0, 1], [0, 1]]}, r"repeats layers of its base \(layer_replication\)"),
        ({"megatron_config": {"a": 1}, "megatron_core": "os"}, r"of Megatron-LM \(megatron_config\)"),
        ({"alora_invocation_tokens": [5]}, r"acts after certain words alone \(alora_invocation_tokens\)"),
        ({"arrow_config": {"top_k": 2}}, r"chooses between other adapters word by word \(arrow_config\)"),
        ({"use_qalora": True}, r"is made for a base at 4 bits \(use_qalora\)"),
    ],
)
def test_an_adapters_configuration_that_no_merge_can_follow_is_refused_in_one_line(tmp_path, base, settings, line):
    with refused(f"{line}.*set ADAPTER") as told:
        preflight_adapter.check_adapter(make_adapter(tmp_path / "adapter", **settings), base)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("start", ["corda", "CorDA", "lora_ga", "loftq", "pissa_niter_16"])
def test_an_adapter_whose_beginning_nobody_can_repeat_is_refused_with_the_way_out(tmp_path, base, start):
    adapter = make_adapter(tmp_path / "adapter", init_lora_weights=start)
    with refused(rf"changing its base \(init_lora_weights: {start}\).*; set BASE_MODEL to the base as it was changed"):
        preflight_adapter.check_adapter(adapter, base)


@pytest.mark.parametrize("start", [True, False, "gaussian", "eva", "orthogonal", "mica", "pissa", "olora"])
def test_an_adapter_that_peft_can_begin_again_passes(tmp_path, base, start):
    preflight_adapter.check_adapter(make_adapter(tmp_path / "adapter", init_lora_weights=start), base)


@pytest.mark.parametrize("shape", [(), (RANK,), (RANK, 64, 1)])
def test_a_tensor_of_other_dimensions_than_a_layers_is_refused_by_its_name(tmp_path, base, shape):
    adapter = add_tensors(make_adapter(tmp_path / "adapter"), **{f"{MODULE}.lora_A.weight": shape})
    with refused(rf"{MODULE}.lora_A.weight has {len(shape)} dimensions, .*; set ADAPTER"):
        preflight_adapter.check_adapter(adapter, base)


def test_a_folder_of_numbered_folders_is_its_adapters_in_order_and_checkpoints_of_a_training_are_not(tmp_path):
    for name in ("10-safety", "2-domain", "1-general", "notes", "checkpoint-500"):
        make_adapter(tmp_path / "all" / name)
    assert [path.name for path in preflight_adapter.in_order(tmp_path / "all")] == [
        "1-general",
        "2-domain",
        "10-safety",
    ]
    assert preflight_adapter.in_order(tmp_path / "all" / "2-domain") == [tmp_path / "all" / "2-domain"]
    assert preflight_adapter.in_order(tmp_path / "nowhere") == [tmp_path / "nowhere"]
