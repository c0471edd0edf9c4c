"""Preflight: what will not work is said in one line, before anything heavy begins."""

import socket

import numpy as np
import pytest
from safetensors.numpy import save_file

from serve.errors import UsageError
from serve.models import preflight, preflight_adapter
from tests.models_made import MODULE, make_adapter, make_model


@pytest.fixture
def base(tmp_path):
    return make_model(tmp_path / "base")


def refused(match):
    return pytest.raises(UsageError, match=match)


def test_a_good_model_and_adapter_pass(tmp_path, base):
    assert preflight.check_model(base)["model_type"] == "llama"
    preflight_adapter.check_adapter(make_adapter(tmp_path / "adapter"), base)
    preflight.check_quantizable(base, 64)


def test_an_architecture_that_is_no_list_is_refused_in_one_line(tmp_path):
    with refused("made for 5, not for chat; set BASE_MODEL to a ...ForCausalLM model"):
        preflight.check_model(make_model(tmp_path / "base", architectures=5))


def test_a_base_with_an_adapter_beside_its_weights_is_refused(base):
    (base / "adapter_config.json").write_text('{"base_model_name_or_path": "another"}')
    with refused("has an adapter beside its weights, .*; move its adapter_config.json .* out of BASE_MODEL"):
        preflight.check_model(base)


@pytest.mark.parametrize("left", [4, 100, 3000])
def test_safetensors_cut_short_are_refused(base, left):
    file = base / "model.safetensors"
    file.write_bytes(file.read_bytes()[:left])
    with refused(r"model\.safetensors: damaged or cut short .*; download BASE_MODEL again"):
        preflight.check_model(base)


def test_a_shard_that_the_index_names_must_be_there(base):
    (base / "model.safetensors.index.json").write_text('{"weight_map": {"a": "model-00002.safetensors"}}')
    with refused(r"model-00002\.safetensors is missing; download BASE_MODEL again"):
        preflight.check_model(base)


def test_a_model_family_that_is_not_supported_is_refused(tmp_path):
    with refused(
        "model type 'mamba' is not supported; set BASE_MODEL to a model of the llama or qwen2 or mistral family"
    ):
        preflight.check_model(make_model(tmp_path / "base", model_type="mamba"))


def test_a_group_size_that_does_not_divide_the_layers_is_refused(base):
    with refused(r"64 inputs, which is no multiple of GPTQ_GROUP_SIZE=128; set it to one of 32, 64"):
        preflight.check_quantizable(base, 128)


def test_a_group_size_that_fits_another_layer_alone_is_not_offered(base):
    weights = {
        f"{MODULE}.weight": np.zeros((64, 64), np.float16),
        f"{MODULE[:-6]}o_proj.weight": np.zeros((64, 96), np.float16),
    }
    save_file(weights, base / "model.safetensors")
    with refused(r"no multiple of GPTQ_GROUP_SIZE=128; set it to one of 32$"):
        preflight.check_quantizable(base, 128)


@pytest.mark.parametrize("shape", [(500, 64), (64, 500)])
def test_a_layer_that_no_kernel_takes_is_refused_by_its_shape(base, shape):
    save_file({f"{MODULE}.weight": np.zeros(shape, np.float16)}, base / "model.safetensors")
    with refused(
        f"{MODULE}.weight is {shape[0]}x{shape[1]}, and INT4 is served in multiples of 32 alone; set BASE_MODEL"
    ):
        preflight.check_quantizable(base, 64)


@pytest.mark.parametrize(
    ("stated", "line"),
    [
        ({"auto_map": {"AutoModelForCausalLM": "modeling.Mine"}}, r"asks for code of its own to be run \(auto_map\)"),
        (
            {"architectures": ["LlamaForSequenceClassification"]},
            "made for LlamaForSequenceClassification, not for chat",
        ),
        ({"hidden_act": "gelu"}, "hidden_act 'gelu' is none that vLLM serves"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers is 1000000000, which no model has"),
        ({"vocab_size": -1}, "vocab_size is -1, which no model has"),
        ({"hidden_size": 10**400}, "hidden_size is 1000"),
        ({"intermediate_size": "many"}, "intermediate_size is 'many', which no model has"),
        ({"num_attention_heads": 1.5}, "num_attention_heads is 1.5, which no model has"),
    ],
)
def test_a_configuration_that_cannot_be_served_is_refused_in_one_line(tmp_path, stated, line):
    with refused(f"{line}.*set BASE_MODEL") as told:
        preflight.check_model(make_model(tmp_path / "base", **stated))
    assert len(str(told.value).splitlines()) == 1
    assert len(str(told.value)) < 400


@pytest.mark.parametrize("text", ['{"a":' * 100_000, '{"model_type": NaN}', "\x00", "", '{"a": ' + "9" * 5000 + "}"])
def test_a_configuration_that_is_a_bomb_or_no_json_is_refused_in_one_line(base, text):
    (base / "config.json").write_text(text)
    with refused(r"config\.json: not readable as JSON") as told:
        preflight.check_model(base)
    assert len(str(told.value).splitlines()) == 1


def test_a_base_that_is_quantized_already_is_refused(tmp_path):
    with refused("quantized already; set BASE_MODEL to the full-precision model"):
        preflight.check_model(make_model(tmp_path / "base", quantization_config={"quant_method": "bitsandbytes"}))


def test_a_base_without_a_chat_template_is_refused(base):
    (base / "chat_template.jinja").unlink()
    with refused("no chat template; put a chat_template.jinja beside the weights of BASE_MODEL"):
        preflight.check_model(base)


@pytest.mark.parametrize("kind", ["no text", "a folder"])
def test_a_tokenizer_configuration_that_cannot_be_read_states_no_chat_template(base, kind):
    (base / "chat_template.jinja").unlink()
    stated = base / "tokenizer_config.json"
    stated.unlink(missing_ok=True)
    stated.write_bytes(b'{"a": "\xff"}') if kind == "no text" else stated.mkdir()
    assert not preflight.has_chat_template(base)


def test_a_configuration_that_is_no_object_is_refused(base):
    (base / "config.json").write_text("[]")
    with refused(r"config\.json: not a JSON object"):
        preflight.check_model(base)


def test_a_port_in_use_is_refused_and_a_free_one_is_not():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with refused(f"port {port} is already taken; set WEBUI_PORT to a free one"):
            preflight.check_port(port, "WEBUI_PORT")
    preflight.check_port(port, "WEBUI_PORT")


def test_a_disk_too_small_for_the_copies_is_refused(tmp_path, base, monkeypatch):
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with refused("0.0 GB free, but the merged and quantized models need about"):
        preflight.check_disk(base, tmp_path)
