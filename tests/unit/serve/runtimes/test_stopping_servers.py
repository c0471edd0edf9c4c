"""What each runtime ends so that a training has the memory, and what it leaves."""

import pytest

from serve.paths import Paths
from serve.runtimes.docker.runtime import Docker
from serve.runtimes.local.runtime import Local
from serve.settings import Settings


class Supervised:
    """Processes by name, as the supervisor has them."""

    def __init__(self, alive: set[str]) -> None:
        self.alive = alive

    def lives(self, name: str) -> bool:
        return name in self.alive

    def stop(self, name: str) -> None:
        self.alive.discard(name)


class Contained(Supervised):
    """The same as containers, which stay when they are stopped."""

    def inspect(self, name: str) -> dict[str, object]:
        return {"State": {"Status": "running" if name in self.alive else "exited"}}


def local(settings: Settings, paths: Paths, alive: set[str]) -> Local:
    runtime = Local(settings, paths)
    runtime.supervisor = Supervised(alive)  # type: ignore[assignment]
    return runtime


def docker(settings: Settings, paths: Paths, alive: set[str]) -> Docker:
    runtime = Docker.__new__(Docker)  # whose making asks an engine
    runtime.settings, runtime.paths, runtime.compose = settings, paths, Contained(alive)  # type: ignore[assignment]
    return runtime


@pytest.fixture(params=[local, docker])
def made(request, tmp_path):
    return lambda mode, alive: request.param(Settings(MODE=mode), Paths(tmp_path), alive)


def test_both_servers_end_and_the_chat_stays(made):
    alive = {"base", "tuned", "webui"}
    assert made("pair", alive).stop_servers() == ["base", "tuned"]
    assert alive == {"webui"}


def test_the_switch_ends_with_the_servers_that_it_wakes(made):
    alive = {"base", "tuned", "switch", "webui"}
    assert made("swap", alive).stop_servers() == ["base", "tuned"]
    assert alive == {"webui"}


def test_where_none_runs_nothing_is_stopped(made):
    alive = {"webui"}
    assert made("pair", alive).stop_servers() == []
    assert alive == {"webui"}
