"""What a plan is made from: configurations (of a folder or of the hub), and the memory of the GPUs.

It reads and asks; plan.py decides.
"""

from pathlib import Path
from typing import Any

from serve import hardware, models, plan, preflight
from serve.errors import UsageError
from serve.settings import Settings


def limits(settings: Settings, base: Path, adapter: Path | None, gpu: bool, inside: bool = False) -> plan.Limits:
    """What every server is given, told from a folder of the base (as it was, or quantized): the one place where
    KV_CACHE_GIB gets its value. `inside`: this is one server's container.

    Raises UsageError for what cannot fit.
    """
    config = preflight.read_config(base, "config.json", "BASE_MODEL")
    adapter_config = preflight.read_config(adapter, "adapter_config.json", "ADAPTER") if adapter else {}
    return plan.limits(settings, config, adapter_config, memory(settings, inside) if gpu else None)


def limits_before_fetching(settings: Settings, sources: models.Sources) -> plan.Limits:
    """The same on GPU from what was named, before gigabytes of it are fetched: the configurations are enough."""
    return plan.limits(settings, *configurations(settings, sources), memory(settings))


def configurations(settings: Settings, sources: models.Sources) -> tuple[dict[str, Any], dict[str, Any]]:
    """The base's config.json and the adapter's adapter_config.json. Raises UsageError for those that do not serve."""
    config = configuration(settings, sources.base, "config.json", "BASE_MODEL")
    preflight.check_config(config, sources.base)
    return config, configuration(settings, sources.adapter, "adapter_config.json", "ADAPTER")


def configuration(settings: Settings, source: Path | str, file: str, setting: str) -> dict[str, Any]:
    if isinstance(source, str):
        source = models.fetch_file(source, file, setting, settings.HF_TOKEN.get_secret_value()).parent
    return preflight.read_config(source, file, setting)


def memory(settings: Settings, inside: bool = False) -> plan.Memory:
    """GiB of each GPU: as stated by GPU_MEMORY_GIB, or as the driver says.

    Inside a container the driver shows one server's GPUs, counted from 0: others are taken for as large. Raises
    UsageError where neither says anything.
    """
    named = {*plan.gpus(settings, "base"), *plan.gpus(settings, "tuned")}
    if settings.GPU_MEMORY_GIB:
        return dict.fromkeys(named, settings.GPU_MEMORY_GIB)
    driver = hardware.gpu_memory()
    if not driver:
        raise UsageError("no GPU here says how much memory it has; set GPU_MEMORY_GIB to that of the one to plan for")
    return dict.fromkeys(named, min(driver.values())) if inside else driver
