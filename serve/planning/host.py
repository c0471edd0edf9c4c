"""What the servers take of the host's memory, and whether it is there. Pure arithmetic, in bytes.

Counted is what cannot be taken back: a checkpoint is read through a mapping of its files, whose pages can.
"""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from serve.errors import UsageError
from serve.hardware import GIB
from serve.models.preflight_lora import largest_rank
from serve.models.vllm_0_32 import OWN_PIECE, PROCESS, SHARED_PIECE, lora_step
from serve.planning import plan
from serve.planning.architecture import WIDE, Architecture, architecture
from serve.planning.memory import Demand
from serve.settings import Settings


def need(settings: Settings, config: Mapping[str, Any], adapter: Mapping[str, Any], present: plan.Gpus | None) -> int:
    """What each server takes. `present`: None on CPU, where the model itself lies in the host's memory.

    Raises UsageError as plan.plan does.
    """
    model, rank = architecture(config, settings.BASE_MODEL or "the demo"), largest_rank(adapter)
    if present is not None:
        return on_gpu(plan.plan(settings, model, rank, present).served.demand)
    weights = model.wide_bytes if settings.PRECISION == "fp" else model.int4_bytes(settings.GPTQ_GROUP_SIZE)
    adapters = 2 * model.lora_bytes(lora_step(rank)) if settings.mode.lora else 0
    return 2 * PROCESS + weights + adapters + int(plan.cpu_cache_gib(settings) * GIB)


def training(model: Architecture) -> int:
    """What training on the CPU takes at the least: the base in float32. What its rows take beside it, nobody counts."""
    return 2 * model.wide_bytes


def on_gpu(demand: Demand) -> int:
    """What a server takes that the GPUs do the work for: one process for HTTP, one for the engine, and one for each
    GPU of several. One that may sleep has a copy of what it held of the GPUs, and keeps that room when it wakes.
    """
    processes = 2 + (demand.parallel if demand.parallel > 1 else 0)
    return processes * PROCESS + (demand.parallel * copied(demand) if demand.mode.sleep else 0)


def copied(demand: Demand) -> int:
    """The pinned copy of what a sleeping server had on one of its GPUs: weights and CUDA graphs."""
    sizes = [size / demand.parallel for size in tensors(demand.architecture, demand.int4_group)]
    return demand.graphs + sum(pinned(ceil(size)) for size in sizes)


def pinned(size: int) -> int:
    """What the copy of a tensor takes."""
    return 1 << (size - 1).bit_length() if size >= OWN_PIECE else ceil(size * SHARED_PIECE)


def tensors(model: Architecture, int4_group: int | None) -> Iterator[int]:
    """The sizes of a model's tensors as vLLM holds them, which makes one of q, k and v, and one of gate and up."""
    yield from [WIDE * model.vocabulary * model.hidden] * (1 if model.tied else 2)
    for linears in (model.block[:3], model.block[3:4], model.block[4:6], model.block[6:]):
        numbers = sum(linear.inputs * linear.outputs for linear in linears)
        if int4_group is None:
            yield from [WIDE * numbers] * model.layers
        else:
            packed = sum(linear.packed_bytes(int4_group) for linear in linears)
            yield from [numbers // 2, packed - numbers // 2] * model.layers


def check_cpu_cache(settings: Settings, cache_bytes: int, total_gib: float) -> None:
    """Raises UsageError where the servers' KV caches alone are more than all the memory that a machine without a GPU
    has: vLLM would find out after all was made.
    """
    servers, cache_gib = len(settings.mode.servers), cache_bytes / GIB
    if servers * cache_gib > total_gib:
        raise UsageError(
            f"KV_CACHE_GIB={cache_gib:g}, for each of {servers} servers on the CPU, is more than this machine's "
            f"{total_gib:.1f} GiB of memory; lower it"
        )


def check(settings: Settings, each: int, limit: int | None, available_gib: float | None) -> None:
    """Raises UsageError where a server takes more than its container may have (`limit`, in bytes), or where sleeping
    takes more than this machine has. None: there is no such bound.
    """
    mode = f"MODE={settings.MODE}" + (" with PRECISION=fp" if settings.PRECISION == "fp" else "")
    if limit is not None and each > limit:
        raise UsageError(
            f"{mode} takes {each / GIB:.1f} GiB of the host's memory for each server, more than its container may have "
            f"by SERVER_MEMORY={settings.SERVER_MEMORY}; set it to {ceil(each / GIB)}g"
        )
    whole = 2 * each / GIB  # MODE=swap has two servers
    if settings.mode.sleep and available_gib is not None and whole > available_gib:
        raise UsageError(
            f"{mode} takes {whole:.1f} GiB of the host's memory, where the weights of a server wait that sleeps, and "
            f"{available_gib:.1f} GiB of it can be had; set MODE to another, or end what else takes memory"
        )
