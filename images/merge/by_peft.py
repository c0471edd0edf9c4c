"""The merge by peft itself, of the whole model in memory: for adapters that cannot be streamed.

The proof is that of a streamed merge, but that the versions of the model are here one after the other. It knows nothing
of the store.
"""

import gc
import json
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.job import copy_everything_but_weights, unloadable
from images.merge.adapted import EMBEDDING, HEAD, OWN, check_used, vocabulary
from images.merge.proof import MEND, WRONG, check_finite, described, logits, move, tokens
from images.merge.refusals import refusals
from images.merge.stream import checkpoint, read_place
from images.merge.widened import in_float32
from serve.errors import UsageError
from serve.models.preflight_adapter import extended_vocabulary

if TYPE_CHECKING:
    from peft import PeftModel
    from peft.tuners.tuners_utils import BaseTunerLayer
    from torch import nn
    from transformers import PreTrainedModel


def merge(base: Path, adapter: Path, draft: Path) -> dict[str, Any]:
    """Writes the merged model into `draft` and returns the proof that it is the adapter on its base."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    print("loading the base", flush=True)
    with unloadable(base, "it", "BASE_MODEL"):
        model = AutoModelForCausalLM.from_pretrained(base, dtype="auto", local_files_only=True)
    rows = extended_vocabulary(adapter, base)
    if rows:  # before the adapter is loaded: its embeddings have the longer shape
        model.resize_token_embeddings(rows)
    tokenizer, brought = vocabulary(base, [adapter], rows is not None)

    print("loading the adapter", flush=True)
    with refusals(adapter):
        adapted = PeftModel.from_pretrained(model, adapter, local_files_only=True).eval()
        loaded = adapted.load_adapter(adapter, "default")  # once more: the first time it tells nobody what it left out
    check_used(loaded.unexpected_keys, bool(model.config.tie_word_embeddings), adapter)
    if lacking := [name for name in loaded.missing_keys if OWN.search(name)]:
        raise UsageError(
            f"{adapter}: lacks {min(lacking)}, which its adapter_config.json asks for; mend it, or set ADAPTER"
        )
    tied = untie(model)
    ids = tokens(tokenizer, model.config.vocab_size, trained_words(adapted))
    with torch.no_grad():
        with refusals(adapter), in_float32(model):
            expected = logits(adapted, ids)
            with adapted.disable_adapter():
                unchanged = logits(adapted, ids)
        check_finite(unchanged, expected, adapter)

        print("merging", flush=True)
        with refusals(adapter), in_float32(model, merge_block):  # rounded once, when the block is left
            exact = logits(adapted, ids)
        model = unloaded(adapted, tied)
        with in_float32(model):
            rounded = logits(model, ids)
        copy_everything_but_weights(base, draft)
        model.save_pretrained(draft)
        shutil.copyfile(base / "config.json", draft / "config.json")  # whatever version wrote it
        stated = {"tie_word_embeddings": model.config.tie_word_embeddings, "vocab_size": model.config.vocab_size}
        change_configuration(draft, stated)
        if brought:
            tokenizer.save_pretrained(draft)
        check_written(model, draft)
        del model, adapted
        gc.collect()

        print("reading it back", flush=True)
        reread = AutoModelForCausalLM.from_pretrained(draft, dtype="auto", local_files_only=True).eval()
        with in_float32(reread):
            actual = logits(reread, ids)
        with in_float32(reread, move):
            moved = logits(reread, ids)
    answers = {
        "unchanged": unchanged,
        "expected": expected,
        "exact": exact,
        "rounded": rounded,
        "actual": actual,
        "moved": moved,
    }
    return described(answers, str(reread.dtype).removeprefix("torch."), torch.finfo(reread.dtype).eps / 2)


def check_written(model: "PreTrainedModel", draft: Path) -> None:
    """Raises UsageError where a weight on disk is not the one in memory, also where no logit would show it."""
    import torch

    written = checkpoint(draft)
    for name, weight in model.state_dict().items():
        tied = name == HEAD and model.config.tie_word_embeddings
        place = written.get(EMBEDDING if tied else name)
        if place is None or not torch.equal(read_place(place), weight):
            raise UsageError(f"{WRONG}: {name} was not written as it was merged; {MEND}")


def untie(model: "PreTrainedModel") -> bool:
    """Gives the output head a table of its own where it shares the embedding's; whether it did.

    An adapter may change one of them alone: a LoRA of the embedding leaves the output as it was, and the other way
    round. Merged into a shared table it would change both.
    """
    from torch.nn import Parameter

    shared = set(model.model.embed_tokens.parameters())
    holders = [part for part in model.lm_head.modules() if part._parameters.get("weight") in shared]
    for holder in holders:
        holder.weight = Parameter(holder.weight.detach().clone(), requires_grad=False)
    return bool(holders)


def trained_words(adapted: "PeftModel") -> list[int]:
    """Of an adapter that trains single words, the first of them: as token ids."""
    named = adapted.peft_config["default"].trainable_token_indices or []
    lists = named.values() if isinstance(named, dict) else [named]
    return sorted({word for words in lists for word in words})[:64]


def merge_block(block: "nn.Module") -> "list[BaseTunerLayer]":
    """Has peft merge each of its layers in a block, and returns them.

    Where a LoRA lies around single words, as of a head that its base ties to the embedding, the words come first, and
    the LoRA is merged without what peft keeps around them: that makes a weight anew each time it is asked for one, and
    what is merged into it is lost.
    """
    from peft.tuners.tuners_utils import BaseTunerLayer
    from peft.utils.other import TrainableTokensWrapper

    layers = [part for part in block.modules() if isinstance(part, BaseTunerLayer)]
    for layer in reversed(layers):
        inside = layer.base_layer
        if isinstance(inside, TrainableTokensWrapper):
            layer.base_layer = inside.token_adapter.base_layer
        layer.merge(safe_merge=True)
        layer.base_layer = inside
    return layers


def unloaded(adapted: "PeftModel", tied: bool) -> "PreTrainedModel":
    """The merged model without the adapter's modules; its tables shared again if they were, and are still the same."""
    import torch
    from peft.utils.other import TrainableTokensWrapper

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that all is merged already
        model = adapted.merge_and_unload()
    if isinstance(model.lm_head, TrainableTokensWrapper):  # around which a LoRA lay
        model.lm_head = model.lm_head.token_adapter.base_layer
    embedding, head = model.model.embed_tokens, model.lm_head
    tied = tied and torch.equal(embedding.weight, head.weight)
    if tied:
        head.weight = embedding.weight
    model.config.tie_word_embeddings = tied
    return model


def change_configuration(draft: Path, changed: dict[str, Any]) -> None:
    """Of a config.json, whatever version wrote it, only what merging may change."""
    config: dict[str, Any] = json.loads((draft / "config.json").read_text())
    if any(config.get(name) != value for name, value in changed.items()):
        (draft / "config.json").write_text(json.dumps(config | changed, indent=2) + "\n")
