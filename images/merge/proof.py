"""The proof that a merged model is the adapter on its base, but for the rounding of its weights.

Six versions of a model answer the same tokens, all in float32: `unchanged`, the base; `expected`, the adapter on it,
and `exact`, the two merged in float32, both as peft does it; `rounded`, that one with weights rounded to the
checkpoint's type; `actual`, read back from disk; `moved`, that one with each weight moved at random by a known step.
Two questions decide:

1. Is the difference of expected and actual the one that rounding makes, of exact and rounded? What is left of it
   can only come from float32's own arithmetic, which sums in another order when an adapter is merged.
2. Is that rounding the type's? It moves a weight by at most the unit roundoff, as a part of the weight: 2^-8 in
   bfloat16, 2^-11 in float16, 2^-24 in float32 (Higham, Accuracy and Stability of Numerical Algorithms, theorem 2.2).

How far such a part takes the logits differs from model to model by orders of magnitude: `moved` measures it. Nothing in
here knows how a merge is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from serve.errors import UsageError

if TYPE_CHECKING:
    import torch
    from torch import nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TEXTS = (
    "List the three largest cities of the country with their population, one a line.",
    "A good explanation starts with what the reader already knows, and adds one thing at a time.",
    '[{"name": "first", "value": 1.5}, {"name": "second", "value": null}]',
)
WORDS = 16  # from all over the vocabulary, and as many from its end
# The part of itself that `moved` moves a weight by, at most: so small that logits follow in a straight line, and
# so large that float32 does not round it away.
STEP = 2.0**-12
FLOAT32 = 2.0**-24  # unit roundoff
# `moved` draws evenly from all that rounding could do to any weight; rounding does less on average, and only to those
# that the merge changed. Seen: 0.08 to 0.4 of this limit.
ROUNDING = 2.0
# A sum of n terms is off by up to n unit roundoffs, on average by about their root (Higham, section 4.2), and models
# sum over thousands of terms: that is tens of times what rounding each weight once would do. Seen: 0.03 to 0.2 of this
# limit, with every kind of adapter, and with sums of 128 to 14336 terms in 1 to 24 layers.
ARITHMETIC = 64.0
WRONG = "the merged model is not ADAPTER on BASE_MODEL"
MEND = "set MODE=lora to serve the adapter as it is"


@dataclass(frozen=True)
class Difference:
    """L2 norms of differences over all logits, and `sensitivity`: how far logits go, for each part of itself that every
    weight moves by."""

    effect: float  # of the adapter: expected and base
    error: float  # expected and actual
    rounding: float  # exact and rounded
    unexplained: float  # (expected - actual) - (exact - rounded)
    sensitivity: float


def tokens(tokenizer: "PreTrainedTokenizerBase", rows: int, trained: list[int]) -> "torch.Tensor":
    """[1, positions] token ids: the texts, then words that an adapter may have changed, or added, without a text.

    `rows` is the size of the vocabulary, `trained` are the words that the adapter names.
    """
    import torch

    ids = [word for text in TEXTS for word in tokenizer(text).input_ids]
    ids += [*range(0, rows, max(1, rows // WORDS)), *range(max(0, rows - WORDS), rows), *trained]
    return torch.tensor([ids])


def logits(model: "PreTrainedModel", ids: "torch.Tensor") -> "torch.Tensor":
    """Float32 [positions, vocabulary]."""
    return model(input_ids=ids, use_cache=False).logits[0].float()


def move(block: "nn.Module") -> None:
    """Moves each weight by up to STEP of itself, evenly at random."""
    import torch

    for weight in block.parameters():
        weight.data *= torch.rand_like(weight).mul_(2 * STEP).add_(1 - STEP)


def check_finite(unchanged: "torch.Tensor", expected: "torch.Tensor", adapter: object) -> None:
    """Raises UsageError where the base, or the adapter on it, answers with what is no number."""
    import torch

    if not torch.isfinite(unchanged).all():
        raise UsageError("the weights of BASE_MODEL answer with NaN or infinities; set it to ones that are whole")
    if not torch.isfinite(expected).all():
        raise UsageError(f"{adapter}: its weights answer with NaN, as after a training that diverged; set ADAPTER")


def described(answers: "Mapping[str, torch.Tensor]", kept_as: str, unit: float) -> dict[str, Any]:
    """What the manifest says of a merge whose versions answered so, float32 [positions, vocabulary] each.

    `kept_as` and `unit` as for `prove`, which refuses.
    """
    expected, actual = answers["expected"], answers["actual"]
    return {
        "positions": len(expected),
        **prove(difference(answers), kept_as, unit),
        "largest_logit_difference": (expected - actual).abs().max().item(),
        "same_top_token": (expected.argmax(-1) == actual.argmax(-1)).float().mean().item(),
    }


def difference(answers: "Mapping[str, torch.Tensor]") -> Difference:
    expected, actual = answers["expected"], answers["actual"]
    rounding = answers["exact"] - answers["rounded"]
    return Difference(
        effect=(expected - answers["unchanged"]).norm().item(),
        error=(expected - actual).norm().item(),
        rounding=rounding.norm().item(),
        unexplained=((expected - actual) - rounding).norm().item(),
        sensitivity=(answers["moved"] - actual).norm().item() / STEP,
    )


def prove(measured: Difference, kept_as: str, unit: float) -> dict[str, Any]:
    """What the manifest says of a merge. `kept_as` is the type of the weights and `unit` its unit roundoff.

    Raises UsageError when the merged model is not the adapter on its base, or its type cannot hold it.
    """
    arithmetic = ARITHMETIC * FLOAT32 * measured.sensitivity
    rounding = ROUNDING * unit * measured.sensitivity
    holds = measured.rounding <= rounding  # not where it is not a number
    if not holds and kept_as != "float32":  # in which the product is made: nothing is rounded to it
        raise UsageError(
            f"{kept_as}, the type of BASE_MODEL, cannot hold the merged weights (rounding to it changes the answers by "
            f"{measured.rounding:.3g}, limit {rounding:.3g}); save BASE_MODEL in "
            f"{'float32' if kept_as == 'bfloat16' else 'bfloat16 or float32'}"
        )
    if not (holds and measured.unexplained <= arithmetic):
        raise UsageError(
            f"{WRONG}: its answers differ by {measured.error:.3g}, of which "
            f"rounding to {kept_as} explains all but {measured.unexplained:.3g} (limit {arithmetic:.3g}; the adapter's "
            f"whole effect is {measured.effect:.3g}); {MEND}"
        )
    return {
        "weights": kept_as,
        "adapter_effect_l2": measured.effect,
        "merge_error_l2": measured.error,
        "rounding_l2": measured.rounding,
        "rounding_limit_l2": rounding,
        "unexplained_l2": measured.unexplained,
        "unexplained_limit_l2": arithmetic,
    }
