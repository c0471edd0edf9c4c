"""Random models of two layers, and adapters of every kind for them.

    python -m tests.e2e.jobs.tiny TOKENIZER '{"FOLDER": [FAMILY, TIED, KIND], ...}'

makes FOLDER/base and FOLDER/adapter, in the environment of the merge job.
"""

import json
import sys
from pathlib import Path
from typing import Any

ATTENTION = ["q_proj", "v_proj"]
# Every kind of adapter, as what LoraConfig (or `adapter`, below) is told beside the usual.
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "scaled by the root of its rank": {"use_rslora": True},
    "DoRA": {"use_dora": True},
    "ranks and alphas of their own": {
        "rank_pattern": {"q_proj": 4, "layers.1.mlp.up_proj": 16},
        "alpha_pattern": {"v_proj": 64, "layers.0.mlp.down_proj": 8},
    },
    "one layer": {"target_modules": ATTENTION, "layers_to_transform": [1]},
    "a large alpha": {"lora_alpha": 512},
    "hardly trained": {"strength": 1e-4},
    "PiSSA": {"init_lora_weights": "pissa"},
    "biases": {"bias": "all"},
    "whole norms": {"modules_to_save": ["norm", "input_layernorm"]},
    "the embedding": {"target_modules": [*ATTENTION, "embed_tokens"]},
    "the embedding, DoRA": {"target_modules": [*ATTENTION, "embed_tokens"], "use_dora": True},
    "the output head": {"target_modules": [*ATTENTION, "lm_head"]},
    "both tables": {"target_modules": [*ATTENTION, "embed_tokens", "lm_head"]},
    "both tables, kept tied": {"target_modules": [*ATTENTION, "embed_tokens"], "ensure_weight_tying": True},
    "a whole embedding": {"modules_to_save": ["embed_tokens"]},
    "a whole output head": {"modules_to_save": ["lm_head"]},
    "both whole tables": {"modules_to_save": ["embed_tokens", "lm_head"]},
    "both whole tables, kept tied": {"modules_to_save": ["embed_tokens"], "ensure_weight_tying": True},
    "single words": {"trainable_token_indices": [3, 77, 300]},
    "added words": {"added": 5},
    "added words, padded": {"added": 5, "multiple": 64},
    "added words, a LoRA of the embedding": {"added": 5, "target_modules": [*ATTENTION, "embed_tokens"]},
    "added words, both whole tables": {"added": 5, "modules_to_save": ["embed_tokens", "lm_head"]},
    "added words, a whole output head": {"added": 5, "modules_to_save": ["lm_head"]},
    "added words, as single words": {"added": 2, "trainable_token_indices": [3, -2, -1]},
}


def base(
    folder: Path,
    tokenizer_folder: Path,
    family: str,
    tied: bool,
    dtype: str = "bfloat16",
    shard: str = "5GB",
    **sizes: int,
) -> Path:
    """Writes a random model with the tokenizer of another. As in a trained one, no bias is 0 and no norm is 1.

    `shard`: the most that a file of its weights holds.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
    stated = {
        "vocab_size": len(tokenizer),
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 2048,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **(stated | sizes), tie_word_embeddings=tied))
    for name, weight in model.named_parameters():
        if name.endswith("bias") or "norm" in name:
            torch.nn.init.normal_(weight, mean=float("norm" in name), std=0.1)
    model.to(getattr(torch, dtype)).save_pretrained(folder, max_shard_size=shard)
    tokenizer.save_pretrained(folder)
    return folder


def adapter(
    folder: Path, base: Path, strength: float = 0.05, added: int = 0, multiple: int | None = None, **settings: Any
) -> Path:
    """Writes an adapter for a base, with every weight moved that a training would move.

    `strength`: how far, of a LoRA's matrices; of other weights as a part of their spread. `added`: words, to a
    vocabulary that is then padded to a multiple.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(base)
    if added:
        tokenizer = AutoTokenizer.from_pretrained(base)
        tokenizer.add_tokens([f"<added-{number}>" for number in range(added)])
        tokenizer.save_pretrained(folder)
        model.resize_token_embeddings(len(tokenizer), pad_to_multiple_of=multiple)
        if "trainable_token_indices" in settings:
            settings["trainable_token_indices"] = [n % len(tokenizer) for n in settings["trainable_token_indices"]]
    stated = {"r": 8, "lora_alpha": 16, "target_modules": "all-linear", "task_type": "CAUSAL_LM"}
    adapted = get_peft_model(model, LoraConfig(**(stated | settings)))
    for name, weight in adapted.named_parameters():
        if weight.requires_grad:
            scale = 1.0 if ".lora_" in name else weight.std().nan_to_num(1.0)
            weight.data += (strength * scale * torch.randn(weight.shape)).to(weight.dtype)
    adapted.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    for made, (family, tied, kind) in json.loads(sys.argv[2]).items():
        adapter(Path(made) / "adapter", base(Path(made) / "base", Path(sys.argv[1]), family, tied), **KINDS[kind])
