"""What a plan is made from: configurations (of a folder or of the hub), and the memory of the GPUs.

It reads and asks; plan.py decides.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from serve import hardware
from serve.errors import UsageError
from serve.hardware import Gpu
from serve.models import preflight
from serve.models.sources import Sources, fetch_file
from serve.planning import host, plan
from serve.settings import Settings


def limits(
    settings: Settings, base: Path, adapter: Path | None, gpu: bool, driver: plan.Gpus | None = None
) -> plan.Limits:
    """What every server is given, told from a folder of the base (as it was, or quantized): the one place where
    KV_CACHE_GIB gets its value. `driver`: the machine's GPUs, where its driver cannot be asked here.

    Raises UsageError for what cannot fit.
    """
    config = preflight.read_config(base, "config.json", "BASE_MODEL")
    adapter_config = preflight.read_config(adapter, "adapter_config.json", "ADAPTER") if adapter else {}
    return plan.limits(settings, config, adapter_config, gpus(settings, driver) if gpu else None)


def limits_before_fetching(settings: Settings, sources: Sources) -> plan.Limits:
    """The same on GPU from what was named, before gigabytes of it are fetched: the configurations are enough."""
    return plan.limits(settings, *configurations(settings, sources), gpus(settings))


def check_host(
    settings: Settings,
    base: Path | str,
    adapter: Path | str | None,
    gpu: bool,
    limit: int | None,
    available_gib: float | None = None,
    driver: plan.Gpus | None = None,
) -> None:
    """Raises UsageError where the host's memory is too little: `limit` bytes of it for each server's container, where
    there is one, and `available_gib` for all, where that is known.
    """
    config = configuration(settings, base, "config.json", "BASE_MODEL")
    adapter_config = configuration(settings, adapter, "adapter_config.json", "ADAPTER") if adapter else {}
    each = host.need(settings, config, adapter_config, gpus(settings, driver) if gpu else None)
    host.check(settings, each, limit, available_gib)


def configurations(settings: Settings, sources: Sources) -> tuple[dict[str, Any], dict[str, Any]]:
    """The base's config.json and the adapter's adapter_config.json. Raises UsageError for those that do not serve."""
    config = configuration(settings, sources.base, "config.json", "BASE_MODEL")
    preflight.check_config(config, sources.base)
    return config, configuration(settings, sources.adapter, "adapter_config.json", "ADAPTER")


def configuration(settings: Settings, source: Path | str, file: str, setting: str) -> dict[str, Any]:
    if isinstance(source, str):
        source = fetch_file(source, file, setting, settings.HF_TOKEN.get_secret_value()).parent
    return preflight.read_config(source, file, setting)


def gpus(settings: Settings, driver: plan.Gpus | None = None) -> plan.Gpus:
    """The GPUs to plan for, by number: as the driver has them, with GPU_MEMORY_GIB of each where that is set.

    Where that is more than the driver has, or there is no driver, it is another GPU that is planned for. Raises
    UsageError where neither says anything.
    """
    present = hardware.gpus() if driver is None else driver
    stated = settings.GPU_MEMORY_GIB
    if not stated:
        if not present:
            raise UsageError(
                "no GPU here says how much memory it has; set GPU_MEMORY_GIB to that of the one to plan for"
            )
        return present
    return {number: part(stated, present.get(number)) for number in named(settings)}


def part(stated: float, gpu: Gpu | None) -> Gpu:
    """So many GiB of a GPU, or a GPU of so many."""
    return replace(gpu, gib=stated) if gpu and stated <= gpu.total_gib else Gpu(stated, stated)


def inside(settings: Settings, told: str) -> plan.Gpus:
    """The machine's GPUs, in one server's container: `told` is what its driver says of them, as `make up` hands it on.

    Where it was not told, the driver here is asked. It shows this server's GPUs alone, counted from 0, and the other's
    are taken for alike.
    """
    if told:
        return hardware.parse_gpus(told)
    seen = hardware.gpus().values()
    return dict.fromkeys(named(settings), min(seen, key=lambda gpu: gpu.gib)) if seen else {}


def named(settings: Settings) -> set[int]:
    """The numbers of the GPUs that serve."""
    return {*plan.gpus(settings, "base"), *plan.gpus(settings, "tuned")}
