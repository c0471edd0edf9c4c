"""The configurations that a plan is made from: of folders, or fetched from the hub without the weights."""

from pathlib import Path
from typing import Any

from serve.models import preflight, preflight_adapter
from serve.models.sources import Sources, fetch_file
from serve.settings import Settings


def configurations(settings: Settings, sources: Sources) -> tuple[dict[str, Any], dict[str, Any]]:
    """The base's config.json and the adapter's adapter_config.json. Raises UsageError for those that do not serve."""
    config = configuration(settings, sources.base, "config.json", "BASE_MODEL")
    preflight.check_config(config, sources.base)
    adapter = configuration(settings, sources.adapters[-1], "adapter_config.json", "ADAPTER")
    preflight_adapter.check_lora_config(adapter, sources.adapters[-1])
    return config, adapter


def configuration(settings: Settings, source: Path | str, file: str, setting: str) -> dict[str, Any]:
    if isinstance(source, str):
        source = fetch_file(source, file, setting, settings.HF_TOKEN.get_secret_value()).parent
    elif setting == "ADAPTER":
        source = preflight_adapter.in_order(source)[-1]
    return preflight.read_config(source, file, setting)
