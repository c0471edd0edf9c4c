"""All that is looked at before anything is made or started: models, disk, memory, cards, licences.

It reads configurations and headers of weights, never a weight; what each check knows stands in the module it is from.
Of what is on the hub alone, these are asked for without the rest; all is looked at again when it is there.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Protocol

from serve import hardware
from serve.errors import UsageError
from serve.hardware import GIB, Gpu
from serve.models import licences, preflight, preflight_adapter, preflight_pair, quantizing
from serve.models.calibration import calibration_rows
from serve.models.outline import Outlines
from serve.models.preflight_lora import check_runtime_lora
from serve.models.quantizing import host_memory
from serve.models.sources import Sources
from serve.models.vllm_0_32 import BFLOAT16_CARDS
from serve.planning import decision, host
from serve.settings import Settings, size_bytes

LONG = 600  # seconds


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
    with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
        outlines = Outlines(Path(folder), settings.HF_TOKEN.get_secret_value())
        look(found, settings, sources, outlines, machine, running, disk)
    for lines in (found.refusals, found.warnings, found.duties):
        lines[:] = map(outlines.named, lines)
    return found


def look(
    found: Findings,
    settings: Settings,
    sources: Sources,
    outlines: Outlines,
    machine: Machine,
    running: bool,
    disk: Path | None,
) -> None:
    def check(act: Callable[[], object]) -> bool:
        try:
            act()
        except UsageError as refusal:
            found.refusals.append(str(refusal))
            return False
        return True

    def outlined(setting: str, *given: Path | str) -> list[Path]:
        """All of them, or none."""
        folders: list[Path] = []
        return folders if check(lambda: folders.extend([outlines.of(one, setting) for one in given])) else []

    check(lambda: settings.mode.check(machine.gpu, settings.PRECISION))
    base = next(iter(outlined("BASE_MODEL", sources.base)), None)
    adapters = [one for folder in outlined("ADAPTER", *sources.adapters) for one in preflight_adapter.in_order(folder)]
    whole = base is not None and check(lambda: check_base(settings, base))
    if base and whole and disk:
        found.figures.append(f"Disk: {preflight.disk_needed(base) / 1e9:.1f} GB for the merged and INT4 models.")
        check(lambda: preflight.check_disk(base, disk))
    if outlines.download:
        found.figures.append(f"Download: {outlines.download / 1e9:.1f} GB.")
        check(lambda: check_download(outlines.download, preflight.disk_needed(base) if base and whole else 0, disk))
    if base and whole and adapters:
        if check(lambda: check_adapters(settings, adapters, base)):
            found.warnings += told(settings, base, adapters)
    elif adapters:
        check(lambda: preflight.read_config(adapters[0], "adapter_config.json", "ADAPTER"))
    found.duties += duties([base, *adapters] if base else adapters)
    if base and adapters and not found.refusals:
        total, free = hardware.host_memory()
        here = Sources(base, adapters[-1], sources.calibration)
        check(lambda: decide(found, settings, here, machine, total, total if running else free))
        in_containers = machine.server_memory is not None
        found.warnings += [*jobs(settings, base, total, in_containers), *cards(settings, machine)]
        found.figures.append(f"Quantizing takes {host_memory(base) / GIB:.1f} GiB of it.")
        found.figures += how_long(base, machine.gpu)
    check(lambda: calibration_rows(sources.calibration))


def check_base(settings: Settings, base: Path) -> None:
    preflight.check_model(base)
    preflight.check_quantizable(base, settings.GPTQ_GROUP_SIZE)


def check_adapters(settings: Settings, several: Sequence[Path], base: Path) -> None:
    for one in several:
        preflight_adapter.check_adapter(one, base)
    if settings.mode.lora and len(several) > 1:
        raise UsageError(
            f"ADAPTER names {len(several)} adapters; MODE=lora serves one, set MODE=pair to merge them in turn"
        )
    if settings.mode.lora:
        check_runtime_lora(several[0], base)


def check_download(size: int, made: int, disk: Path | None) -> None:
    """Raises UsageError when the disk of the hub's cache has no room for what is downloaded to it, in bytes, and for
    what is made of it if that comes to the same disk.
    """
    from huggingface_hub.constants import HF_HUB_CACHE

    cache = Path(HF_HUB_CACHE)
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    needed = size + (made if disk and disk.stat().st_dev == there.stat().st_dev else 0)
    free = shutil.disk_usage(there).free
    if free < needed:
        raise UsageError(
            f"{cache}: {free / 1e9:.1f} GB free, but {size / 1e9:.1f} GB are downloaded to it, and with what is made "
            f"of them its disk needs {needed / 1e9:.1f} GB; free some space, or set HF_HOME in the environment to a "
            "folder on a larger disk"
        )


def decide(
    found: Findings, settings: Settings, sources: Sources, machine: Machine, total_gib: float, available_gib: float
) -> None:
    found.decided = decision.decide(settings, sources, machine.gpu, machine.server_memory, available_gib)
    if not machine.gpu:
        host.check_cpu_cache(settings, found.decided.limits.kv_cache_bytes, total_gib)
    cache = found.decided.limits.kv_cache_bytes / GIB
    found.figures.append(
        f"Each server gets {cache:.3g} GiB of KV cache; of the host's memory {available_gib:.1f} GiB can be had."
    )


def told(settings: Settings, base: Path, several: Sequence[Path]) -> Iterator[str]:
    """What base and adapters come to together, where nothing of it fails."""
    vocabularies = [preflight_adapter.extended_vocabulary(one, base) for one in several]
    if not settings.demo:
        for one, words in zip(several, vocabularies, strict=True):
            yield from preflight_pair.differences(base, one, words is not None)
    adapter, words = several[-1], vocabularies[-1]
    config = preflight.read_config(base, "config.json", "BASE_MODEL")
    if words and config.get("tie_word_embeddings") and preflight_adapter.changes_one_table(adapter):
        size = words * int(config.get("hidden_size", 0)) * 2
        yield (
            f"{adapter}: added words, and changes one of two tables that the base shares; the merged model gets a "
            f"second one, {size / 1e9:.2g} GB"
        )


def duties(folders: Sequence[Path]) -> Iterator[str]:
    for folder in folders:
        if found := licences.duty(folder):
            yield f"{folder}: {found.told}"


def jobs(settings: Settings, base: Path, total_gib: float, in_containers: bool) -> Iterator[str]:
    """Where making the models takes more of the host's memory than there is."""
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


def how_long(base: Path, gpu: bool) -> Iterator[str]:
    """Where quantizing is nothing to wait for."""
    cores = hardware.cores()
    least, most = quantizing.seconds(base, gpu, cores)
    unit, each = ("hours", 3600) if most >= 2 * 3600 else ("minutes", 60)
    if most >= LONG:
        about = f"{max(1, round(least / each))} to {ceil(most / each)} {unit}"
        yield f"Estimate: quantizing takes {about} for each model, on {'an A100' if gpu else f'{cores} cores'}."


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
