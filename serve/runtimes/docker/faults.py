"""What can go wrong with a server that is a container, done on purpose. It knows Docker, not what is served."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from serve.errors import Failure
from serve.runtimes.docker.compose import docker
from serve.runtimes.runtime import Faults

PERIOD = 100_000  # microseconds, Docker's own unit
RESTART_SECONDS = 60.0  # Docker's own pause before it, which doubles with each restart


def of_container(name: str) -> Faults:
    def asked(template: str) -> str:
        return docker("container", "inspect", "--format", template, name)

    def signal(number: str) -> None:
        """To what the container's init has started: the server."""
        docker("exec", name, "sh", "-c", f"kill -{number} $(cat /proc/1/task/1/children)")

    @contextmanager
    def killed() -> Iterator[None]:
        restarts = asked("{{.RestartCount}}")
        signal("KILL")  # not the init: Docker starts a container again that ends, not one that `docker kill` ended
        yield
        deadline = time.monotonic() + RESTART_SECONDS
        while asked("{{.RestartCount}}") == restarts:  # until then it is called healthy
            if time.monotonic() > deadline:
                raise Failure(f"Docker has not started {name} again; see `docker logs {name}`")
            time.sleep(0.2)

    @contextmanager
    def frozen() -> Iterator[None]:
        """Not by `docker pause`: where a health check begins just then, Docker 26 waits for it for ever."""
        signal("STOP")
        try:
            yield
        finally:
            signal("CONT")

    @contextmanager
    def slowed() -> Iterator[None]:
        docker("update", "--cpu-period", str(PERIOD), "--cpu-quota", str(PERIOD // 2), name)
        try:
            yield
        finally:
            docker("update", "--cpu-quota", "-1", name)

    @contextmanager
    def cut_off() -> Iterator[None]:
        ((network, settings),) = json.loads(asked("{{json .NetworkSettings.Networks}}")).items()
        docker("network", "disconnect", network, name)
        try:
            yield
        finally:
            aliases = [word for alias in settings["Aliases"] or () for word in ("--alias", alias)]
            docker("network", "connect", *aliases, network, name)

    return {"killed": killed, "frozen": frozen, "slowed to half a core": slowed, "cut off the network": cut_off}
