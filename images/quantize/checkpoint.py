"""The GPTQ checkpoint on disk: counted, and given the configuration of the model it came from; and loading that model.

It does not know which engine wrote the file, nor what its 4-bit values stand for (unpacking.py).
"""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from images.job import unloadable
from images.quantize.unpacking import PACKED
from serve.errors import UsageError
from serve.models.headers import WIDTHS

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def load(folder: Path) -> "tuple[PreTrainedTokenizerBase, PreTrainedModel]":
    """Tokenizer and full-precision model, on the GPU where it has room there. Raises UsageError for what is neither."""
    with unloadable(folder, "it", "BASE_MODEL"):
        tokenizer, model = loaded(folder)
    return tokenizer, model.to(roomy_device(model)).eval()


def loaded(folder: Path) -> "tuple[PreTrainedTokenizerBase, PreTrainedModel]":
    import torch
    import transformers
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    written = json.loads((folder / "config.json").read_text())
    if transformers.__version__.startswith("4."):
        adopt_newer_fields(config, written)
    dtype = getattr(torch, written.get("dtype") or written.get("torch_dtype") or "bfloat16")
    model = AutoModelForCausalLM.from_pretrained(folder, config=config, torch_dtype=dtype, local_files_only=True)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (ValueError, AttributeError):  # saved by a newer transformers, whose class names this one lacks
        about = json.loads((folder / "tokenizer_config.json").read_text())
        special = {name: about[name] for name in ("bos_token", "eos_token", "pad_token") if about.get(name)}
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **special)
        template = folder / "chat_template.jinja"
        tokenizer.chat_template = template.read_text() if template.exists() else about.get("chat_template")
    return tokenizer, model


def roomy_device(model: "PreTrainedModel") -> str:
    """The GPU if all weights fit on it, with a quarter more for what is computed; else the CPU, from where the engines
    take one layer at a time to the GPU: a card need not hold at 16 bits what it will serve at 4."""
    import torch

    if torch.cuda.is_available() and 1.25 * model.get_memory_footprint() < torch.cuda.mem_get_info()[0]:
        return "cuda"
    return "cpu"


def adopt_newer_fields(config: Any, written: dict[str, Any]) -> None:
    """transformers 5 writes `rope_parameters`; version 4 would silently fall back to its default frequencies."""
    rope = dict(written.get("rope_parameters") or {})
    if rope:
        config.rope_theta = rope.pop("rope_theta", config.rope_theta)
        config.rope_scaling = rope if rope.get("rope_type", "default") != "default" else None


def finish(source: Path, draft: Path, bits: int, group_size: int) -> None:
    """Drops biases the model never had, and writes the source's configuration with the quantization in it."""
    with_bias = {name for name in tensor_bytes(source) if name.endswith(".bias")}
    for path in draft.glob("*.safetensors"):
        tensors = load_file(path)
        kept = {name: t for name, t in tensors.items() if not name.endswith(".bias") or name in with_bias}
        dropped = [t for name, t in tensors.items() if name not in kept]
        if any(t.any() for t in dropped):
            raise UsageError(f"{path.name}: the quantizer wrote biases that the model does not have")
        if dropped:
            save_file(kept, path, metadata={"format": "pt"})
    config = json.loads((source / "config.json").read_text())
    config["quantization_config"] = {
        "quant_method": "gptq",
        "checkpoint_format": "gptq",
        "bits": bits,
        "group_size": group_size,
        "sym": True,
        "desc_act": False,
        "lm_head": False,
    }
    (draft / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    for leftover in ("quantize_config.json", "quant_log.csv"):
        (draft / leftover).unlink(missing_ok=True)


def linear_bytes(source: Path, draft: Path) -> dict[str, float]:
    """Bytes of the quantized layers in both folders, and the share saved."""
    after = {name: size for name, size in tensor_bytes(draft).items() if name.endswith(PACKED)}
    linear = {f"{name.rsplit('.', 1)[0]}.weight" for name in after}
    before = sum(size for name, size in tensor_bytes(source).items() if name in linear)
    total = sum(after.values())
    return {"linear_bytes_before": before, "linear_bytes_after": total, "linear_saved": 1 - total / before}


def tensor_bytes(folder: Path) -> dict[str, int]:
    """The size of every tensor of a folder, in bytes, from the headers of its files."""
    sizes: dict[str, int] = {}
    for path in folder.glob("*.safetensors"):
        with safe_open(path, framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118 - not a dictionary
                stored = tensors.get_slice(name)
                sizes[name] = math.prod(stored.get_shape()) * WIDTHS[stored.get_dtype()]
    return sizes
