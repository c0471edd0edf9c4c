"""What will not work, said before the hours are spent: model folders, adapters, ports.

It reads headers and configuration only, never weights, and needs the standard library alone. The jobs import it
too, so that a job run alone refuses the same things in the same words.
"""

import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from serve.errors import UsageError
from serve.models.headers import Damaged, header, read_json, weight_files
from serve.models.vllm_0_32 import GROUP_SIZES, KERNEL_MULTIPLE, SUPPORTED

TABLES = ("embed_tokens", "lm_head")
# How peft names a table that it saves whole, depending on what else it does to it.
WHOLE = (".weight", ".base_layer.weight", ".token_adapter.base_layer.weight", ".modules_to_save.weight")
# Sizes in a config.json, and what is beyond every model of the supported families.
LARGEST = {
    "num_hidden_layers": 1000,
    "hidden_size": 131_072,
    "intermediate_size": 1_048_576,
    "num_attention_heads": 1024,
    "num_key_value_heads": 1024,
    "head_dim": 4096,
    "vocab_size": 4_194_304,
    "max_position_embeddings": 2**31,
}
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
ADAPTER_FILE = "adapter_model.safetensors"  # the one that peft reads
PATTERNS = ("rank_pattern", "alpha_pattern")
NUMBERED = re.compile(r"(\d+)(?:-|$)")  # of folders with adapters: which comes when
# Tensors with rows and columns; all others of these families have one dimension.
MATRIX = re.compile(
    r"(_proj|embed_tokens|lm_head)(\.base_layer|\.token_adapter|\.modules_to_save)*\.weight$"
    r"|\.lora_[AB]\.weight$|\.lora_embedding_[AB]$"
)
# What peft puts into the names of a base's weights, and what of an adapter's own has no counterpart in the base.
INSERTED = re.compile(r"^base_model\.model\.|\.(base_layer|token_adapter|modules_to_save)(?=\.)")
OWN = re.compile(r"\.(lora_|trainable_tokens_|original_module\.)")
EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"
Shapes = dict[str, list[int]]


def check_model(folder: Path) -> dict[str, Any]:
    """The configuration of a base model that can be merged, quantized and served.

    Raises UsageError naming the first thing that cannot be.
    """
    config = read_config(folder, "config.json", "BASE_MODEL")
    check_config(config, folder)
    if (folder / "adapter_config.json").exists():  # what it names is loaded instead
        raise UsageError(
            f"{folder}: has an adapter beside its weights, which transformers would load in their place; move its "
            "adapter_config.json and adapter_model.safetensors out of BASE_MODEL"
        )
    tensor_shapes(folder, "BASE_MODEL")
    if not has_chat_template(folder):
        raise UsageError(f"{folder}: no chat template; put a chat_template.jinja beside the weights of BASE_MODEL")
    return config


def check_config(config: Mapping[str, Any], where: object) -> None:
    """Raises UsageError when a config.json is that of a model which cannot be served; `where` is where it came from."""
    if "quantization_config" in config:
        raise UsageError(f"{where}: quantized already; set BASE_MODEL to the full-precision model it was made from")
    if config.get("model_type") not in SUPPORTED:
        raise UsageError(
            f"{where}: model type {config.get('model_type')!r} is not supported; "
            f"set BASE_MODEL to a model of the {' or '.join(SUPPORTED)} family"
        )
    if config.get("auto_map"):
        raise UsageError(
            f"{where}: asks for code of its own to be run (auto_map), which is never done here; set BASE_MODEL to one "
            "that transformers knows by itself"
        )
    stated = config.get("architectures") or []
    made_for = stated if isinstance(stated, list) else [stated]
    if made_for and not any(str(name).endswith("ForCausalLM") for name in made_for):
        raise UsageError(f"{where}: made for {made_for[0]}, not for chat; set BASE_MODEL to a ...ForCausalLM model")
    if config.get("hidden_act", "silu") != "silu":
        raise UsageError(
            f"{where}: hidden_act {config['hidden_act']!r} is none that vLLM serves in this family; set BASE_MODEL to "
            "one with silu"
        )
    absurd = next((name for name, most in LARGEST.items() if not plausible(config.get(name, 1), most)), None)
    if absurd:
        said = ascii(config[absurd])[:40]
        raise UsageError(f"{where}: {absurd} is {said}, which no model has; mend its config.json, or set BASE_MODEL")


