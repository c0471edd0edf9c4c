"""The programs of a local deployment, as supervisord is to run them."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from serve import deployment, hardware, plan_inputs, vllm, webui
from serve.paths import Paths
from serve.runtimes.supervisor import Program
from serve.runtimes.workplace import environment_of
from serve.settings import Settings
from serve.store import Store


def program(name: str, settings: Settings, paths: Paths, store: Store, base: Path, adapter: Path, gpu: bool) -> Program:
    """One of deployment.programs(), for a base and an adapter as they were given."""
    python = environment_of("webui" if name == "webui" else "vllm", settings, paths, gpu).python
    if name == "webui":
        return web(settings, paths, python)
    if name == "switch":
        return switch(settings, paths, python)
    second = adapter if settings.MODE == "lora" else None
    limits = plan_inputs.limits(settings, deployment.checkpoint(store, "base"), second, gpu)
    folder = deployment.model(settings, store, name, base)
    described = deployment.server(settings, name, folder, limits, gpu, second)
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server", *vllm.arguments(described)]
    environment = vllm.environment(described, paths.state / "cache", hardware.cores())
    return started(name, command, {**environment, **ours(paths)}, vllm.SECRETS, paths)


def web(settings: Settings, paths: Paths, python: Path) -> Program:
    command = [str(python.with_name("open-webui")), *webui.arguments(settings.WEBUI_PORT)]
    models = {variant: deployment.url(settings, variant) for variant in deployment.VARIANTS}
    environment = webui.environment(models, settings.WEBUI_EMAIL, settings.WEBUI_PORT, paths.state / "webui")
    return started("webui", command, environment, webui.SECRETS, paths)


def switch(settings: Settings, paths: Paths, python: Path) -> Program:
    command = [str(python), "-m", "serve.switch", "--listen", f"127.0.0.1:{settings.SWITCH_PORT}"]
    for variant in deployment.VARIANTS:
        command += ["--server", f"{variant}=http://127.0.0.1:{deployment.port(settings, variant)}"]
    return started("switch", command, ours(paths), vllm.SECRETS, paths)


def ours(paths: Paths) -> dict[str, str]:
    """Where vLLM's Python finds `serve`."""
    return {"PYTHONPATH": str(paths.root)}


def started(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    with_secrets: Mapping[str, str],
    paths: Paths,
) -> Program:
    """A program as its starter runs it, which alone reads the secrets."""
    templates = [f"{variable}={template}" for variable, template in with_secrets.items()]
    starter = [sys.executable, "-m", "serve.runtimes.starter", str(paths.secrets), *templates, "--"]
    return Program(name, [*starter, *command], environment, paths.root, paths.log(name))
