"""Which adapters cannot be merged into a base, and why, said before the hours are spent.

It reads headers and configuration only, as preflight.py does. What vLLM refuses of an adapter that is served as it is
(MODE=lora) is preflight_lora.py's.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from serve.errors import UsageError
from serve.models.preflight import ADAPTER_FILE, EMBEDDING, HEAD, LARGEST, Shapes, plausible, read_config, tensor_shapes

TABLES = ("embed_tokens", "lm_head")
# How peft names a table that it saves whole, depending on what else it does to it.
WHOLE = (".weight", ".base_layer.weight", ".token_adapter.base_layer.weight", ".modules_to_save.weight")
LARGEST_ALPHA = 2**31  # far beyond every adapter, and far below what float32 cannot hold
# Settings of an adapter that make something else of a base than other weights of the same layers.
UNMERGED = {
    "layer_replication": "repeats layers of its base",
    "alora_invocation_tokens": "acts after certain words alone",
    "megatron_config": "is made for the layers of Megatron-LM",  # of which peft imports what megatron_core names
    "arrow_config": "chooses between other adapters word by word",
    "use_qalora": "is made for a base at 4 bits",
}
# Ways to begin an adapter that change its base by what its training alone had, or only where bitsandbytes finds a GPU
# (corda_init, lora_ga_init, loftq_init, pissa_init in peft/tuners/lora/layer.py). Loading one, peft fails; but one of
# lora_ga it takes for an adapter of the base unchanged, which it is not, and for one of pissa_niter it draws another
# beginning: of the demo, two draws with 16 iterations are 30 times as far apart in logits as rounding could take them.
UNREPEATED = ("corda", "lora_ga", "loftq", "pissa_niter")
AS_CHANGED = "set BASE_MODEL to the base as it was changed, and init_lora_weights to true in its adapter_config.json"
PATTERNS = ("rank_pattern", "alpha_pattern")
NUMBERED = re.compile(r"(\d+)(?:-|$)")  # of folders with adapters: which comes when
# What peft puts into the names of a base's weights, and what of an adapter's own has no counterpart in the base.
INSERTED = re.compile(r"^base_model\.model\.|\.(base_layer|token_adapter|modules_to_save)(?=\.)")
OWN = re.compile(r"\.(lora_|trainable_tokens_|original_module\.)")


def in_order(adapter: Path) -> list[Path]:
    """The adapters of a folder: the folder itself, or those in its folders `1-…`, `2-…`, which are merged in turn."""
    if (adapter / "adapter_config.json").exists() or not adapter.is_dir():
        return [adapter]
    numbered = [(int(found[1]), path) for path in adapter.iterdir() if (found := NUMBERED.match(path.name))]
    return [path for _, path in sorted(numbered)] or [adapter]


def check_adapter(folder: Path, base: Path) -> None:
    """Raises UsageError when the adapter is not a LoRA adapter for exactly this base, in safetensors."""
    config = read_config(folder, "adapter_config.json", "ADAPTER")
    check_lora_config(config, folder)
    theirs, ours = tensor_shapes(base, "BASE_MODEL"), tensor_shapes(folder, "ADAPTER")
    if not (folder / ADAPTER_FILE).exists():
        raise UsageError(f"{folder}: no {ADAPTER_FILE} in it, the one file that peft reads; give ADAPTER's that name")
    if not any(".lora_" in name for name in ours):
        raise UsageError(f"{folder}: no LoRA weights in it; set ADAPTER to the folder that training wrote")
    rows = extended_vocabulary(folder, base)
    for module, (outputs, inputs) in lora_shapes(ours):
        weight = theirs.get(f"{module}.weight")
        if weight is None and module == "lm_head":  # tied: the file has the embedding alone
            weight = theirs.get(EMBEDDING)
        if weight is None:
            raise UsageError(f"{folder}: made for another base: {base} has no {module}; set ADAPTER or BASE_MODEL")
        if rows and module.endswith(TABLES):
            weight = [rows, weight[1]]
        if [outputs, inputs] != weight and not config.get("use_bdlora"):  # of which blocks alone are kept
            raise UsageError(
                f"{folder}: made for another base: {module} is {weight[0]}x{weight[1]} in {base}, "
                f"but {outputs}x{inputs} in the adapter; set ADAPTER or BASE_MODEL"
            )
        if f"base_model.model.{module}.lora_B.bias" in ours and f"{module}.bias" not in theirs:
            raise UsageError(
                f"{folder}: has a bias for {module} (lora_bias), which has none in {base} that it could be merged "
                "into; set ADAPTER to one trained without lora_bias"
            )
    for name, shape in ours.items():
        if OWN.search(name):
            continue
        whole = INSERTED.sub("", name)
        place = theirs.get(whole) or (theirs.get(EMBEDDING) if whole == HEAD else None)
        if place is None:
            raise UsageError(f"{folder}: made for another base: {base} has no {whole}; set ADAPTER or BASE_MODEL")
        wanted = [rows, *place[1:]] if rows and whole in (EMBEDDING, HEAD) else place
        if shape != wanted:
            raise UsageError(
                f"{folder}: made for another base: {whole} is {'x'.join(map(str, wanted))} in {base}, but "
                f"{'x'.join(map(str, shape))} in the adapter; set ADAPTER or BASE_MODEL"
            )


def check_lora_config(config: Mapping[str, Any], where: object) -> None:
    """Raises UsageError when an adapter_config.json is not that of a LoRA adapter, or holds what peft never writes."""
    if config.get("peft_type") != "LORA":
        raise UsageError(f"{where}: a {config.get('peft_type')} adapter; ADAPTER must be a LoRA adapter")
    if asked := next((name for name in UNMERGED if config.get(name)), None):
        raise UsageError(
            f"{where}: {UNMERGED[asked]} ({asked}), which cannot be merged; set ADAPTER to one trained without"
        )
    start = config.get("init_lora_weights")
    if isinstance(start, str) and start.lower().startswith(UNREPEATED):
        raise UsageError(
            f"{where}: was begun by changing its base (init_lora_weights: {start}), which cannot be repeated here; "
            f"{AS_CHANGED}"
        )
    patterns = {name: config.get(name) or {} for name in PATTERNS}
    ranks, alphas = ([*found.values()] if isinstance(found, dict) else [None] for found in patterns.values())
    wrong = {
        "r": not plausible(config.get("r"), LARGEST["hidden_size"]),
        "lora_alpha": not number(config.get("lora_alpha", 0)),
        "rank_pattern": not all(rank and plausible(rank, LARGEST["hidden_size"]) for rank in ranks),
        "alpha_pattern": not all(map(number, alphas)),
    }
    if odd := next((name for name in wrong if wrong[name]), None):
        said = ascii(config[odd])[:40]
        raise UsageError(f"{where}: {odd} is {said}, which no LoRA has; mend its adapter_config.json, or set ADAPTER")


def number(found: Any) -> bool:
    return type(found) in (int, float) and abs(found) <= LARGEST_ALPHA


def changes_one_table(adapter: Path) -> bool:
    """Whether an adapter has something for the embedding or the output head, and not the same for both."""
    named = {table for table in TABLES for name in tensor_shapes(adapter, "ADAPTER") if f".{table}." in name}
    return len(named) == 1


def extended_vocabulary(adapter: Path, base: Path) -> int | None:
    """The number of embedding rows the adapter was trained with where the base has another number, else None.

    Raises UsageError when such an adapter does not bring the tokenizer with the words it added.
    """
    ours, theirs = tensor_shapes(adapter, "ADAPTER"), tensor_shapes(base, "BASE_MODEL")
    rows = next(vocabulary_rows(ours), None)
    embedding = theirs.get(EMBEDDING)
    if rows is None or embedding is None or rows == embedding[0]:
        return None
    if not (adapter / "tokenizer_config.json").exists():
        raise UsageError(
            f"{adapter}: changes the vocabulary of {embedding[0]} words to {rows}, but has no tokenizer; "
            "put ADAPTER's tokenizer files there, or set BASE_MODEL to the model it was trained on"
        )
    return rows


def vocabulary_rows(tensors: Shapes) -> Iterator[int]:
    """The number of words that each of an adapter's tensors for the embedding or the output head is made for."""
    for name, shape in tensors.items():
        if name.endswith(".lora_embedding_A"):
            yield shape[1]
        elif name.endswith(("lm_head.lora_B.weight", *(f"{table}{kind}" for table in TABLES for kind in WHOLE))):
            yield shape[0]


def lora_shapes(tensors: Shapes) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each layer that an adapter's matrices change, and the shape [outputs, inputs] (of an embedding [words, hidden])
    that its weight must have."""
    for name, shape in tensors.items():
        module = name.partition(".lora_")[0].removeprefix("base_model.model.")
        if name.endswith(".lora_A.weight"):
            partner = tensors.get(name.replace(".lora_A.", ".lora_B."))
            if partner is not None:
                yield module, (partner[0], shape[1])
        elif name.endswith(".lora_embedding_A"):
            partner = tensors.get(name.replace(".lora_embedding_A", ".lora_embedding_B"))
            if partner is not None:
                yield module, (shape[1], partner[0])
