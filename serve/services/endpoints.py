"""What is behind each variant's endpoint: which model, of which version, as which vLLM server; and `endpoints.json`,
which tells others where they answer. Pure but for writing that file; it starts nothing.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from serve.errors import Failure
from serve.models.store import Store, describe, inputs_digest, parent, read_manifest
from serve.modes import VARIANTS
from serve.planning import plan
from serve.services import catalog, tool_parsers, vllm
from serve.settings import Settings


def checkpoint(store: Store, variant: str) -> Path:
    """The whole version in force. Raises Failure where there is none: what is not whole is never served."""
    folder = store.current(variant)
    if folder is None:
        raise Failure(f"{store.root / variant}: no whole checkpoint in it; run `make up` again")
    return folder


def model(settings: Settings, store: Store, variant: str, base: Path) -> Path:
    """The folder that a variant's server serves. With PRECISION=fp that is what its INT4 checkpoint was made from:
    `base`, the base as it was given, and what the merge made of it. Raises Failure where it is not there.
    """
    if settings.PRECISION == "int4":
        return checkpoint(store, variant)
    if variant == "base":
        return base
    merged, made_from = checkpoint(store, "merged"), parent(read_manifest(checkpoint(store, variant)))
    if made_from and made_from != merged.name:  # as after a rollback to a version whose merge is not kept
        raise Failure(
            f"{merged}: not what the tuned model in force was made from ({made_from}); set ADAPTER to its own"
        )
    return merged


def versions(settings: Settings, store: Store, adapter_version: str) -> dict[str, str]:
    """What identifies the model of each variant: a version of the store, or that of an adapter served as it is."""
    named = {variant: named_for(settings, checkpoint(store, variant).name) for variant in settings.mode.servers}
    return {variant: named.get(variant, adapter_version) for variant in VARIANTS}


def named_for(settings: Settings, version: str) -> str:
    """A version of an INT4 checkpoint or, with PRECISION=fp, of what it was made from: `1f2e3d4c5b6a-fp`.

    A checkpoint's version is a digest of all that made it, so what goes by such a name is one model alone.
    """
    return version if settings.PRECISION == "int4" else f"{version}-fp"


def quantization(settings: Settings, store: Store, variant: str) -> str:
    """How the weights are quantized that answer for a variant, in words: `gptq int4 g128`, or `none`.

    In MODE=lora they are the base's for both; the adapter on top of them never is.
    """
    if settings.PRECISION == "fp":
        return "none"
    folder = checkpoint(store, variant if variant in settings.mode.servers else "base")
    about = json.loads((folder / "config.json").read_text())["quantization_config"]
    return f"{about['quant_method']} int{about['bits']} g{about['group_size']}"


def tool_parser(settings: Settings, store: Store) -> str:
    """What reads the calls of tools that any of the servers writes, the same for all: the base's chat template says."""
    return settings.TOOL_PARSER or tool_parsers.parser_of(checkpoint(store, "base"))


def adapter_version(adapter: Path) -> str:
    """The digest of an adapter's files, as short as a version of the store."""
    return inputs_digest({name: file["sha256"] for name, file in describe(adapter).items()})


def server(
    settings: Settings,
    variant: str,
    folder: Path,
    limits: plan.Limits,
    gpu: bool,
    adapter: Path | None = None,
    tool_parser: str = tool_parsers.NONE,
) -> vllm.Server:
    """`limits` and `tool_parser` are the same for every server. `adapter`: what it has as its second model, in
    MODE=lora."""
    return vllm.Server(
        name=variant,
        model=folder,
        port=catalog.service(variant).loopback_port(settings),
        max_model_len=settings.MAX_MODEL_LEN,
        kv_cache_bytes=limits.kv_cache_bytes,
        gpu=gpu,
        gpus=plan.gpus(settings, variant),
        max_num_seqs=limits.max_num_seqs,
        max_num_batched_tokens=limits.max_num_batched_tokens,
        memory_share=limits.memory_share,
        lora=vllm.Lora("tuned", adapter, limits.lora_rank) if adapter else None,
        sleep=settings.mode.sleep,
        tool_parser=None if tool_parser == tool_parsers.NONE else tool_parser,
    )


def write_endpoints(
    file: Path,
    urls: Mapping[str, str],
    versions: Mapping[str, str],
    quantizations: Mapping[str, str],
    tool_parser: str,
    key_file: str,
    key_name: str | None = None,
) -> None:
    """`endpoints.json`, for the harness and anyone else: where each variant answers and what that is, and the file
    with the key.
    """
    entries = [
        {
            "name": variant,
            "url": urls[variant],
            "model": variant,
            "version": versions[variant],
            "quantization": quantizations[variant],
            "tool_parser": tool_parser,
            "key_file": key_file,
            **({"key_name": key_name} if key_name else {}),
        }
        for variant in VARIANTS
    ]
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(json.dumps({"endpoints": entries}, indent=2) + "\n")
    draft.replace(file)
