"""What quantization lost: the same tokens, predicted before and after, on rows that did not guide the quantizer.

One evaluator for every quantizer, and it shares no code with any: the model runs in transformers, and its 4-bit weights
are unpacked by unpacking.py. Measured at each token after a prompt, in nats where it is a divergence:

- KL(before ‖ after), the mean of it: how much of what the model meant got lost, whatever the right answer is.
- The share of tokens at which the most likely one is still the same.
- Perplexity of the tokens themselves, before and after.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from images.quantize.calibration import Example
from serve.errors import UsageError

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

# Nats a token, unless a setting says otherwise. The demo loses 0.0002 by either quantizer; with the scales of one layer
# doubled 0.007, of all halved 0.46, with each value off by one 6.6. Chosen with room for models of harder text: none
# larger has been measured here.
KL_LIMIT = 0.2
# Of the weights themselves, which no easy text hides. Rounding a group of 128 normal values to 4 bits moves them by
# about 0.11 of their size, and what GPTQ shifts from one to another makes it 0.13 to 0.22, as seen with both quantizers
# on the demo and on random models. Scales of other columns: 0.24 to 0.31 in the median; each value off by one: 0.41;
# scales off by half: from 0.5 on in every layer.
MEDIAN_ERROR, LARGEST_ERROR = 0.25, 0.5
BUDGET = 512 * 1024**2  # bytes for what the model predicted before, which waits in memory for the quantizer to end
AT_A_TIME = 64  # positions, at 8 bytes a word of the vocabulary


def positions(examples: Sequence[Example], vocabulary: int, width: int = 2) -> list[list[int]]:
    """Of each example the tokens (by place, from 1 on) at which both models are compared: those after the prompt, or
    evenly spread ones of them where all would take more than BUDGET at `width` bytes a word.
    """
    places = [list(range(max(example.given, 1), len(example.ids))) for example in examples]
    step = math.ceil(sum(map(len, places)) * vocabulary * width / BUDGET)
    return [each[:: max(step, 1)] for each in places]


def predictions(model: "PreTrainedModel", examples: Sequence[Example]) -> "list[torch.Tensor]":
    """Of each example [positions, vocabulary] logits on the CPU, in the model's type."""
    import torch

    places = positions(examples, model.config.vocab_size)
    logits = []
    with torch.inference_mode():
        for example, at in zip(examples, places, strict=True):
            scores = model(input_ids=torch.tensor([example.ids], device=model.device), use_cache=False).logits[0]
            logits.append(scores[[place - 1 for place in at]].cpu())
    return logits


def compare(examples: Sequence[Example], before: Sequence[Any], after: Sequence[Any]) -> dict[str, Any]:
    """The proof in a manifest, from the logits of `predictions`, torch's or numpy's. What is not a number counts as
    infinite loss.
    """
    kl, same, surprise, count = 0.0, 0, np.zeros(2), 0
    places = positions(examples, before[0].shape[1])
    for example, at, first, second in zip(examples, places, before, after, strict=True):
        told = np.array([example.ids[place] for place in at])
        for part in range(0, len(at), AT_A_TIME):
            here = slice(part, part + AT_A_TIME)
            ours, theirs = log_probabilities(first[here]), log_probabilities(second[here])
            kl += float((np.exp(ours) * (ours - theirs)).sum())
            same += int((ours.argmax(-1) == theirs.argmax(-1)).sum())
            rows = np.arange(len(ours))
            surprise -= [ours[rows, told[here]].sum(), theirs[rows, told[here]].sum()]
        count += len(at)
    lost = max(kl / count, 0.0)  # rounding alone can take it below
    perplexities = np.exp(np.minimum(surprise / count, 700.0))
    return {
        "rows": len(examples),
        "tokens": count,
        "kl_per_token": lost if math.isfinite(lost) else math.inf,
        "same_top_token": same / count,
        "perplexity_before": float(perplexities[0]),
        "perplexity_after": float(perplexities[1]),
    }


def log_probabilities(logits: Any) -> "NDArray[np.float64]":
    """[positions, vocabulary], of logits of any type."""
    values = np.asarray(logits.double() if hasattr(logits, "double") else logits, dtype=np.float64)
    shifted = values - values.max(-1, keepdims=True)
    logs: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return logs


def of_weights(errors: Mapping[str, float]) -> dict[str, Any]:
    """What the manifest says of the layers' distances from what they were."""
    worst = max(errors, key=lambda layer: errors[layer] if math.isfinite(errors[layer]) else math.inf)
    return {"median": float(np.median(list(errors.values()))), "largest": errors[worst], "layer": worst}


def refuse(proof: Mapping[str, Any], limit: float) -> None:
    """Raises UsageError for a checkpoint that lost more than `limit` nats a token, or whose weights are not the model's
    to 4 bits.
    """
    moved = proof.get("weight_error", {"median": math.inf, "largest": math.inf, "layer": "every layer"})
    if not (moved["median"] <= MEDIAN_ERROR and moved["largest"] <= LARGEST_ERROR):
        raise UsageError(
            f"INT4 spoils this model: its weights moved by {moved['median']:.2g} of their size in the median layer "
            f"(limit {MEDIAN_ERROR}), and by {moved['largest']:.2g} in {moved['layer']} (limit {LARGEST_ERROR}); set "
            "QUANTIZER to the other one, or a smaller GPTQ_GROUP_SIZE"
        )
    lost = proof.get("kl_per_token", math.inf)
    if not lost <= limit:
        raise UsageError(
            f"INT4 spoils this model: it lost {lost:.3g} nats a token (GPTQ_KL_LIMIT={limit:g}), and "
            f"{1 - proof.get('same_top_token', 0):.1%} of its tokens are others; set CALIBRATION to more rows like "
            "your own, or a smaller GPTQ_GROUP_SIZE"
        )
