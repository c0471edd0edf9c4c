"""GPUs, planned before they are used: settings → how the servers of a MODE fit on them, and the limits they are given.

Pure functions. They refuse what cannot fit, naming what would; memory.py does the arithmetic.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, cast

from serve.errors import UsageError
from serve.hardware import GIB, Gpu
from serve.models.preflight_lora import largest_rank
from serve.models.vllm_0_32 import CONTEXT, CPU_BLOCK, GPU_BLOCK
from serve.modes import MODES, Mode
from serve.planning.architecture import Architecture, architecture
from serve.planning.memory import USABLE, Card, Demand, Fit, fit, steps
from serve.settings import Settings

CPU_KV_CACHE_GIB = 1.0
SHORTEST = 64  # tokens, the least that MAX_MODEL_LEN can be
LARGEST_GPU = 1024  # GiB, where the search for one that would do ends
Gpus = Mapping[int, Gpu]  # by the number that nvidia-smi gives each


@dataclass(frozen=True)
class Limits:
    """What every server of a deployment is given. None is left to vLLM.

    `kv_cache_bytes` is a whole server's. `lora_rank` is the adapter's, for the one server of MODE=lora.
    """

    kv_cache_bytes: int
    lora_rank: int = 1
    max_num_seqs: int | None = None
    max_num_batched_tokens: int | None = None
    memory_share: float = 0.05


@dataclass(frozen=True)
class Plan:
    """The cards that serve, and how the models fit on them at INT4 and at 16 bits, one of which is served."""

    cards: tuple[Card, ...]
    int4: Fit
    wide: Fit
    served: Fit

    @property
    def mode(self) -> Mode:
        return self.served.demand.mode

    @property
    def memory_share(self) -> float:
        """The part of a card that must be free when a server starts. vLLM looks when its context is there already, and
        takes it of all that the card has, whatever else is on it (request_memory in vllm/v1/worker/utils.py).
        """
        needed = self.served.total - CONTEXT
        return max(0.01, floor(1000 * needed / max(card.total for card in self.cards)) / 1000)

    @property
    def limits(self) -> Limits:
        return Limits(
            kv_cache_bytes=int(self.served.kv_cache_gib * GIB),
            lora_rank=self.served.demand.rank,
            max_num_seqs=self.served.max_num_seqs,
            max_num_batched_tokens=self.served.max_num_batched_tokens,
            memory_share=self.memory_share,
        )


def limits(settings: Settings, config: Mapping[str, Any], adapter: Mapping[str, Any], present: Gpus | None) -> Limits:
    """What every server is given: on GPU what the plan leaves; on CPU (`present` None) KV_CACHE_GIB, or 1 GiB.

    `config` is the base's config.json, `adapter` the adapter's adapter_config.json. Raises UsageError for what cannot
    fit.
    """
    model = architecture(config, settings.BASE_MODEL or "the demo")
    if present is None:
        check_length(model, settings)
        check_cache(model, settings, cpu_cache_gib(settings), CPU_BLOCK)
        return Limits(int(cpu_cache_gib(settings) * GIB), largest_rank(adapter))
    planned = plan(settings, model, largest_rank(adapter), present)
    check(planned, settings, present)
    return planned.limits


def cpu_cache_gib(settings: Settings) -> float:
    return settings.KV_CACHE_GIB or CPU_KV_CACHE_GIB


def plan(settings: Settings, model: Architecture, rank: int, present: Gpus, mode: Mode | None = None) -> Plan:
    """The plan for these settings, or for another mode, whether anything fits or not. `rank` is the adapter's.

    Raises UsageError for a length beyond the model's, and for GPUs that cannot serve together, or are not there.
    """
    mode = mode or settings.mode
    check_length(model, settings)
    base, tuned = gpus(settings, "base"), gpus(settings, "tuned") if "tuned" in mode.servers else ()
    if tuned and len(base) != len(tuned):
        raise UsageError(
            f"BASE_GPUS={settings.BASE_GPUS} and TUNED_GPUS={settings.TUNED_GPUS} are not the same number of GPUs, "
            "which would be no fair comparison; set one of them to as many as the other"
        )
    check_divisible(model, len(base), settings)
    cards = placed(base, tuned, mode, present)
    fits = {}
    for precision, group in (("int4", settings.GPTQ_GROUP_SIZE), ("fp", None)):
        stated = settings.KV_CACHE_GIB if precision == settings.PRECISION else None
        tried = [
            fit(Demand(model, mode, len(base), settings.MAX_MODEL_LEN, rank, group, taken), cards, stated)
            for taken in min((card.steps for card in cards), key=len)  # those that no card is too small for
        ]
        fits[precision] = next((found for found in tried if found.stands), tried[-1])
    return Plan(cards, int4=fits["int4"], wide=fits["fp"], served=fits[settings.PRECISION])


def gpus(settings: Settings, variant: str) -> tuple[int, ...]:
    """The GPUs of a variant's server, by number. Raises UsageError for one named twice."""
    name = f"{variant.upper()}_GPUS"
    stated = cast(str, getattr(settings, name))
    numbers = tuple(int(number) for number in stated.split(","))
    if len(set(numbers)) < len(numbers):
        raise UsageError(f"{name}={stated} names a GPU twice; set it to different ones")
    return numbers


