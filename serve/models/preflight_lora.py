"""What vLLM refuses of an adapter that it is to serve as it is (MODE=lora), said before it starts.

It reads configuration and headers only. The reasons stand with the version that has them (vllm_0_32.py).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serve.errors import UsageError
from serve.models.preflight import read_config, tensor_shapes
from serve.models.preflight_adapter import TABLES
from serve.models.vllm_0_32 import ADAPTED_TABLES, LARGEST_VOCABULARY, LORA_RANKS, LORA_TENSORS, UNSERVED

# Of peft's ways to begin an adapter, those that leave the base as it is; the others change its weights too.
PLAIN_STARTS = ("gaussian", "eva", "orthogonal", "mica")
UNTOUCHED = tuple(f".{table}.base_layer.weight" for table in TABLES)  # peft keeps the base's own beside an adapter's


def check_runtime_lora(adapter: Path, base: Path) -> None:
    """Raises UsageError for an adapter that a merge can take, but vLLM cannot serve. `base` is its base's folder."""
    config = read_config(adapter, "adapter_config.json", "ADAPTER")
    reason = unserved_setting(config) or unserved_tensor(adapter, read_config(base, "config.json", "BASE_MODEL"))
    if reason:
        raise UsageError(f"{adapter}: with MODE=lora, vLLM serves no adapter with {reason}; set MODE=pair to merge it")


def unserved_setting(config: Mapping[str, Any]) -> str | None:
    """What an adapter_config.json asks for that vLLM does not do."""
    asked = next((text for name, text in UNSERVED.items() if config.get(name)), None)
    if asked:
        return asked
    if config.get("bias", "none") != "none":
        return f"trained biases (bias: {config['bias']})"
    start = config.get("init_lora_weights")
    if isinstance(start, str) and start.lower() not in PLAIN_STARTS:
        return f"a start that changes the base (init_lora_weights: {start})"
    rank = largest_rank(config)
    return f"rank {rank}, which is more than {LORA_RANKS[-1]}" if rank > LORA_RANKS[-1] else None


def unserved_tensor(adapter: Path, base: Mapping[str, Any]) -> str | None:
    """What an adapter's file holds that vLLM has no place for."""
    words = int(base.get("vocab_size", 0))
    if words > LARGEST_VOCABULARY:
        return f"a base of {words} words, which are more than {LARGEST_VOCABULARY}"
    for name, shape in tensor_shapes(adapter, "ADAPTER").items():
        if table := next((table for table in TABLES if f".{table}." in name), None):
            if base.get("model_type") not in ADAPTED_TABLES:
                return f"a part for {table} in a {base.get('model_type')} model"
            if words not in shape and not name.endswith((".lora_A.weight", ".lora_embedding_B")):
                return f"another vocabulary than its base's ({table}: {shape[0]}x{shape[-1]}, not {words})"
        if not name.endswith((*LORA_TENSORS, *UNTOUCHED)):
            return f"the tensor {name}"
    return None


def largest_rank(config: Mapping[str, Any]) -> int:
    """Of all the layers that an adapter_config.json gives a rank."""
    return max(int(rank) for rank in [config.get("r") or 1, *(config.get("rank_pattern") or {}).values()])
