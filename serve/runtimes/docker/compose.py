"""Docker Compose's command line for one project: what to say, and what it answers. It knows nothing of models."""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from serve.attended import run_attended
from serve.errors import Failure

OLDEST_ENGINE = (25,)  # health checks may start at shorter intervals
OLDEST_COMPOSE = (2, 24, 4)  # a file can take out what an earlier one has


@dataclass(frozen=True)
class Compose:
    """`files` are Compose files, later ones over earlier; `variables` what they take from the environment."""

    files: Sequence[Path]
    project: str
    variables: Mapping[str, str]

    def command(self, *words: str) -> list[str]:
        files = [word for file in self.files for word in ("--file", str(file))]
        return ["docker", "compose", "--ansi", "never", "--project-name", self.project, *files, *words]

    def having(self, more: Mapping[str, str]) -> "Compose":
        return replace(self, variables={**self.variables, **more})

    @property
    def all_variables(self) -> dict[str, str]:
        """What the process of Compose gets."""
        return {**os.environ, **self.variables, "COMPOSE_MENU": "false"}

    def ask(self, *words: str) -> str:
        """What a command prints. Raises Failure with its last line when it fails."""
        done = subprocess.run(self.command(*words), env=self.all_variables, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(f"docker compose {' '.join(words)}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
        return done.stdout

    def pass_on(self, *words: str) -> int:
        """Runs a command on the person's own terminal; its exit code."""
        return run_attended(self.command(*words), variables=self.all_variables)

    def container(self, service: str) -> str:
        return f"{self.project}-{service}-1"

    def inspect(self, service: str) -> dict[str, Any]:
        """Docker's record of a service's container; empty where there is none."""
        asked = ["docker", "container", "inspect", self.container(service)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode:
            return {}
        record: dict[str, Any] = json.loads(done.stdout)[0]
        return record

    def would_change(self, service: str) -> bool:
        """Whether there is a container of a service whose settings, which are in its environment, are other ones now.

        Compose has a digest of all that a container is made from, but `config --hash` prints another than `up` keeps.
        """
        there = self.inspect(service)
        if not there:
            return False
        wanted = json.loads(self.ask("config", "--format", "json", service))["services"][service]["environment"]
        return not wanted.items() <= variables_of(there).items()

    def stop(self, service: str) -> None:
        """Stops a service's container, where there is one."""
        if self.inspect(service):
            self.ask("stop", service)

    def remove(self, service: str) -> None:
        """Ends a service's container, where there is one; the service need not be in the files."""
        if self.inspect(service):
            docker("rm", "--force", self.container(service))

    def things(self, kind: str) -> list[str]:
        """The names of the project's containers, networks or volumes, in the files or not."""
        label = f"label=com.docker.compose.project={self.project}"
        name = "{{.Names}}" if kind == "container" else "{{.Name}}"
        every = ("--all",) if kind == "container" else ()
        return docker(kind, "ls", *every, "--filter", label, "--format", name).split()

    def folders(self) -> set[str]:
        """The folders of the Compose files that the project's containers were made from."""
        containers = self.things("container")
        label = '{{index .Config.Labels "com.docker.compose.project.working_dir"}}'
        return set(docker("inspect", "--format", label, *containers).splitlines()) if containers else set()

    def log(self, service: str, lines: int) -> str:
        asked = ["docker", "logs", "--tail", str(lines), self.container(service)]
        return subprocess.run(
            asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
        ).stdout


def variables_of(record: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a container's environment, from Docker's record of it; none where there is no container."""
    return dict(line.split("=", 1) for line in record.get("Config", {}).get("Env", []))


def engine_trouble() -> str | None:
    """Why no Docker engine can be used here, in a few words; None where one can."""
    try:
        engine = answer("docker", "version", "--format", "{{.Server.Version}}")
        compose = answer("docker", "compose", "version", "--short")
    except (OSError, subprocess.SubprocessError):
        return "no Docker engine with Compose answers"
    if version(engine) < OLDEST_ENGINE or version(compose) < OLDEST_COMPOSE:
        return f"Docker {engine} with Compose {compose} is too old: 25 and 2.24.4 are needed"
    return None


def has_nvidia_runtime() -> bool:
    """Whether the engine can hand an NVIDIA GPU to a container."""
    try:
        return "nvidia" in answer("docker", "info", "--format", "{{json .Runtimes}}")
    except (OSError, subprocess.SubprocessError):
        return False


def docker(*words: str) -> str:
    """What a Docker command prints. Raises Failure with its last line when it fails."""
    try:
        return answer("docker", *words)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["failed"])[-1]
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = str(error)
    raise Failure(f"docker {words[0]}: {reason}")


def answer(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


def version(text: str) -> tuple[int, ...]:
    """The leading numbers of `26.1.5+dfsg1` or `v2.26.1-4`."""
    numbers: list[int] = []
    for part in text.removeprefix("v").split(".")[:3]:
        leading = re.match(r"\d+", part)
        numbers.append(int(leading[0]) if leading else 0)
    return tuple(numbers)
