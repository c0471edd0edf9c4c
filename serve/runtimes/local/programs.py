"""The programs of a local deployment, as supervisord is to run them."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from serve import hardware
from serve.models.store import Store
from serve.paths import Paths
from serve.planning import decision
from serve.runtimes.local.jobs import environment_of
from serve.runtimes.local.supervisor import Program
from serve.services import catalog, vllm, webui
from serve.settings import Settings


def program(name: str, settings: Settings, paths: Paths, store: Store, base: Path, adapter: Path, gpu: bool) -> Program:
    """One of deployment.programs(), for a base and an adapter as they were given."""
    python = environment_of("webui" if name == "webui" else "vllm", settings, paths, gpu).python
    if name == "webui":
        return web(settings, paths, python)
    if name == "switch":
        return switch(settings, paths, python)
    second = adapter if settings.MODE == "lora" else None
    folder = catalog.model(settings, store, name, base)
    described = catalog.server(settings, name, folder, decision.read(paths.plan), gpu, second)
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server", *vllm.arguments(described)]
    environment = vllm.variables(described, paths.state / "cache", hardware.cores())
    return started(name, command, {**environment, **ours(paths)}, vllm.SECRETS, paths)


def web(settings: Settings, paths: Paths, python: Path) -> Program:
    command = [str(python.with_name("open-webui")), *webui.arguments(settings.WEBUI_PORT)]
    models = {variant: catalog.url(settings, variant) for variant in catalog.VARIANTS}
    environment = webui.variables(models, settings.WEBUI_EMAIL, settings.WEBUI_PORT, paths.state / "webui")
    return started("webui", command, environment, webui.SECRETS, paths)


def switch(settings: Settings, paths: Paths, python: Path) -> Program:
    command = [str(python), "-m", "serve.services.switch", "--listen", f"127.0.0.1:{settings.SWITCH_PORT}"]
    for variant in catalog.VARIANTS:
        command += ["--server", f"{variant}=http://127.0.0.1:{catalog.port(settings, variant)}"]
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
    starter = [sys.executable, "-m", "serve.runtimes.local.starter", str(paths.secrets), *templates, "--"]
    return Program(name, [*starter, *command], environment, paths.root, paths.log(name))
