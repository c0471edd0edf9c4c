"""The merge job: a LoRA adapter folded into its base model, as a plain model folder in the store.

    python -m images.merge.merge --base FOLDER --adapter FOLDER --store models

It knows nothing of quantization or serving. What it publishes was read back from disk and is the adapter on its base,
but for the rounding of its weights: the proof is in the manifest.
"""

import argparse
import gc
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.job import copy_everything_but_weights, make_version, one_line_failures, versions
from images.merge.proof import difference, logits, move, prove, tokens
from images.merge.widened import in_float32
from serve.errors import UsageError
from serve.models.preflight import check_adapter, check_model, extended_vocabulary
from serve.models.store import Store

if TYPE_CHECKING:
    from peft import PeftModel
    from torch import nn
    from transformers import PreTrainedModel

RECIPE = 2  # of this job: raised when what it makes of the same inputs changes


def main() -> None:
    arguments = argparse.ArgumentParser(description="Merge a LoRA adapter into its base model.")
    arguments.add_argument("--base", type=Path, required=True, help="folder of the base model")
    arguments.add_argument("--adapter", type=Path, required=True, help="folder of the LoRA adapter")
    arguments.add_argument("--store", type=Path, required=True, help="the model store, models/")
    given = arguments.parse_args()
    with one_line_failures("merge"):
        run(given.base, given.adapter, Store(given.store))


def run(base: Path, adapter: Path, store: Store) -> None:
    check_model(base)
    check_adapter(adapter, base)
    libraries = versions("torch", "transformers", "peft")
    sources = {"base": base, "adapter": adapter}
    make_version(store, "merged", sources, {"recipe": RECIPE}, libraries, lambda draft: merge(base, adapter, draft))


def merge(base: Path, adapter: Path, draft: Path) -> dict[str, Any]:
    """Writes the merged model into `draft` and returns the proof that it is the adapter on its base."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(0)
    print("loading the base", flush=True)
    model = AutoModelForCausalLM.from_pretrained(base, dtype="auto", local_files_only=True)
    rows = extended_vocabulary(adapter, base)
    if rows:  # before the adapter is loaded: its embeddings have the longer shape
        model.resize_token_embeddings(rows)
    tokenizer = AutoTokenizer.from_pretrained(adapter if rows else base, local_files_only=True)

    print("loading the adapter", flush=True)
    with refusals(adapter):
        adapted = PeftModel.from_pretrained(model, adapter, local_files_only=True).eval()
        loaded = adapted.load_adapter(adapter, "default")  # once more: the first time it tells nobody what it left out
    unused = [name for name in loaded.unexpected_keys if ".lora_" in name]
    if unused:
        raise UsageError(f"{adapter}: its adapter_config.json has no place for {min(unused)}; mend it, or set ADAPTER")
    tied = untie(model)
    ids = tokens(tokenizer, model.config.vocab_size, trained_words(adapted))
    with torch.no_grad():
        with in_float32(model):
            expected = logits(adapted, ids)
            with adapted.disable_adapter():
                unchanged = logits(adapted, ids)
        if not torch.isfinite(expected).all():
            raise UsageError(f"{adapter}: its weights answer with NaN, as after a training that diverged; set ADAPTER")

        print("merging", flush=True)
        with refusals(adapter), in_float32(model, merge_block):  # rounded once, when the block is left
            exact = logits(adapted, ids)
        model = unloaded(adapted, tied)
        with in_float32(model):
            rounded = logits(model, ids)
        copy_everything_but_weights(base, draft)
        model.save_pretrained(draft)
        keep_base_configuration(base, draft)
        if rows:
            tokenizer.save_pretrained(draft)
        del model, adapted
        gc.collect()

        print("reading it back", flush=True)
        reread = AutoModelForCausalLM.from_pretrained(draft, dtype="auto", local_files_only=True).eval()
        with in_float32(reread):
            actual = logits(reread, ids)
        with in_float32(reread, move):
            moved = logits(reread, ids)
    measured = difference(unchanged, expected, exact, rounded, actual, moved)
    kept_as = str(reread.dtype).removeprefix("torch.")
    return {
        "positions": len(expected),
        **prove(measured, kept_as, torch.finfo(reread.dtype).eps / 2),
        "largest_logit_difference": (expected - actual).abs().max().item(),
        "same_top_token": (expected.argmax(-1) == actual.argmax(-1)).float().mean().item(),
    }


@contextmanager
def refusals(adapter: Path) -> Iterator[None]:
    """Turns what peft says of an adapter that it cannot load or merge into a UsageError."""
    try:
        yield
    except (ValueError, IndexError, RuntimeError) as error:  # NotImplementedError is one of the last
        said = (str(error) or type(error).__name__).splitlines()[0]
        raise UsageError(f"{adapter}: peft cannot merge it ({said}); set ADAPTER to another") from error


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


def merge_block(block: "nn.Module") -> None:
    from peft.tuners.tuners_utils import BaseTunerLayer

    for part in list(block.modules()):
        if isinstance(part, BaseTunerLayer):
            part.merge(safe_merge=True)


def unloaded(adapted: "PeftModel", tied: bool) -> "PreTrainedModel":
    """The merged model without the adapter's modules; its tables shared again if they were, and are still the same."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that all is merged already
        model = adapted.merge_and_unload()
    embedding, head = model.model.embed_tokens, model.lm_head
    tied = tied and torch.equal(embedding.weight, head.weight)
    if tied:
        head.weight = embedding.weight
    model.config.tie_word_embeddings = tied
    return model


def keep_base_configuration(base: Path, draft: Path) -> None:
    """The base's own config.json, whatever version wrote it, with only what merging may change."""
    config: dict[str, Any] = json.loads((base / "config.json").read_text())
    written = json.loads((draft / "config.json").read_text())
    for field in ("vocab_size", "tie_word_embeddings"):
        if field in written:
            config[field] = written[field]
    (draft / "config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
