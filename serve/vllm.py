"""One variant → the argument list and environment of its vLLM server. Pure functions; it starts nothing.

Everything but the weights, the name and the port is the same for every server: that is what makes a comparison fair.
"""

from dataclasses import dataclass
from pathlib import Path

GIB = 1024**3


@dataclass(frozen=True)
class Server:
    """One vLLM server: `name` is what the OpenAI API calls its model; `kv_cache_bytes` is its whole KV cache."""

    name: str
    model: Path
    port: int
    max_model_len: int
    kv_cache_bytes: int
    gpu: bool


def arguments(server: Server) -> list[str]:
    """What follows `python -m vllm.entrypoints.openai.api_server`."""
    shared = [
        "--model", str(server.model),
        "--served-model-name", server.name,
        "--host", "127.0.0.1",
        "--port", str(server.port),
        "--max-model-len", str(server.max_model_len),
        "--kv-cache-memory-bytes", str(server.kv_cache_bytes),
        # Not the checkpoint's own sampling defaults: base and tuned could differ in them silently.
        "--generation-config", "vllm",
        "--seed", "0",
        "--disable-uvicorn-access-log",
    ]  # fmt: skip
    if server.gpu:
        # With KV bytes given, vLLM uses this share for one thing: refusing to start where less of the card is free.
        # At its default of 0.92 the second server of a card would always be refused.
        return [*shared, "--gpu-memory-utilization", "0.05"]
    # On CPU, compiling costs minutes and gains little; bfloat16 is what its INT4 kernels compute in.
    return [*shared, "--enforce-eager", "--dtype", "bfloat16"]


def environment(server: Server, cache: Path, cores: int) -> dict[str, str]:
    """What the server needs in its environment, its API key aside."""
    shared = {
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_CACHE_ROOT": str(cache / "vllm"),
        # Its processes talk to each other over these: never beyond this machine.
        "VLLM_HOST_IP": "127.0.0.1",
        "GLOO_SOCKET_IFNAME": "lo",
    }
    if server.gpu:
        return shared
    # Bound to cores, both servers would pick the same ones. One core stays free for those who ask.
    return {
        **shared,
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": str(max(1, cores - 1)),
        "OMP_WAIT_POLICY": "PASSIVE",
    }


SECRETS = {"VLLM_API_KEY": "{API_KEY}"}
