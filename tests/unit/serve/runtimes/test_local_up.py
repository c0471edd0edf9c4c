"""What an `up` on local processes leaves behind where it comes to nothing."""

import pytest

from serve.errors import Failure
from serve.paths import Paths
from serve.runtimes.local import runtime
from serve.runtimes.local.runtime import Local
from serve.settings import Settings


class Supervised:
    """A supervisor, and the states of the programs that it knows."""

    def __init__(self, states):
        self.states, self.runs = states, False

    def ensure_running(self):
        self.runs = True

    def drop(self, name): ...

    def state(self, name):
        return self.states.get(name, "DOWN")

    def shut_down(self):
        self.runs = False


@pytest.mark.parametrize("trouble", [Failure("cannot be installed"), KeyboardInterrupt()])
@pytest.mark.parametrize(("states", "stays"), [({}, False), ({"base": "FATAL"}, True), ({"webui": "BACKOFF"}, True)])
def test_a_supervisor_that_keeps_nothing_alive_ends_with_an_up_that_failed(
    tmp_path, monkeypatch, states, stays, trouble
):
    """`make down` would not look for it where another runtime is chosen next."""
    up = Local(Settings(), Paths(tmp_path))
    up.supervisor = Supervised(states)
    monkeypatch.setattr(up.pipeline, "hand_on", lambda: None)

    def fails(*_, **__):
        raise trouble

    monkeypatch.setattr(runtime, "run_steps", fails)
    with pytest.raises(type(trouble)):
        up.up(None)
    assert up.supervisor.runs is stays
