"""Becomes the vLLM server of one variant, in its container: settings and what was decided of them → its argument list.

    python3 -m images.vllm.start base
    python3 -m images.vllm.start switch

`switch` is no model: it takes turns between the two in MODE=swap, and is here because vLLM brings what it needs.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from serve import hardware
from serve.errors import Failure, UsageError
from serve.models.store import Store
from serve.planning import decision
from serve.runtimes.docker.starter import become
from serve.services import catalog, endpoints, vllm
from serve.settings import Settings, read_settings

STORE = Store(Path("/models"))
BASE, ADAPTER = Path("/input/base"), Path("/input/adapter")  # as they were given, where they are what is served
CACHE = Path("/cache")


def main(name: str) -> None:
    settings = read_settings(Path("/nonexistent"))  # in a container the environment has them all
    target = catalog.Target(settings, True, {"vllm": CACHE}, lambda variant: described(settings, variant))
    become(catalog.service(name), target)


def described(settings: Settings, variant: str) -> vllm.Server:
    """A variant's server, as it runs here. Raises UsageError where nothing was decided for it."""
    adapter = ADAPTER / os.environ.get("ADAPTER_INSIDE", "") if settings.mode.lora else None
    base, gpu = BASE / os.environ.get("BASE_MODEL_INSIDE", ""), hardware.has_nvidia_gpu()
    limits = decision.handed_on(os.environ.get(decision.VARIABLE, ""), settings, gpu)
    model = endpoints.model(settings, STORE, variant, base)
    tool_parser = endpoints.tool_parser(settings, STORE)
    return inside(endpoints.server(settings, variant, model, limits, gpu, adapter, tool_parser))


def inside(server: vllm.Server) -> vllm.Server:
    """The same server, reached from other containers; the GPUs that this one sees are numbered from 0."""
    port, gpus = catalog.service(server.name).inside_port, tuple(range(len(server.gpus)))
    return replace(server, host="0.0.0.0", port=port, gpus=gpus)  # noqa: S104 - no port is published


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (UsageError, Failure) as error:
        sys.exit(f"error: {error}")
