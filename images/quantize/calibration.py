"""Calibration rows: prompts answered by the model itself, as token ids.

What a quantizer should preserve is what the model says when asked what it will be asked; its own answers to such
prompts are that, and need no data set. It knows nothing of quantization.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from serve.errors import UsageError
from serve.models.calibration import LONGEST

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

ANSWER_TOKENS = 192
BATCH = 16
HELD_OUT = 8  # every eighth row measures what was lost, and guides no quantizer


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
            text = rendered(row["messages"], tokenizer)
            examples.append(Example(tokenizer(text, add_special_tokens=False).input_ids[:LONGEST], 0))
        else:
            open_prompts.append(rendered(row["messages"], tokenizer, add_generation_prompt=True))
    open_prompts.sort(key=len)
    for start in range(0, len(open_prompts), BATCH):
        examples += answer(open_prompts[start : start + BATCH], tokenizer, model)
        print(f"answering the calibration prompts: {len(examples)} of {len(rows)}", flush=True)
    return [example for example in examples if len(example.ids) > max(example.given, 1)]


def rendered(messages: Sequence[dict[str, str]], tokenizer: "PreTrainedTokenizerBase", **options: Any) -> str:
    """A conversation through the model's chat template. Raises UsageError where the template refuses it."""
    from jinja2 import TemplateError

    try:
        return str(tokenizer.apply_chat_template(messages, tokenize=False, **options))
    except TemplateError as error:
        roles = ", ".join(message["role"] for message in messages)
        raise UsageError(
            f"the model's chat template refuses a calibration row with the turns {roles} ({error}); set CALIBRATION to "
            "rows that it takes"
        ) from None


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The rows that guide the quantizer, and those held out, of which none is among the first."""
    held = examples[::HELD_OUT]
    known = {tuple(example.ids) for example in held}
    return [example for example in examples if tuple(example.ids) not in known], list(held)


def stated(examples: Sequence[Example]) -> dict[str, Any]:
    """What a manifest says of rows: how many, how long, and which: so two quantizers can be seen to have the same."""
    lengths = sorted(len(example.ids) for example in examples)
    digest = hashlib.sha256(json.dumps(examples).encode()).hexdigest()[:12]
    return {"rows": len(examples), "tokens": sum(lengths), "longest": lengths[-1], "digest": digest}


def answer(prompts: Sequence[str], tokenizer: "PreTrainedTokenizerBase", model: "PreTrainedModel") -> list[Example]:
    import torch

    tokenizer.padding_side = tokenizer.truncation_side = "left"  # of a long prompt, the end is the question
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    batch = tokenizer(
        list(prompts),
        return_tensors="pt",
        padding=True,
        truncation=True,
        max_length=LONGEST,
        add_special_tokens=False,
    ).to(model.device)
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
