"""Which adapters a training can go on with, said before it begins. It reads configuration and headers only."""

from pathlib import Path

from serve.errors import UsageError
from serve.models.preflight import check_adapter, extended_vocabulary, in_order, read_config
from serve.models.preflight_lora import PLAIN_STARTS


def check_start(adapter: Path, base: Path) -> None:
    """Raises UsageError for an adapter of another base, and for one that can only be merged."""
    if len(several := in_order(adapter)) > 1:
        raise UsageError(f"{adapter}: {len(several)} adapters, and a training goes on with one; set ADAPTER to it")
    check_adapter(adapter, base)
    if extended_vocabulary(adapter, base):
        raise UsageError(f"{adapter}: added words, and is not gone on with; set ADAPTER to another, or to none")
    start = read_config(adapter, "adapter_config.json", "ADAPTER").get("init_lora_weights")
    if isinstance(start, str) and start.lower() not in PLAIN_STARTS:
        raise UsageError(
            f"{adapter}: began by changing its base (init_lora_weights: {start}), and is not gone on with; set ADAPTER "
            "to another, or to none"
        )
