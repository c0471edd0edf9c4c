"""All that is looked at before anything is made or started: models, disk, memory, cards, licences.

It reads configurations and headers of weights, never a weight; what each check knows stands in the module it is from.
What is on the hub alone is looked at as far as its configuration goes, and again when it is there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Protocol

from serve import hardware
from serve.errors import UsageError
from serve.hardware import GIB, Gpu
from serve.models import licences, preflight, preflight_pair
from serve.models.calibration import calibration_rows
from serve.models.preflight_lora import check_runtime_lora
from serve.models.quantizing import host_memory
from serve.models.sources import Sources
from serve.models.vllm_0_32 import BFLOAT16_CARDS
from serve.planning import decision
from serve.settings import Settings, size_bytes


class Machine(Protocol):
    """Where jobs and servers run, as the runtime has it."""

    gpu: bool
    server_memory: int | None


@dataclass
class Findings:
    """Each is a line. `refusals` keep from starting, `warnings` do not; `duties` are what passing the models on asks
    for, `figures` what disk and memory come to.
    """

    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    duties: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    decided: decision.Decision | None = None

    def notes(self) -> list[str]:
        """What is to be read, and keeps from nothing."""
        return [f"Note: {line}" for line in self.warnings] + [f"Licence: {line}" for line in self.duties]

    def refuse(self) -> None:
        """Raises UsageError with every refusal, one a line."""
        if self.refusals:
            raise UsageError("\n".join(dict.fromkeys(self.refusals)))


def findings(settings: Settings, sources: Sources, machine: Machine, running: bool, disk: Path | None) -> Findings:
    """`running`: servers of ours do, and have their memory already. `disk`: the folder where models will be made; None
    where nothing has to be made, or it lies where this cannot see it."""
    found = Findings()

    def check(act: Callable[[], object]) -> bool:
        try:
            act()
        except UsageError as refusal:
            found.refusals.append(str(refusal))
            return False
        return True

    check(lambda: settings.mode.check(machine.gpu, settings.PRECISION))
    base, adapter = sources.base, sources.adapter
    whole = isinstance(base, Path) and check(lambda: check_base(settings, base))
    if isinstance(base, Path) and whole and disk:
        found.figures.append(f"Disk: {preflight.disk_needed(base) / 1e9:.1f} GB for the merged and INT4 models.")
        check(lambda: preflight.check_disk(base, disk))
    if isinstance(base, Path) and isinstance(adapter, Path):
        if whole and check(lambda: check_adapter(settings, adapter, base)):
            found.warnings += told(settings, base, adapter)
    elif isinstance(adapter, Path):
        check(lambda: preflight.read_config(preflight.in_order(adapter)[0], "adapter_config.json", "ADAPTER"))
    found.duties += duties(sources)
    if not found.refusals:
        total, free = hardware.host_memory()
        check(lambda: decide(found, settings, sources, machine, total if running else free))
        in_containers = machine.server_memory is not None
        found.warnings += [*jobs(settings, base, total, in_containers), *cards(settings, machine)]
        if isinstance(base, Path):
            found.figures.append(f"Quantizing takes {host_memory(base) / GIB:.1f} GiB of it.")
    check(lambda: calibration_rows(sources.calibration))
    return found


def check_base(settings: Settings, base: Path) -> None:
    preflight.check_model(base)
    preflight.check_quantizable(base, settings.GPTQ_GROUP_SIZE)


def check_adapter(settings: Settings, adapter: Path, base: Path) -> None:
    several = preflight.in_order(adapter)
    for one in several:
        preflight.check_adapter(one, base)
    if settings.mode.lora and len(several) > 1:
        raise UsageError(
            f"{adapter}: {len(several)} adapters; MODE=lora serves one, set MODE=pair to merge them in turn"
        )
    if settings.mode.lora:
        check_runtime_lora(adapter, base)


def decide(found: Findings, settings: Settings, sources: Sources, machine: Machine, available_gib: float) -> None:
    found.decided = decision.decide(settings, sources, machine.gpu, machine.server_memory, available_gib)
    cache = found.decided.limits.kv_cache_bytes / GIB
    found.figures.append(
        f"Each server gets {cache:.3g} GiB of KV cache; of the host's memory {available_gib:.1f} GiB can be had."
    )


def told(settings: Settings, base: Path, adapter: Path) -> Iterator[str]:
    """What base and adapter come to together, where nothing of it fails."""
    several = preflight.in_order(adapter)
    vocabularies = [preflight.extended_vocabulary(one, base) for one in several]
    if not settings.demo:
        for one, words in zip(several, vocabularies, strict=True):
            yield from preflight_pair.differences(base, one, words is not None)
    adapter, words = several[-1], vocabularies[-1]
    config = preflight.read_config(base, "config.json", "BASE_MODEL")
    if words and config.get("tie_word_embeddings") and preflight.changes_one_table(adapter):
        size = words * int(config.get("hidden_size", 0)) * 2
        yield (
            f"{adapter}: added words, and changes one of two tables that the base shares; the merged model gets a "
            f"second one, {size / 1e9:.2g} GB"
        )


def duties(sources: Sources) -> Iterator[str]:
    for source in (sources.base, sources.adapter):
        found = licences.duty(source) if isinstance(source, Path) else None
        if found:
            yield f"{source}: {found.told}"


def jobs(settings: Settings, base: Path | str, total_gib: float, in_containers: bool) -> Iterator[str]:
    """Where making the models takes more of the host's memory than there is."""
    if isinstance(base, str):
        return
    needed = host_memory(base) / GIB
    limit = size_bytes(settings.JOB_MEMORY) / GIB
    if in_containers and needed > limit:
        yield (
            f"quantizing takes about {needed:.1f} GiB of the host's memory, more than its container may have by "
            f"JOB_MEMORY={settings.JOB_MEMORY}; set it to {ceil(needed)}g"
        )
    if needed > total_gib:
        yield (
            f"quantizing takes about {needed:.1f} GiB of the host's memory, and this machine has {total_gib:.1f}; set "
            "BASE_MODEL to a smaller one, or add swap"
        )


def cards(settings: Settings, machine: Machine) -> Iterator[str]:
    """Cards that compute in another type than the model's."""
    if not machine.gpu or settings.GPU_MEMORY_GIB:
        return
    known: dict[int, Gpu] = hardware.gpus()
    for number, capability in hardware.capabilities().items():
        if capability < BFLOAT16_CARDS:
            name = known[number].name if number in known else "a card"
            yield (
                f"GPU {number}, {name}, has no bfloat16, and vLLM computes in float16 on it: what overflows there "
                "comes out as nonsense; set BASE_GPUS and TUNED_GPUS to newer cards where there are any"
            )
