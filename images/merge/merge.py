"""The merge job: LoRA adapters folded into their base model, in order, as a plain model folder in the store.

    python -m images.merge.merge --base FOLDER --adapter FOLDER --store models

It streams: what it takes of memory does not grow with the model. What it cannot stream it hands to peft, and says so.
It knows nothing of serving, and of quantization only what its outcome would be called: told what it merges for, it
merges nothing where the store has that. What it publishes was read back from disk and is the adapter on its base, but
for the rounding of its weights: the proof is in the manifest.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.job import copy_everything_but_weights, make_version, one_line_failures, versions
from images.merge import by_peft, proof
from images.merge.adapted import (
    EMBEDDING,
    HEAD,
    NotStreamed,
    adapted,
    bare,
    changes,
    check_base,
    config_of,
    vocabulary,
    weights,
)
from images.merge.changes import Change, Replacement, same
from images.merge.plan import Plan, plan
from images.merge.refusals import refusals
from images.merge.stream import TYPES, checkpoint, write
from images.merge.sweep import Sweep
from images.quantize.recipe import ENGINES, Recipe
from serve.errors import UsageError
from serve.models.preflight import check_model
from serve.models.preflight_adapter import check_adapter, extended_vocabulary, in_order
from serve.models.store import Store, read_manifest

if TYPE_CHECKING:
    from peft import PeftModel

RECIPE = 5  # of this job: raised when what it makes of the same inputs changes


def main() -> None:
    arguments = argparse.ArgumentParser(description="Merge LoRA adapters into their base model.")
    arguments.add_argument("--base", type=Path, required=True, help="folder of the base model")
    arguments.add_argument("--adapter", type=Path, required=True, help="folder of the LoRA adapter, or of several")
    arguments.add_argument("--store", type=Path, required=True, help="the model store, models/")
    arguments.add_argument("--engine", choices=ENGINES, help="what makes the INT4 that alone is wanted of this merge")
    arguments.add_argument("--group-size", type=int, help="of that INT4")
    arguments.add_argument("--calibration", type=Path, help="of that INT4")
    given = arguments.parse_args()
    wanted = Recipe(given.engine, given.group_size, given.calibration) if given.engine else None
    with one_line_failures("merge"):
        run(given.base, in_order(given.adapter), Store(given.store), wanted)


def run(base: Path, adapters: Sequence[Path], store: Store, wanted: Recipe | None = None) -> None:
    """`wanted`: the INT4 that alone the merge is for; None: the merged model itself is."""

    def needless(version: str) -> str:
        int4 = wanted.version_of_merged(version) if wanted else ""
        return f"tuned {int4}, made from it, stands" if int4 and store.standing("tuned", int4) else ""

    check_model(base)
    for adapter in adapters:
        check_adapter(adapter, base)
    libraries = versions("torch", "transformers", "peft")
    names = ["adapter", *(f"adapter {number}" for number in range(2, len(adapters) + 1))]
    sources = {"base": base, **dict(zip(names, adapters, strict=True))}
    make_version(
        store,
        "merged",
        sources,
        {"recipe": RECIPE},
        libraries,
        lambda draft: merge(base, adapters, draft),
        needless=needless,
        known={"base": known_base(store)},
    )


def known_base(store: Store) -> dict[str, Any]:
    """What the base in force says of its files, so that gigabytes are not hashed for a merge that is not made."""
    quantized = store.current("base")
    manifest = read_manifest(quantized) if quantized else None
    return dict((manifest or {}).get("sources", {}).get("model", {}))


def merge(base: Path, adapters: Sequence[Path], draft: Path) -> dict[str, Any]:
    """Writes the merged model into `draft` and returns the proof that it is the adapters on their base."""
    import torch

    torch.manual_seed(0)
    check_base(base)
    try:
        return {"merged_by": "streaming", **streamed(base, adapters, draft)}
    except NotStreamed as reason:
        if len(adapters) > 1:
            raise UsageError(f"one of the adapters {reason}, and can only be merged alone; set ADAPTER to it") from None
        print(f"merged by peft, in the memory of the whole model: the adapter {reason}", flush=True)
        return {"merged_by": "peft", **by_peft.merge(base, adapters[0], draft)}


@dataclass(frozen=True)
class Streamed:
    """What was written, and from what: `found` are the adapters on a base without weights, in order.

    `tokenizer` is the merged model's, and `brought` by an adapter or the base's.
    """

    config: Any
    found: "list[PeftModel]"
    plan: Plan
    tokenizer: Any
    brought: bool


def streamed(base: Path, adapters: Sequence[Path], draft: Path) -> dict[str, Any]:
    """As `merge`. Raises NotStreamed before anything is written."""
    done = stream(base, adapters, draft)
    print("proving it, from what is on disk", flush=True)
    return prove(base, adapters, draft, done)


def stream(base: Path, adapters: Sequence[Path], draft: Path) -> Streamed:
    """Writes the merged model, but its tokenizer where the adapter has another. Raises NotStreamed before it does."""
    print("reading the adapter", flush=True)
    rows = [extended_vocabulary(adapter, base) for adapter in adapters]
    words = next((count for count in reversed(rows) if count), None)
    if len({count for count in rows if count}) > 1 or (words and None in rows[rows.index(words) :]):
        raise UsageError("the adapters were trained with vocabularies of different sizes; set ADAPTER to one of them")
    tokenizer, brought = vocabulary(base, adapters, words is not None)
    found = []
    for adapter, count in zip(adapters, rows, strict=True):
        with refusals(adapter):
            found.append(adapted(base, adapter, count, untied=any(map(unties, found))))
    config = config_of(base, words)
    made = plan(base, shapes_of(config), in_turn(found), bool(config.tie_word_embeddings))

    print("merging", flush=True)
    write(made.shards, draft)
    copy_everything_but_weights(base, draft)
    changed = {"tie_word_embeddings": made.tied} | ({"vocab_size": words} if words else {})
    by_peft.change_configuration(draft, changed)
    return Streamed(config, found, made, tokenizer, brought)


def prove(base: Path, adapters: Sequence[Path], draft: Path, done: Streamed) -> dict[str, Any]:
    """The proof for the manifest, of what lies in `draft`. Raises UsageError where it fails."""
    import torch

    if done.brought:
        done.tokenizer.save_pretrained(draft)
    trained = sorted({word for model in done.found for word in by_peft.trained_words(model)})[:64]
    ids = proof.tokens(done.tokenizer, done.config.vocab_size, trained)
    sweep = Sweep(bare(done.config), done.found, checkpoint(base), checkpoint(draft))
    with refusals(adapters[-1]):  # also of what peft can load, but neither run nor merge
        answers = sweep.logits(ids)
    proof.check_finite(answers["unchanged"], answers["expected"], adapters[-1])
    kept_as = narrowest(done.plan)
    told = proof.described(answers, kept_as, torch.finfo(getattr(torch, kept_as)).eps / 2)
    if sweep.astray:  # as of words that none of these logits is of
        raise UsageError(f"{proof.WRONG}: {min(sweep.astray)} is not what peft makes of it; {proof.MEND}")
    return {**told, "weights_compared": sweep.weights, "weights_as_peft_rounds_them": sweep.as_rounded / sweep.weights}


def shapes_of(config: Any) -> dict[str, tuple[int, ...]]:
    """Of every weight of a model, by its name."""
    named = ((name, holder._parameters[own]) for name, holder, own in weights(bare(config)))
    return {name: tuple(weight.shape) for name, weight in named if weight is not None}


def narrowest(made: Plan) -> str:
    """The type of the checkpoint's weights, as torch calls it; of several the one that rounds most."""
    kept = {weight.source.tensor.dtype for shard in made.shards.values() for weight in shard}
    return TYPES[next(name for name in TYPES if name in kept)]


def unties(model: "PeftModel") -> bool:
    """Whether an adapter makes two of a table that is embedding and output head."""
    done = changes(model)
    return not same(done.get(EMBEDDING, []), done.get(HEAD, []))


def in_turn(found: "Sequence[PeftModel]") -> dict[str, list[Change]]:
    """What all adapters do to each weight, the first one first; what one puts in its place, none before it matters."""
    done: dict[str, list[Change]] = {}
    for model in found:
        for name, more in changes(model).items():
            done[name] = more if isinstance(more[0], Replacement) else [*done.get(name, []), *more]
    return done


if __name__ == "__main__":
    main()
