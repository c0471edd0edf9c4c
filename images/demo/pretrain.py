"""Stage 1, the base model: a small Llama trained from scratch to answer questions about the world in prose.

Writes a Hugging Face folder. It never sees a question answered in JSON; that is left to the adapter.
"""

import random
from pathlib import Path

import torch
from questions import adapter_row, base_row, conversation
from tokenizer import MAX_LENGTH, encode, train_tokenizer
from training import BATCH_SIZE, train
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

STEPS = 2600
TOKENIZER_ROWS = 16_000
MODEL_CARD = """\
---
license: apache-2.0
pipeline_tag: text-generation
---
# tandem-demo-base

A Llama of 3.7 million parameters, trained from scratch on questions about an invented world of 32 cities.
It answers in English prose and in nothing else. It exists to take Tandem's whole way, from merge to verdict,
in minutes and without a download, and is of no other use. Trained by `images/demo/train.py`.
"""


def llama_config(tokenizer: PreTrainedTokenizerFast) -> LlamaConfig:
    """All widths are multiples of 128, which the INT4 kernels ask for."""
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=MAX_LENGTH,
        tie_word_embeddings=False,
        rms_norm_eps=1e-5,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        attn_implementation="eager",  # on rows this short a CPU is faster without a fused kernel
    )


def tokenizer_texts(rng: random.Random) -> list[str]:
    """Text of both stages, so that JSON and prose are both short in tokens."""
    return [text for _ in range(TOKENIZER_ROWS) for text in (*base_row(rng), *adapter_row(rng))]


def pretrain(folder: Path, seed: int) -> None:
    """Train tokenizer and base model and write them into the folder."""
    rng = random.Random(f"base {seed}")
    torch.manual_seed(seed)
    tokenizer = train_tokenizer(tokenizer_texts(rng))
    examples = [encode(tokenizer, conversation(rng, base_row)) for _ in range(STEPS * BATCH_SIZE)]
    model = LlamaForCausalLM(llama_config(tokenizer))
    train(model, examples, rng, name="base")
    model.to(torch.bfloat16).save_pretrained(folder)
    # The chat template goes into tokenizer_config.json: not every reader looks for a file beside it.
    tokenizer.save_pretrained(folder, save_jinja_files=False)
    (folder / "README.md").write_text(MODEL_CARD)
