"""One pass through a model that asks several versions of it the same, block by block, in the memory of a few blocks.

Each block's weights come from disk when the pass gets there, in float32 (but see `precision`). The versions are those
of the proof (proof.py), and peft makes the first three of them; how the merge was done is not known in here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from images.merge.adapted import EMBEDDING, HEAD, INSERTED, OWN, is_placeholder, weights
from images.merge.by_peft import merge_block
from images.merge.proof import FLOAT32, STEP
from images.merge.stream import Place, read_place

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from torch import nn
    from transformers import PreTrainedModel

VERSIONS = ("unchanged", "expected", "exact", "rounded", "actual", "moved")
# Of a number, as a part of the largest that went into it: what float32's sums may be off by when their terms come in
# another order, so that one of two neighbours is as near as the other.
ORDER = 64 * FLOAT32
# Of the largest number of a weight: what its numbers may be off by, each made as the sum of many. Seen: 2^-20.
SUMS = 2.0**-14
Tensors = dict[str, "torch.Tensor"]


class Sweep:
    """`bare` has no weights, nor has the base of any of `adapted`, which are the adapters in order."""

    def __init__(
        self,
        bare: "PreTrainedModel",
        adapted: "Sequence[PeftModel]",
        base: Mapping[str, Place],
        merged: Mapping[str, Place],
    ) -> None:
        self.bare = bare
        self.adapted = [found.get_base_model() for found in adapted]
        self.base = base
        self.merged = merged
        self.weights = self.as_rounded = 0  # how many there are, and how many are peft's own, rounded
        self.astray: set[str] = set()  # of those that are further from peft's than rounding takes them

    def logits(self, ids: "torch.Tensor") -> "dict[str, torch.Tensor]":
        """Float32 [positions, vocabulary] of each version; `ids` is [1, positions]."""
        import torch

        with torch.no_grad(), ExitStack() as stack:
            for name, block in blocks(self.bare):
                stack.enter_context(answering(block, self.versions_of(name, block)))
            found = self.bare(input_ids=ids.expand(len(VERSIONS), -1), use_cache=False).logits
        return dict(zip(VERSIONS, found.float().unbind(), strict=True))

    def versions_of(self, name: str, block: "nn.Module") -> "Callable[..., torch.Tensor]":
        """The block's forward pass, in which each row is a version's."""
        right = block.forward
        tuned = [dict(blocks(model))[name] for model in self.adapted]
        sums = precision(tuned)

        def forward(*inputs: Any, **options: Any) -> "torch.Tensor":
            import torch

            def ask(version: str, answer: "Callable[..., torch.Tensor]") -> None:
                row = VERSIONS.index(version)
                answers[version] = answer(*of_row(inputs, row), **of_row(options, row)).float()

            answers: Tensors = {}
            names = [weight for weight, _, _ in weights(block, name)]
            theirs = {weight: read(self.base, weight) for weight in names}
            for adapter in tuned:
                widen(adapter, sums)
            exact, last = {weight: data.to(sums) for weight, data in theirs.items()}, tuned[-1]
            shapes = {weight: holder._parameters[attribute].shape for weight, holder, attribute in weights(block, name)}
            if all(exact[weight].shape == shapes[weight] for weight in names):
                with holding(block, name, exact):
                    ask("unchanged", right)
            for earlier in tuned[:-1]:
                exact = merged_in(earlier, name, exact)
            with holding(last, name, exact):
                ask("expected", last)
            exact = merged_in(last, name, exact, lambda: ask("exact", last))
            exact = {weight: data.float() for weight, data in exact.items()}
            if "unchanged" not in answers:  # the base has no such words
                with holding(block, name, exact):
                    ask("unchanged", right)
            actual = {weight: read(self.merged, weight) for weight in names}
            self.astray |= {weight for weight in names if astray(exact[weight], actual[weight])}
            rounded = {weight: self.rounding(exact[weight], actual[weight], theirs[weight]) for weight in names}
            del exact, theirs
            with holding(block, name, rounded):
                ask("rounded", right)
            del rounded
            actual = {weight: data.float() for weight, data in actual.items()}
            with holding(block, name, actual):
                ask("actual", right)
            for data in actual.values():
                data *= torch.rand_like(data).mul_(2 * STEP).add_(1 - STEP)
            with holding(block, name, actual):
                ask("moved", right)
            return torch.cat([answers[version] for version in VERSIONS])

        return forward

    def rounding(self, exact: "torch.Tensor", actual: "torch.Tensor", base: "torch.Tensor") -> "torch.Tensor":
        """The exact weights in the checkpoint's type, as float32: of two numbers equally near, the one on disk.

        A type that holds all of float32 has nothing to round: what is on disk differs by the order of float32's sums.
        """
        import torch

        nearest = exact.to(actual.dtype)
        self.weights += exact.numel()
        if actual.shape != exact.shape:
            return nearest.float()
        places = (nearest != actual).nonzero(as_tuple=True)
        self.as_rounded += exact.numel() - len(places[0])
        if torch.finfo(actual.dtype).eps <= torch.finfo(torch.float32).eps:
            return exact
        ours, theirs = nearest[places].float(), actual[places].float()
        right = exact[places]
        largest = torch.maximum(right.abs(), base[places].float().abs()) if base.shape == exact.shape else right.abs()
        as_near = (theirs - right).abs() <= (ours - right).abs() + ORDER * largest
        rounded = nearest.float()
        rounded[places] = torch.where(as_near, theirs, ours)
        return rounded


def astray(exact: "torch.Tensor", actual: "torch.Tensor") -> bool:
    """Whether any number is further from the exact one than rounding to its type takes it, and float32's own sums."""
    import torch

    if actual.shape != exact.shape:
        return True
    kept_as = torch.finfo(actual.dtype)
    off = (actual.float() - exact).abs_()
    off -= exact.abs().mul_(kept_as.eps / 2)
    return not off.amax() <= SUMS * exact.abs().amax() + kept_as.smallest_normal * kept_as.eps


