"""Models of the supported families as their own config.json has them, and folders of their shapes without weights.

The files of such a folder are sparse: their headers are true, and what would be weights takes no room on the disk.
"""

import json
import os
import struct
from itertools import groupby
from pathlib import Path
from typing import Any

from serve.planning.architecture import Architecture, architecture

FIELDS = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
FIELDS += ("vocab_size", "max_position_embeddings")
LLAMA_3 = {"rope_theta": 500000.0}
LLAMA_31 = {**LLAMA_3, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192}}
TIED = {"tie_word_embeddings": True}
# Family, parameters (published, in millions), sizes in the order of FIELDS, and what else matters.
PUBLISHED: dict[str, tuple[str, int, tuple[int, ...], dict[str, Any]]] = {
    "TinyLlama-1.1B": ("llama", 1100, (2048, 5632, 22, 32, 4, 32000, 2048), {}),
    "SmolLM2-1.7B": ("llama", 1711, (2048, 8192, 24, 32, 32, 49152, 8192), TIED),
    "Llama-2-7B": ("llama", 6738, (4096, 11008, 32, 32, 32, 32000, 4096), {}),
    "Llama-2-13B": ("llama", 13016, (5120, 13824, 40, 40, 40, 32000, 4096), {}),
    "Llama-2-70B": ("llama", 68977, (8192, 28672, 80, 64, 8, 32000, 4096), {}),
    "Llama-3-8B": ("llama", 8030, (4096, 14336, 32, 32, 8, 128256, 8192), LLAMA_3),
    "Llama-3-70B": ("llama", 70554, (8192, 28672, 80, 64, 8, 128256, 8192), LLAMA_3),
    "Llama-3.1-8B": ("llama", 8030, (4096, 14336, 32, 32, 8, 128256, 131072), LLAMA_31),
    "Llama-3.1-70B": ("llama", 70554, (8192, 28672, 80, 64, 8, 128256, 131072), LLAMA_31),
    "Llama-3.1-405B": ("llama", 405853, (16384, 53248, 126, 128, 8, 128256, 131072), LLAMA_31),
    "Llama-3.2-1B": ("llama", 1236, (2048, 8192, 16, 32, 8, 128256, 131072), {**LLAMA_31, **TIED, "head_dim": 64}),
    "Llama-3.2-3B": ("llama", 3213, (3072, 8192, 28, 24, 8, 128256, 131072), {**LLAMA_31, **TIED, "head_dim": 128}),
    "Qwen2.5-0.5B": ("qwen2", 494, (896, 4864, 24, 14, 2, 151936, 32768), TIED),
    "Qwen2.5-1.5B": ("qwen2", 1544, (1536, 8960, 28, 12, 2, 151936, 131072), TIED),
    "Qwen2.5-3B": ("qwen2", 3086, (2048, 11008, 36, 16, 2, 151936, 32768), TIED),
    "Qwen2-7B": ("qwen2", 7616, (3584, 18944, 28, 28, 4, 152064, 131072), {}),
    "Qwen2.5-14B": ("qwen2", 14770, (5120, 13824, 48, 40, 8, 152064, 131072), {}),
    "Qwen2.5-32B": ("qwen2", 32764, (5120, 27648, 64, 40, 8, 152064, 131072), {}),
    "Qwen2.5-72B": ("qwen2", 72706, (8192, 29568, 80, 64, 8, 152064, 131072), {}),
    "Mistral-7B-v0.1": ("mistral", 7242, (4096, 14336, 32, 32, 8, 32000, 32768), {"sliding_window": 4096}),
    "Mistral-7B-v0.3": ("mistral", 7248, (4096, 14336, 32, 32, 8, 32768, 32768), {"sliding_window": None}),
    "Mistral-Nemo-12B": ("mistral", 12248, (5120, 14336, 40, 32, 8, 131072, 131072), {"head_dim": 128}),
    "Mistral-Small-22B": ("mistral", 22247, (6144, 16384, 56, 48, 8, 32768, 32768), {"head_dim": 128}),
    "Mistral-Small-24B": ("mistral", 23572, (5120, 32768, 40, 32, 8, 131072, 32768), {"head_dim": 128}),
    "Mistral-Large-123B": ("mistral", 122610, (12288, 28672, 88, 96, 8, 32768, 131072), {"head_dim": 128}),
}
ARCHITECTURES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "mistral": "MistralForCausalLM"}
SHARD = 5 * 10**9  # bytes, as transformers splits


def config_of(name: str) -> dict[str, Any]:
    family, _, sizes, more = PUBLISHED[name]
    stated = {
        "architectures": [ARCHITECTURES[family]],
        "model_type": family,
        "hidden_act": "silu",
        "torch_dtype": "bfloat16",
    }
    return {**stated, **dict(zip(FIELDS, sizes, strict=True)), **more}


def shapes(model: Architecture) -> dict[str, tuple[int, ...]]:
    """The tensors of a checkpoint."""
    found: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (model.vocabulary, model.hidden)}
    parts = [f"self_attn.{part}_proj" for part in "qkvo"] + [f"mlp.{part}_proj" for part in ("gate", "up", "down")]
    for layer in range(model.layers):
        place = f"model.layers.{layer}"
        for part, linear in zip(parts, model.block, strict=True):
            found[f"{place}.{part}.weight"] = (linear.outputs, linear.inputs)
            if linear.bias:
                found[f"{place}.{part}.bias"] = (linear.outputs,)
        found |= {f"{place}.{norm}_layernorm.weight": (model.hidden,) for norm in ("input", "post_attention")}
    found["model.norm.weight"] = (model.hidden,)
    return found if model.tied else found | {"lm_head.weight": (model.vocabulary, model.hidden)}


def numbers(shape: tuple[int, ...]) -> int:
    return shape[0] * (shape[1] if len(shape) > 1 else 1)


def sparse_model(folder: Path, name: str) -> Path:
    """A published model's folder as downloaded, but that nothing is in its weights."""
    folder.mkdir()
    config = config_of(name)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "chat_template.jinja").write_text("{{ messages[0]['content'] }}")
    begun, placed = 0, []
    for tensor, shape in shapes(architecture(config, name)).items():
        placed.append((begun // SHARD, tensor, shape))
        begun += 2 * numbers(shape)
    where = {}
    for shard, entries in groupby(placed, key=lambda entry: entry[0]):
        tensors = {tensor: shape for _, tensor, shape in entries}
        where |= dict.fromkeys(tensors, f"model-{shard:05}.safetensors")
        sparse_file(folder / f"model-{shard:05}.safetensors", tensors)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": where}))
    return folder


def sparse_adapter(folder: Path, name: str, rank: int = 16) -> Path:
    """A LoRA adapter for every linear layer of a published model."""
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": rank}))
    tensors: dict[str, tuple[int, ...]] = {}
    for tensor, shape in shapes(architecture(config_of(name), name)).items():
        if tensor.endswith("_proj.weight"):
            place = f"base_model.model.{tensor.removesuffix('.weight')}"
            tensors[f"{place}.lora_A.weight"], tensors[f"{place}.lora_B.weight"] = (rank, shape[1]), (shape[0], rank)
    sparse_file(folder / "adapter_model.safetensors", tensors)
    return folder


def sparse_file(path: Path, tensors: dict[str, tuple[int, ...]]) -> None:
    header, end = {}, 0
    for name, shape in tensors.items():
        begin, end = end, end + 2 * numbers(shape)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    os.truncate(path, 8 + len(text) + end)
