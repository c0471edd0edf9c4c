"""What will not work, said before the hours are spent: model folders, disks, ports. Adapters have preflight_adapter.py.

It reads headers and configuration only, never weights, and needs the standard library alone. The jobs import it
too, so that a job run alone refuses the same things in the same words.
"""

import os
import re
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serve.errors import UsageError
from serve.models.headers import Damaged, header, read_json, weight_files
from serve.models.vllm_0_32 import GROUP_SIZES, KERNEL_MULTIPLE, SUPPORTED

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
ADAPTER_FILE = "adapter_model.safetensors"  # the one that peft reads
# Tensors with rows and columns; all others of these families have one dimension.
MATRIX = re.compile(
    r"(_proj|embed_tokens|lm_head)(\.base_layer|\.token_adapter|\.modules_to_save)*\.weight$"
    r"|\.lora_[AB]\.weight$|\.lora_embedding_[AB]$"
)
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
