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
from serve.services import catalog, vllm
from serve.settings import read_settings

STORE = Store(Path("/models"))
BASE, ADAPTER = Path("/input/base"), Path("/input/adapter")  # as they were given, where they are what is served
CACHE = Path("/cache")
KEY = Path("/run/secrets/API_KEY")


def main(name: str) -> None:
    settings = read_settings(Path("/nonexistent"))  # in a container the environment has them all
    os.environ["VLLM_API_KEY"] = KEY.read_text()
    if name == "switch":
        command = ["serve.services.switch", "--listen", f"0.0.0.0:{catalog.INSIDE_PORT}"]
        for variant in catalog.VARIANTS:
            command += ["--server", f"{variant}=http://{variant}:{catalog.INSIDE_PORT}"]
    else:
        adapter = ADAPTER / os.environ.get("ADAPTER_INSIDE", "") if settings.MODE == "lora" else None
        base, gpu = BASE / os.environ.get("BASE_MODEL_INSIDE", ""), hardware.has_nvidia_gpu()
        limits = decision.handed_on(os.environ.get(decision.VARIABLE, ""), settings, gpu)
        model = catalog.model(settings, STORE, name, base)
        server = inside(catalog.server(settings, name, model, limits, gpu, adapter))
        os.environ |= vllm.variables(server, CACHE, hardware.cores())
        command = ["vllm.entrypoints.openai.api_server", *vllm.arguments(server)]
    os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606 - becomes the server


def inside(server: vllm.Server) -> vllm.Server:
    """The same server, reached from other containers; the GPUs that this one sees are numbered from 0."""
    gpus = tuple(range(len(server.gpus)))
    return replace(server, host="0.0.0.0", port=catalog.INSIDE_PORT, gpus=gpus)  # noqa: S104 - no port is published


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (UsageError, Failure) as error:
        sys.exit(f"error: {error}")
