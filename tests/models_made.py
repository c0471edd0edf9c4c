"""Tiny model and adapter folders, for tests that read headers and configuration only."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

HIDDEN, RANK = 64, 4
MODULE = "model.layers.0.self_attn.q_proj"
LLAMA_3_8B = {  # as the model's own config.json has it
    "model_type": "llama",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "max_position_embeddings": 8192,
}
QWEN_2_5_7B = LLAMA_3_8B | {
    "model_type": "qwen2",
    "num_hidden_layers": 28,
    "hidden_size": 3584,
    "intermediate_size": 18944,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "vocab_size": 152064,
}


def make_model(folder: Path, hidden: int = HIDDEN, **config: object) -> Path:
    folder.mkdir(parents=True)
    stated = {"model_type": "llama", "vocab_size": 32, "max_position_embeddings": 2048, **config}
    (folder / "config.json").write_text(json.dumps(stated))
    (folder / "chat_template.jinja").write_text("{{ messages[0]['content'] }}")
    weights = {f"{MODULE}.weight": np.zeros((hidden, hidden), np.float16)}
    save_file(
        {**weights, "model.embed_tokens.weight": np.zeros((32, hidden), np.float16)}, folder / "model.safetensors"
    )
    return folder


def make_adapter(folder: Path, hidden: int = HIDDEN, module: str = MODULE, **config: object) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": RANK, **config}))
    name = f"base_model.model.{module}"
    tensors = {
        f"{name}.lora_A.weight": np.zeros((RANK, hidden), np.float16),
        f"{name}.lora_B.weight": np.zeros((hidden, RANK), np.float16),
    }
    save_file(tensors, folder / "adapter_model.safetensors")
    return folder


def add_tensors(adapter: Path, **tensors: tuple[int, ...]) -> Path:
    """Puts tensors beside those of the adapter, by name and shape."""
    kept = {f"{MODULE}.lora_A.weight": (RANK, HIDDEN), f"{MODULE}.lora_B.weight": (HIDDEN, RANK)}
    save_file(
        {f"base_model.model.{name}": np.zeros(shape, np.float16) for name, shape in (kept | tensors).items()},
        adapter / "adapter_model.safetensors",
    )
    return adapter
