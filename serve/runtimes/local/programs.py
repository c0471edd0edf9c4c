"""The services of a local deployment, as programs that supervisord is to run."""

import sys
from pathlib import Path

from serve.models.store import Store
from serve.paths import Paths
from serve.planning import decision
from serve.runtimes.local.jobs import environment_of
from serve.runtimes.local.supervisor import Program
from serve.services import endpoints, vllm
from serve.services.catalog import Service, Target
from serve.settings import Settings


def target(settings: Settings, paths: Paths, base: Path, adapter: Path, gpu: bool) -> Target:
    """This machine, for a base and an adapter as they were given."""
    store, second = Store(paths.models), adapter if settings.mode.lora else None

    def server(variant: str) -> vllm.Server:
        model = endpoints.model(settings, store, variant, base)
        tool_parser = endpoints.tool_parser(settings, store)
        return endpoints.server(settings, variant, model, decision.read(paths.plan), gpu, second, tool_parser)

    return Target(settings, False, {"vllm": paths.state / "cache", "webui": paths.state / "webui"}, server)


def program(service: Service, target: Target, paths: Paths, gpu: bool) -> Program:
    """A service as its starter runs it, which alone reads the secrets."""
    process = service.process(target)
    templates = [f"{name}={template}" for name, template in service.secrets.items()]
    starter = [sys.executable, "-m", "serve.runtimes.local.starter", str(paths.secrets), *templates, "--"]
    python = environment_of(service.image, target.settings, paths, gpu).python
    variables = {**process.variables, "PYTHONPATH": str(paths.root)}  # where its Python finds `serve`
    return Program(
        service.name, [*starter, str(python), "-m", *process.words], variables, paths.root, paths.log(service.name)
    )
