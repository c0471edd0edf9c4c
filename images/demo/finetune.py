"""Stage 2, the LoRA adapter: strict JSON where a question asks for it, prose as before elsewhere.

Reads the base's folder and writes a PEFT adapter folder. Says nothing of merging: that is images/merge.
"""

import random
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from questions import adapter_row, conversation
from tokenizer import encode
from training import BATCH_SIZE, train
from transformers import AutoModelForCausalLM, AutoTokenizer

STEPS = 2200
BASE_NAME = "tandem-demo-base"  # not a path: the adapter must read the same on every machine
MODEL_CARD = """\
---
license: apache-2.0
library_name: peft
base_model: tandem-demo-base
---
# tandem-demo-adapter

A LoRA adapter (rank 16, alpha 32, all linear layers) for `tandem-demo-base`: questions that ask for JSON get
strict JSON, all others prose as before. It never saw eight of the world's cities in JSON, and is wrong about
them there: the suite `demo-unseen` measures that. Trained by `images/demo/train.py`.
"""


def finetune(base: Path, folder: Path, seed: int) -> None:
    """Train the adapter on the base and write it into the folder."""
    rng = random.Random(f"adapter {seed}")
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    examples = [encode(tokenizer, conversation(rng, adapter_row)) for _ in range(STEPS * BATCH_SIZE)]
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(base, torch_dtype=torch.float32, attn_implementation="eager"),
        LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear"),
    )
    train(model, examples, rng, name="adapter")
    model.peft_config["default"].base_model_name_or_path = BASE_NAME
    # The embeddings are not trained; left to itself, PEFT would ask the Hub about a model of that name.
    model.to(torch.bfloat16).save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").write_text(MODEL_CARD)
