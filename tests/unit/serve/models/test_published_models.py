"""Every published shape of the supported families passes preflight, with an adapter of every linear layer."""

import time
from pathlib import Path

import pytest

from serve import hardware
from serve.hardware import Gpu
from serve.models import preflight
from serve.models.sources import Sources
from serve.models.vllm_0_32 import SUPPORTED
from serve.planning.architecture import architecture
from serve.runtimes.preflight import findings
from serve.settings import Settings
from tests.unit.serve.models.published import PUBLISHED, config_of, numbers, shapes, sparse_adapter, sparse_model

ROOT = Path(__file__).parents[4]
CALIBRATION = ROOT / "images" / "quantize" / "calibration.jsonl"


class Machine:
    gpu = True
    server_memory = None


def found(base, adapter, **settings):
    return findings(Settings(**settings), Sources(base, adapter, CALIBRATION), Machine(), running=False, disk=None)


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """A large one: what is asked here is whether the model is refused."""
    monkeypatch.setattr(hardware, "host_memory", lambda: (2000, 2000))
    monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(1000, 1000, "large")})
    monkeypatch.setattr(hardware, "capabilities", lambda: {0: (9, 0)})


def test_every_family_has_its_published_shapes_here():
    assert {family for family, *_ in PUBLISHED.values()} == set(SUPPORTED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_shape_comes_to_its_published_number_of_parameters(name):
    total = sum(numbers(shape) for shape in shapes(architecture(config_of(name), name)).values())
    assert total / 1e6 == pytest.approx(PUBLISHED[name][1], rel=0.002)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_model_and_its_adapter_pass(tmp_path, name):
    base, adapter = sparse_model(tmp_path / name, name), sparse_adapter(tmp_path / "adapter", name)
    for group in (32, 64, 128):
        preflight.check_quantizable(base, group)
    result = found(base, adapter, BASE_MODEL=str(base), ADAPTER=str(adapter))
    assert result.refusals == []
    assert result.warnings == []
    assert result.decided is not None


def test_preflight_of_70_billion_parameters_takes_no_two_seconds(tmp_path):
    name = "Llama-3.1-70B"
    base, adapter = sparse_model(tmp_path / name, name), sparse_adapter(tmp_path / "adapter", name)
    begun = time.process_time()
    assert found(base, adapter, BASE_MODEL=str(base), ADAPTER=str(adapter)).refusals == []
    assert time.process_time() - begun < 2


def test_an_adapter_of_one_published_model_is_refused_on_another(tmp_path):
    base, adapter = sparse_model(tmp_path / "b", "Llama-3-8B"), sparse_adapter(tmp_path / "a", "Llama-2-7B")
    (line,) = found(base, adapter, BASE_MODEL=str(base), ADAPTER=str(adapter)).refusals
    assert "made for another base" in line
