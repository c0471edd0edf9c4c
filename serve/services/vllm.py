"""One variant → the argument list and environment of its vLLM server. Pure functions; it starts nothing.

Everything but the weights, the name, the port and the GPUs is the same for every server: that is what makes a
comparison fair.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from serve.models.vllm_0_32 import lora_step

# vLLM's engine and its worker, as two processes, wait for each other by reading shared memory over and over, and go on
# for a second after the last request (SpinCondition in distributed/device_communicators/shm_broadcast.py): on CPU that
# takes the cores which the model needs. With this, platforms/cpu.py lets them be one process.
ONE_PROCESS = {"VLLM_ENABLE_V1_MULTIPROCESSING": "0"}
DRAIN_SECONDS = 30  # for requests under way when a server is told to stop


@dataclass(frozen=True)
class Lora:
    """An adapter that a server has as a second model. `rank` is its largest."""

    name: str
    adapter: Path
    rank: int


@dataclass(frozen=True)
class Server:
    """One vLLM server: `name` is what the OpenAI API calls its model; `kv_cache_bytes` is its whole KV cache.

    `gpus` are the numbers that nvidia-smi gives the GPUs it is spread over. `max_num_seqs` and
    `max_num_batched_tokens` are requests and tokens of one step; None leaves them to vLLM. `memory_share` is the part
    of a GPU that has to be free when it starts. With `sleep` it can be put to sleep. Without a `tool_parser` it refuses
    questions that offer tools.
    """

    name: str
    model: Path
    port: int
    max_model_len: int
    kv_cache_bytes: int
    gpu: bool
    host: str = "127.0.0.1"
    gpus: tuple[int, ...] = (0,)
    max_num_seqs: int | None = None
    max_num_batched_tokens: int | None = None
    memory_share: float = 0.05
    lora: Lora | None = None
    sleep: bool = False
    tool_parser: str | None = None

    @property
    def parallel(self) -> int:
        """Over how many processes its weights and its KV cache are divided."""
        return len(self.gpus) if self.gpu else 1


def arguments(server: Server) -> list[str]:
    """What follows `python -m vllm.entrypoints.openai.api_server`."""
    shared = [
        "--model", str(server.model),
        "--served-model-name", server.name,
        "--host", server.host,
        "--port", str(server.port),
        # Left to itself, vLLM runs the model for anybody who asks on /invocations, for one.
        "--middleware", "serve.services.api_key.ApiKeyMiddleware",
        "--max-model-len", str(server.max_model_len),
        # vLLM takes it as that of one GPU.
        "--kv-cache-memory-bytes", str(server.kv_cache_bytes // server.parallel),
        # Not the checkpoint's own sampling defaults: base and tuned could differ in them silently.
        "--generation-config", "vllm",
        "--seed", "0",
        "--disable-uvicorn-access-log",
        # Its default is 0: requests under way are cut off when it is told to stop.
        "--shutdown-timeout", str(DRAIN_SECONDS),
    ]  # fmt: skip
    # Not its own defaults: those depend on the card, and base and tuned may be on different ones.
    steps = {"--max-num-seqs": server.max_num_seqs, "--max-num-batched-tokens": server.max_num_batched_tokens}
    shared += [word for option, value in steps.items() if value for word in (option, str(value))]
    if server.tool_parser:
        shared += ["--enable-auto-tool-choice", "--tool-call-parser", server.tool_parser]
    if server.lora:
        shared += lora_arguments(server.lora, server.gpu)
    if server.sleep:
        # Without the second, its CUDA graphs stay on the card in its sleep (sleep_mode_offload_cudagraph in
        # vllm/config/model.py).
        shared += ["--enable-sleep-mode", "--sleep-mode-offload-cudagraph"]
    if server.gpu:
        # With KV bytes given, vLLM uses this share for one thing: refusing to start where less of the card is free.
        # At its default of 0.92 the second server of a card would always be refused.
        shared += ["--gpu-memory-utilization", f"{server.memory_share:g}"]
        return [*shared, "--tensor-parallel-size", str(server.parallel)]
    # On CPU, compiling costs minutes and gains little; bfloat16 is what its INT4 kernels compute in. With the worker
    # in the engine's own process neither waits for the other: see ONE_PROCESS.
    return [*shared, "--enforce-eager", "--dtype", "bfloat16", "--distributed-executor-backend", "uni"]


def lora_arguments(lora: Lora, gpu: bool) -> list[str]:
    # On CPU, a request without an adapter takes the last slot where it shares a step with one that has an adapter
    # (vllm/lora/ops/torch_ops: -1 as an index). A second slot stays empty, and so adds nothing to it.
    slots = 1 if gpu else 2
    return [
        "--enable-lora",
        # Not NAME=PATH, which takes no comma in the path.
        "--lora-modules", json.dumps({"name": lora.name, "path": str(lora.adapter)}),
        "--max-loras", str(slots),
        "--max-lora-rank", str(lora_step(lora.rank)),
    ]  # fmt: skip


def variables(server: Server, cache: Path, cores: int) -> dict[str, str]:
    """What the server needs in its environment, its API key and the folder of `serve` (as PYTHONPATH) aside."""
    shared = {
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_CACHE_ROOT": str(cache / "vllm"),
        # Its processes talk to each other over these: never beyond this machine.
        "VLLM_HOST_IP": "127.0.0.1",
        "GLOO_SOCKET_IFNAME": "lo",
    }
    if server.sleep:
        # Only with this has it the addresses that put it to sleep and wake it; others there replace its weights.
        shared["VLLM_SERVER_DEV_MODE"] = "1"
    if server.gpu:
        return {
            **shared,
            "NCCL_SOCKET_IFNAME": "lo",
            # As nvidia-smi counts them, which is not CUDA's own order.
            "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
            "CUDA_VISIBLE_DEVICES": ",".join(str(number) for number in server.gpus),
        }
    # Bound to cores, both servers would pick the same ones. One core stays free for those who ask.
    return {
        **shared,
        **ONE_PROCESS,
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": str(max(1, cores - 1)),
        "OMP_WAIT_POLICY": "PASSIVE",
    }


SECRETS = {"VLLM_API_KEY": "{API_KEY}"}
