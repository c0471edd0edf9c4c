"""Preflight: what will not work is said in one line, before anything heavy begins."""

import socket

import numpy as np
import pytest
from safetensors.numpy import save_file

from serve.errors import UsageError
from serve.models import preflight
from tests.models_made import MODULE, make_adapter, make_model


@pytest.fixture
def base(tmp_path):
    return make_model(tmp_path / "base")


def refused(match):
    return pytest.raises(UsageError, match=match)


def test_a_good_model_and_adapter_pass(tmp_path, base):
    assert preflight.check_model(base)["model_type"] == "llama"
    preflight.check_adapter(make_adapter(tmp_path / "adapter"), base)
    preflight.check_quantizable(base, 64)


def test_a_missing_adapter_folder_is_named(tmp_path, base):
    with refused("nowhere: no such folder; set ADAPTER"):
        preflight.check_adapter(tmp_path / "nowhere", base)


def test_an_adapter_of_another_base_is_refused_by_its_shapes(tmp_path, base):
    with refused(f"made for another base: {MODULE} is 64x64 .* but 32x32 in the adapter"):
        preflight.check_adapter(make_adapter(tmp_path / "adapter", hidden=32), base)


def test_an_adapter_for_layers_the_base_lacks_is_refused(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter", module="model.layers.9.self_attn.q_proj")
    with refused("made for another base: .* has no model.layers.9.self_attn.q_proj"):
        preflight.check_adapter(adapter, base)


def test_a_pickled_adapter_is_refused(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter")
    (adapter / "adapter_model.safetensors").unlink()
    (adapter / "adapter_model.bin").write_bytes(b"\x80\x04")
    with refused(r"adapter_model\.bin: pickled weights can run code when loaded; save ADAPTER again as safetensors"):
        preflight.check_adapter(adapter, base)


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


def test_another_kind_of_adapter_is_refused(tmp_path, base):
    with refused("a PREFIX_TUNING adapter; ADAPTER must be a LoRA adapter"):
        preflight.check_adapter(make_adapter(tmp_path / "adapter", peft_type="PREFIX_TUNING"), base)


def test_a_model_family_that_is_not_supported_is_refused(tmp_path):
    with refused("model type 'mamba' is not supported; set BASE_MODEL to a model of the llama or qwen2 family"):
        preflight.check_model(make_model(tmp_path / "base", model_type="mamba"))


def test_a_group_size_that_does_not_divide_the_layers_is_refused(base):
    with refused(r"64 inputs, which is no multiple of GPTQ_GROUP_SIZE=128; set it to one of 32, 64"):
        preflight.check_quantizable(base, 128)


def test_swapping_without_a_gpu_is_refused():
    preflight.check_mode("swap", gpu=True)
    preflight.check_mode("lora", gpu=False)
    preflight.check_mode("pair", gpu=False, precision="fp")
    with pytest.raises(
        UsageError, match="MODE=lora serves the INT4 base alone, so nothing in full precision; set MODE"
    ):
        preflight.check_mode("lora", gpu=True, precision="fp")
    with refused("MODE=swap needs an NVIDIA GPU, .*; set MODE to pair or lora"):
        preflight.check_mode("swap", gpu=False)


def test_a_base_that_is_quantized_already_is_refused(tmp_path):
    with refused("quantized already; set BASE_MODEL to the full-precision model"):
        preflight.check_model(make_model(tmp_path / "base", quantization_config={"quant_method": "bitsandbytes"}))


def test_a_base_without_a_chat_template_is_refused(base):
    (base / "chat_template.jinja").unlink()
    with refused("no chat template; put a chat_template.jinja beside the weights of BASE_MODEL"):
        preflight.check_model(base)


def test_a_configuration_that_is_no_object_is_refused(base):
    (base / "config.json").write_text("[]")
    with refused(r"config\.json: not a JSON object"):
        preflight.check_model(base)


def test_an_adapter_that_brings_more_vocabulary_says_how_much(tmp_path, base):
    adapter = make_adapter(tmp_path / "adapter")
    assert preflight.extended_vocabulary(adapter, base) is None
    save_file(
        {"base_model.model.model.embed_tokens.weight": np.zeros((40, 64), np.float16)},
        adapter / "adapter_model.safetensors",
    )
    with refused("changes the vocabulary, but has no tokenizer"):
        preflight.extended_vocabulary(adapter, base)
    (adapter / "tokenizer_config.json").write_text("{}")
    assert preflight.extended_vocabulary(adapter, base) == 40


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


def test_a_missing_system_library_is_named_by_its_package(monkeypatch):
    def load(library):
        if library == "libnuma.so.1":
            raise OSError(library)

    monkeypatch.setattr(preflight.ctypes, "CDLL", load)
    with refused("system libraries are missing; on Debian and Ubuntu: apt-get install libnuma1$"):
        preflight.check_system_libraries()