def placed(base: tuple[int, ...], tuned: tuple[int, ...], mode: Mode, present: Gpus) -> tuple[Card, ...]:
    """The cards that serve. Raises UsageError for one that is not there."""
    cards = []
    for number, servers in sorted(Counter((*base, *tuned)).items()):
        if number not in present:
            name = "BASE_GPUS" if number in base else "TUNED_GPUS"
            there = ", ".join(str(known) for known in sorted(present))
            raise UsageError(f"{name} names GPU {number}, but the driver has only {there}; set it to one of those")
        awake = 1 if mode.sleep else servers
        gpu = present[number]
        cards.append(
            Card(
                number,
                size=int(gpu.gib * GIB),
                total=int(gpu.total_gib * GIB),
                steps=steps(gpu.total_gib, gpu.name),
                awake=awake,
                asleep=servers - awake,
            )
        )
    return tuple(cards)


def check_divisible(model: Architecture, parallel: int, settings: Settings) -> None:
    """Raises UsageError for a number of GPUs that vLLM cannot divide the model among.

    Heads have to come out even, and no GPTQ group may straddle two GPUs (can_implement of vLLM's Marlin kernel).
    """
    key_heads_even = model.kv_heads % parallel == 0 or parallel % model.kv_heads == 0
    divided = (model.heads * model.head, model.intermediate)
    groups_even = parallel == 1 or all(size % (parallel * settings.GPTQ_GROUP_SIZE) == 0 for size in divided)
    if model.heads % parallel or not key_heads_even or not groups_even:
        raise UsageError(
            f"BASE_GPUS={settings.BASE_GPUS}: this model ({model.heads} heads, {model.kv_heads} of them for keys, "
            f"GPTQ_GROUP_SIZE={settings.GPTQ_GROUP_SIZE}) cannot be divided among {parallel} GPUs; "
            "set BASE_GPUS and TUNED_GPUS to another number of them"
        )


def check_length(model: Architecture, settings: Settings) -> None:
    """Raises UsageError for requests longer than the model was made for."""
    if model.positions and model.positions < settings.MAX_MODEL_LEN:
        raise UsageError(
            f"MAX_MODEL_LEN={settings.MAX_MODEL_LEN} is more than the model's {model.positions} positions; "
            "set it to at most that"
        )


def check_cache(model: Architecture, settings: Settings, kv_cache_gib: float, block: int) -> None:
    """Raises UsageError when one request of the full length, in whole blocks, has no room in the cache."""
    needed = ceil(settings.MAX_MODEL_LEN / block) * block * model.kv_bytes_per_token / GIB
    if needed > kv_cache_gib:
        raise UsageError(
            f"one sequence of MAX_MODEL_LEN={settings.MAX_MODEL_LEN} tokens takes {needed:.3g} GiB, more than "
            f"KV_CACHE_GIB={kv_cache_gib:g}; raise the one or lower the other"
        )


def check(planned: Plan, settings: Settings, present: Gpus) -> None:
    """Raises UsageError when not one request of the full length fits, naming what would."""
    served = planned.served
    if settings.KV_CACHE_GIB and served.longest >= settings.MAX_MODEL_LEN:
        check_cache(served.demand.architecture, settings, settings.KV_CACHE_GIB, GPU_BLOCK)
        if served.room_gib < settings.KV_CACHE_GIB:
            raise UsageError(
                f"KV_CACHE_GIB={settings.KV_CACHE_GIB:g} is more than the {served.room_gib:g} GiB left for each "
                f"server's with MODE={planned.mode.name}; set it to at most that, or leave it empty"
            )
    elif not served.requests:
        raise UsageError(refusal(planned, settings, present))


def refusal(planned: Plan, settings: Settings, present: Gpus) -> str:
    """What does not fit, and what would, in one line."""
    card = min(planned.cards, key=lambda card: card.size / card.awake)
    needed = card.awake * planned.served.least + card.asleep * planned.served.demand.residue
    fits = alternatives(planned, settings, present)
    mode = f"MODE={planned.mode.name}" + (" with PRECISION=fp" if settings.PRECISION == "fp" else "")
    return (
        f"{mode} takes {needed / GIB:.1f} GiB of GPU {card.number} for one request of MAX_MODEL_LEN="
        f"{settings.MAX_MODEL_LEN} at a time, and of its {card.size / GIB:.4g} GiB only {card.size * USABLE / GIB:.1f} "
        f"can be used; what fits: {', or '.join(fits) or 'a smaller model'}"
    )


def alternatives(planned: Plan, settings: Settings, present: Gpus) -> list[str]:
    """What a person could change, one thing at a time, so that the plan fits."""
    model, rank = planned.served.demand.architecture, planned.served.demand.rank
    free = settings.model_copy(update={"KV_CACHE_GIB": None})

    def fits(present: Gpus, mode: Mode | None = None) -> bool:
        return plan(free, model, rank, present, mode).served.requests > 0

    found = [f"MODE={mode.name}" for mode in other_modes(settings) if fits(present, mode)]
    if planned.served.longest >= SHORTEST:
        found.append(f"MAX_MODEL_LEN={planned.served.longest // SHORTEST * SHORTEST}")
    sizes = (size for size in range(1, LARGEST_GPU) if fits(dict.fromkeys(present, Gpu(size, size))))
    return found + [f"a GPU of {size} GiB" for size in [next(sizes, None)] if size]


def other_modes(settings: Settings) -> list[Mode]:
    """The modes that these settings could be changed to; only servers that share their cards have reason to swap, and
    one of the INT4 base has nothing in full precision.
    """
    int4, shared = settings.PRECISION == "int4", settings.BASE_GPUS == settings.TUNED_GPUS
    possible = [mode for mode in MODES.values() if (int4 or not mode.lora) and (shared or not mode.sleep)]
    return [mode for mode in possible if mode != settings.mode]
