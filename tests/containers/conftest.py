"""A real deployment in containers, as a newcomer makes one: a fresh copy of the checkout, `make up`, a Docker engine.

Images are built as a site behind mirrors builds them, where this machine is one: PIP_CONF, CA_BUNDLE, WHEELHOUSE,
BUILD_NETWORK and WEBUI_FROM of the environment are what such a site sets.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from serve.runtimes.docker.compose import engine_trouble
from tests.newcomer import Checkout, Done, copied, free_ports

PROJECT = "tandem-tested"
SITE = ("PIP_CONF", "CA_BUNDLE", "WHEELHOUSE", "BUILD_NETWORK", "WEBUI_FROM", "PYTHON_IMAGE", "WEBUI_IMAGE")
UP_TIMEOUT = 1700  # seconds; every image is built
FILES = ("--file", "compose/compose.yaml", "--file", "compose/cpu.yaml")


@dataclass
class Stack:
    """A checkout whose programs are containers."""

    checkout: Checkout
    site: dict[str, str]

    def container(self, service: str) -> str:
        return f"{PROJECT}-{service}-1"

    def inspect(self, service: str) -> dict[str, Any]:
        return dict(json.loads(docker("container", "inspect", self.container(service)))[0])

    def healthy(self, service: str) -> bool:
        return bool(self.inspect(service)["State"]["Health"]["Status"] == "healthy")

    def compose(self, *words: str, timeout: float = 600) -> Done:
        """Plain Compose, as without make: what the site needs is in the environment."""
        given = {**self.site, "COMPOSE_PROJECT_NAME": PROJECT, "WEBUI_PORT": str(self.checkout.ports["webui"])}
        variables = [f"{name}={value}" for name, value in given.items()]
        return self.checkout.run("env", *variables, "docker", "compose", *FILES, *words, timeout=timeout)


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    trouble = engine_trouble()
    if trouble:
        pytest.skip(trouble)
    site = {name: os.environ[name] for name in SITE if os.environ.get(name)}
    settings = {**site, "COMPOSE_PROJECT_NAME": PROJECT, "RUNTIME": "docker"}
    (port,) = free_ports(1)
    checkout = copied(tmp_path_factory.mktemp("containers") / "tandem", {"webui": port}, settings)
    yield Stack(checkout, site)
    checkout.make("clean", "YES=1")
    shutil.rmtree(checkout.root)


@pytest.fixture(scope="package")
def first_up(stack: Stack) -> Done:
    return stack.checkout.make("up", timeout=UP_TIMEOUT)


@pytest.fixture(scope="package")
def up(stack: Stack, first_up: Done) -> Stack:
    """The stack with everything up."""
    assert first_up.code == 0, first_up.said
    return stack


def manifests(stack: Stack) -> dict[str, str]:
    """When each model in force was made, by the store's own word."""
    script = (
        "import json, pathlib; print(json.dumps({v: json.loads(pathlib.Path(f'/opt/tandem/models/{v}/current/"
        "manifest.json').read_text())['created'] for v in ('merged', 'base', 'tuned')}))"
    )
    said = stack.compose("run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", "python", "harness", "-c", script)
    return dict(json.loads(said.said.splitlines()[-1]))
