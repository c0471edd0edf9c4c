"""What is refused before anything is made, whatever it would be made with."""

import shutil
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from serve import hardware
from serve.errors import UsageError
from serve.hardware import GIB, Gpu
from serve.models.preflight_adapter import in_order
from serve.paths import Paths
from serve.planning import decision, plan
from serve.planning.plan import Limits
from serve.runtimes.docker.compose_inputs import mounted
from serve.runtimes.pipeline import ModelPipeline
from serve.settings import Settings, size_bytes
from serve.steps import Step, run_steps

ROOT = Path(__file__).parents[4]


class JobRunner:
    """One whose servers are containers on a GPU, or processes."""

    def __init__(self, gpu, server_memory):
        self.gpu, self.server_memory = gpu, size_bytes(server_memory) if server_memory else None


@pytest.fixture
def check(monkeypatch):
    """Checks the demo, on a machine of 64 GiB of which 4 are free, with a GPU of 24."""
    monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(24, 24)})
    monkeypatch.setattr(hardware, "host_memory", lambda: (64, 4))

    def checked(gpu=True, running=False, server_memory=None, **settings):
        given = Settings(**settings) if server_memory is None else Settings(SERVER_MEMORY=server_memory, **settings)
        ModelPipeline(given, Paths(ROOT), JobRunner(gpu, server_memory), None).findings(running).refuse()

    return checked


@pytest.mark.parametrize("gpu", [True, False])
def test_a_container_that_its_server_does_not_fit_in_is_refused_by_the_settings_name(check, gpu):
    with pytest.raises(UsageError, match=r"by SERVER_MEMORY=1g; set it to \dg$"):
        check(gpu, server_memory="1g")
    check(gpu, server_memory="16g")


def test_a_machine_without_room_for_what_sleeps_is_refused_by_the_mode(check):
    with pytest.raises(UsageError, match=r"MODE=swap takes .* and 4\.0 GiB of it can be had; set MODE to another"):
        check(MODE="swap")
    check(MODE="pair")


def test_what_servers_are_given_is_decided_once_and_before_anything_is_fetched(monkeypatch, tmp_path):
    decided = []
    monkeypatch.setattr(plan, "limits", lambda *given: decided.append(given) or Limits(GIB))
    pipeline = ModelPipeline(Settings(), Paths(ROOT), JobRunner(False, None), None)
    pipeline.findings(running=False)
    pipeline.fetch(None)
    pipeline.paths = Paths(tmp_path)
    pipeline.paths.state.mkdir()
    pipeline.hand_on()
    assert len(decided) == 1
    assert decision.read(pipeline.paths.plan) == Limits(GIB)


def test_adapters_named_with_commas_are_merged_in_that_order_from_one_folder(tmp_path):
    base, adapter = (ROOT / "images" / "demo" / part for part in ("base", "adapter"))
    general = shutil.copytree(adapter, tmp_path / "general")
    given = Settings(BASE_MODEL=str(base), ADAPTER=f"{general},{adapter}")
    merged = []

    class Runner(JobRunner):
        def merge(self, _, adapter, __):
            merged.extend(path.name for path in in_order(adapter))

    pipeline = ModelPipeline(given, Paths(tmp_path), Runner(False, None), None)
    pipeline.fetch(None)
    pipeline.merge(None)
    assert merged == ["1-general", "2-adapter"]
    assert mounted(pipeline.adapter, "ADAPTER") == (tmp_path / ".tandem" / "adapters", "")  # as containers see it


def test_servers_that_run_already_are_not_refused_for_the_memory_they_have(check):
    check(MODE="swap", running=True)


@pytest.mark.parametrize(("gib", "at_once"), [(64, 2), (0.5, 1)])
def test_base_and_tuned_are_quantized_one_after_the_other_where_memory_holds_one(monkeypatch, gib, at_once):
    monkeypatch.setattr(hardware, "host_memory", lambda: (gib, gib))
    running, most, said = set(), [], []
    met = threading.Barrier(2)

    class Runner(JobRunner):
        def quantize(self, variant, *_):
            running.add(variant)
            most.append(len(running))
            with suppress(threading.BrokenBarrierError):
                met.wait(0.5 if at_once == 1 else 10)  # both are there at once, or never
            most.append(len(running))
            running.discard(variant)
            return f"{variant} {variant}1 published"

    pipeline = ModelPipeline(Settings(), Paths(ROOT), Runner(False, None), None)
    pipeline.base = pipeline.sources.base
    steps = {
        "base": Step("base", lambda report: pipeline.quantize_base(report)),
        "tuned": Step("tuned", lambda report: pipeline.quantize_tuned(report)),
    }
    run_steps(steps, Said(said))
    assert max(most) == at_once
    assert pipeline.versions == {"base": "base1", "tuned": "tuned1"}
    assert said == ["waiting: there is memory for one at a time"] * (2 - at_once)


class Said:
    """A display that keeps what steps said."""

    def __init__(self, said):
        self.said = said

    def started(self, title):
        pass

    def at(self, _, line):
        self.said.append(line)

    def ended(self, title, error):
        pass