def plausible(size: Any, most: int) -> bool:
    return size is None or (type(size) is int and 0 < size <= most)


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


def check_quantizable(folder: Path, group_size: int) -> None:
    """Raises UsageError when a linear layer is not a whole number of groups wide, or of what vLLM's kernels take.

    Both quantizers accept such a layer silently.
    """
    linears = {
        name: shape
        for name, shape in tensor_shapes(folder, "BASE_MODEL").items()
        if ".layers." in name and name.endswith("_proj.weight") and len(shape) == 2
    }
    for name, (outputs, inputs) in linears.items():
        odd = next((size for size in (inputs, outputs) if size % KERNEL_MULTIPLE), None)
        if odd:
            raise UsageError(
                f"{folder}: {name} is {outputs}x{inputs}, and INT4 is served in multiples of {KERNEL_MULTIPLE} alone; "
                "set BASE_MODEL to another"
            )
        if inputs % group_size:
            fitting = [size for size in GROUP_SIZES if not any(shape[1] % size for shape in linears.values())]
            raise UsageError(
                f"{folder}: {name} takes {inputs} inputs, which is no multiple of GPTQ_GROUP_SIZE={group_size}; "
                f"set it to one of {', '.join(map(str, fitting))}"
            )


def has_chat_template(folder: Path) -> bool:
    stated = folder / "tokenizer_config.json"
    return (folder / "chat_template.jinja").exists() or (stated.is_file() and b"chat_template" in stated.read_bytes())


def check_disk(base: Path, target: Path) -> None:
    """Raises UsageError when the copies to be made of a base (merged, two at INT4) will not fit."""
    needed, free = disk_needed(base), shutil.disk_usage(target).free
    if free < needed:
        raise UsageError(
            f"{target}: {free / 1e9:.1f} GB free, but the merged and quantized models need about "
            f"{needed / 1e9:.1f} GB; free some space, or move the checkout to a larger disk"
        )


def disk_needed(base: Path) -> int:
    return int(1.7 * weight_bytes(base))


def weight_bytes(base: Path) -> int:
    return sum(path.stat().st_size for path in weight_files(base, "BASE_MODEL"))


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


def tensor_shapes(folder: Path, setting: str) -> Shapes:
    """The shape of every tensor of a folder's safetensors files, from their headers.

    Raises UsageError for pickled weights, and for files that are cut short, lie, or are missing from the index.
    """
    shapes: Shapes = {}
    own = folder / ADAPTER_FILE
    for path in [own] if setting == "ADAPTER" and own.exists() else weight_files(folder, setting):
        check_readable(path)
        shapes |= {name: list(tensor.shape) for name, tensor in header(path, setting).items()}
    for name, shape in shapes.items():
        if len(shape) not in (1, 2) or (len(shape) == 1 and MATRIX.search(name)):
            raise UsageError(
                f"{folder}: {name} has {len(shape)} dimensions, as in no model that is served; set {setting}"
            )
    return shapes


def check_readable(path: Path, everyone: bool = False) -> None:
    """Raises UsageError for a file or folder that may not be read: by us or, for containers, by everyone.

    What safetensors writes, only its owner may read.
    """
    wanted = 0o005 if path.is_dir() else 0o004
    if not os.access(path, os.R_OK) or (everyone and path.stat().st_mode & wanted != wanted):
        whom = "containers, whose user is not its owner" if everyone else "this user"
        raise UsageError(f"{path}: may not be read by {whom}; chmod -R a+rX {path if path.is_dir() else path.parent}")


def read_config(folder: Path, name: str, setting: str) -> dict[str, Any]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; set {setting} to a model folder or a hub name")
    try:
        config = read_json(folder / name)
    except FileNotFoundError:
        raise UsageError(f"{folder}: no {name} in it; set {setting} to the folder that holds it") from None
    except (OSError, Damaged) as error:
        raise UsageError(f"{folder / name}: not readable as JSON ({error}); mend it or set {setting}") from None
    if not isinstance(config, dict):
        raise UsageError(f"{folder / name}: not a JSON object; mend it or set {setting}")
    return dict(config)


def check_port(port: int, setting: str) -> None:
    """Raises UsageError when something listens on this loopback port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise UsageError(f"port {port} is already taken; set {setting} to a free one") from None