def precision(tuned: "Sequence[nn.Module]") -> "torch.dtype":
    """What peft computes a block in: in float32, but where an adapter has a norm of each column over all words.

    As DoRA of an embedding does: of 128,000 words, such a sum is off by 2^-16 in float32.
    """
    import torch
    from peft.tuners.lora import Embedding

    parts = (part for block in tuned for part in block.modules())
    return torch.float64 if any(isinstance(part, Embedding) and part.lora_variant for part in parts) else torch.float32


def widen(block: "nn.Module", kind: "torch.dtype") -> None:
    """Makes what an adapter brings to a block of this type."""
    for _, holder, attribute in weights(block):
        weight = holder._parameters[attribute]
        if weight is not None and not is_placeholder(weight):
            weight.data = weight.data.to(kind)


@contextmanager
def answering(block: "nn.Module", forward: "Callable[..., torch.Tensor]") -> Iterator[None]:
    """The block with another forward pass."""
    block.forward = forward  # type: ignore[method-assign]
    try:
        yield
    finally:
        del block.forward  # its class has the one it had


def of_row(value: Any, row: int) -> Any:
    """What of a block's inputs is one version's; what is the same for all stays whole."""
    import torch

    if isinstance(value, torch.Tensor):
        return value[row : row + 1] if value.dim() and len(value) == len(VERSIONS) else value
    if isinstance(value, tuple):
        return tuple(of_row(part, row) for part in value)
    return {name: of_row(part, row) for name, part in value.items()} if isinstance(value, dict) else value


def blocks(model: "PreTrainedModel") -> "Iterator[tuple[str, nn.Module]]":
    """What a forward pass goes through, one after another, in the supported families: all that has weights."""
    decoder = model.model
    yield "model.embed_tokens", decoder.embed_tokens
    for number, layer in enumerate(decoder.layers):
        yield f"model.layers.{number}", layer
    yield "model.norm", decoder.norm
    yield "lm_head", model.lm_head


def read(places: Mapping[str, Place], name: str) -> "torch.Tensor":
    """A weight in its own type; a head that is not there is the embedding."""
    return read_place(places.get(name) or places[EMBEDDING if name == HEAD else name])


@contextmanager
def holding(block: "nn.Module", name: str, tensors: Tensors) -> Iterator[None]:
    """The block with these weights, but where an adapter brings its own."""
    from torch.nn import Parameter

    before = []
    for full, holder, attribute in list(weights(block, name)):
        weight = holder._parameters[attribute]
        assert weight is not None
        theirs = tensors.get(INSERTED.sub("", full))
        if not OWN.search(full) and ".modules_to_save." not in full and theirs is not None and is_placeholder(weight):
            before.append((holder, attribute, weight))
            holder._parameters[attribute] = Parameter(theirs, requires_grad=False)
    try:
        yield
    finally:
        for holder, attribute, weight in before:
            holder._parameters[attribute] = weight


def merged_in(block: "nn.Module", name: str, tensors: Tensors, ask: Callable[[], object] = lambda: None) -> Tensors:
    """The weights of a block that peft has merged its adapter into, in float32. `ask` is called meanwhile."""
    with holding(block, name, tensors):
        before = {(full, attribute): holder._parameters[attribute] for full, holder, attribute in weights(block, name)}
        data = {key: weight.data for key, weight in before.items() if weight is not None}
        layers = merge_block(block)
        ask()
        made = dict(tensors)
        for full, holder, attribute in weights(block, name):
            weight = holder._parameters[attribute]
            if weight is not None and not OWN.search(full) and ".original_module." not in full:
                made[INSERTED.sub("", full)] = weight.data
        for layer in layers:
            layer.merged_adapters.clear()
        for (full, attribute), weight in before.items():
            if weight is not None:
                weight.data = data[full, attribute]
    return made
