"""Calibration rows: prompts answered by the model itself, as token ids.

What a quantizer should preserve is what the model says when asked what it will be asked; its own answers to such
prompts are that, and need no data set. It knows nothing of quantization.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

ANSWER_TOKENS = 192
LONGEST = 2048  # tokens of a row that comes with its answer
BATCH = 16


class Example(NamedTuple):
    """A whole conversation as token ids; the first `given` of them are the prompt's."""

    ids: list[int]
    given: int


def tokenize(
    rows: Sequence[dict[str, Any]], tokenizer: "PreTrainedTokenizerBase", model: "PreTrainedModel"
) -> list[Example]:
    """Rows as examples, each prompt that ends with the user's turn answered greedily by the model."""
    examples: list[Example] = []
    open_prompts = []
    for row in rows:
        if "text" in row:
            examples.append(Example(tokenizer(row["text"]).input_ids[:LONGEST], 0))
        elif row["messages"][-1]["role"] == "assistant":
            text = tokenizer.apply_chat_template(row["messages"], tokenize=False)
            examples.append(Example(tokenizer(text, add_special_tokens=False).input_ids[:LONGEST], 0))
        else:
            open_prompts.append(
                tokenizer.apply_chat_template(row["messages"], tokenize=False, add_generation_prompt=True)
            )
    open_prompts.sort(key=len)
    for start in range(0, len(open_prompts), BATCH):
        examples += answer(open_prompts[start : start + BATCH], tokenizer, model)
        print(f"answering the calibration prompts: {len(examples)} of {len(rows)}", flush=True)
    return examples


def answer(prompts: Sequence[str], tokenizer: "PreTrainedTokenizerBase", model: "PreTrainedModel") -> list[Example]:
    import torch

    tokenizer.padding_side = "left"
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    batch = tokenizer(list(prompts), return_tensors="pt", padding=True, add_special_tokens=False).to(model.device)
    with torch.inference_mode():
        whole = model.generate(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            max_new_tokens=ANSWER_TOKENS,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
        )
    examples = []
    for ids, mask in zip(whole.tolist(), batch.attention_mask.tolist(), strict=True):
        padding, given = mask.count(0), mask.count(1)
        answered = ids[len(mask) :]
        if tokenizer.pad_token_id in answered:  # shorter than its batch; some models pad with their end token
            end = answered.index(tokenizer.pad_token_id)
            answered = answered[: end + (tokenizer.pad_token_id == tokenizer.eos_token_id)]
        examples.append(Example(ids[padding : len(mask)] + answered, given))
    return examples


def perplexity(model: "PreTrainedModel", examples: Sequence[Example]) -> float:
    """exp of the mean negative log-likelihood of the tokens after each prompt."""
    import torch

    total, count = 0.0, 0
    with torch.inference_mode():
        for example in examples:
            ids = torch.tensor([example.ids], device=model.device)
            first = max(example.given, 1)
            scores = model(input_ids=ids).logits[0, first - 1 : -1].float()
            total += torch.nn.functional.cross_entropy(scores, ids[0, first:], reduction="sum").item()
            count += len(example.ids) - first
    return math.exp(total / count)
