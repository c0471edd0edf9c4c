"""The three programs of a local deployment, as supervisord is to run them. Pure functions."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from serve import deployment, hardware, vllm, webui
from serve.paths import Paths
from serve.runtimes.supervisor import Program
from serve.settings import Settings


def server(settings: Settings, paths: Paths, variant: str, model: Path, python: Path, gpu: bool) -> Program:
    described = deployment.server(settings, variant, model, gpu)
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server", *vllm.arguments(described)]
    environment = vllm.environment(described, paths.state / "cache", hardware.cores())
    return program(variant, command, environment, vllm.SECRETS, paths)


def web(settings: Settings, paths: Paths, python: Path) -> Program:
    command = [str(python.with_name("open-webui")), *webui.arguments(settings.WEBUI_PORT)]
    models = {variant: deployment.url(settings, variant) for variant in deployment.VARIANTS}
    data = paths.state / "webui"
    environment = webui.environment(models, settings.WEBUI_EMAIL, settings.WEBUI_PORT, data)
    return program("webui", command, environment, webui.SECRETS, paths)


def program(
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
