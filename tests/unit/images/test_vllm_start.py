"""What a server's container becomes: the very server that `make up` runs as a process, in a container's place."""

import os
from pathlib import Path

import pytest

from images.vllm import start
from serve import hardware
from serve.errors import UsageError
from serve.hardware import Gpu
from serve.models.sources import model_sources
from serve.modes import VARIANTS
from serve.paths import Paths
from serve.planning import decision
from serve.runtimes.docker import starter
from serve.runtimes.local import programs
from serve.services import catalog, endpoints
from serve.settings import Settings

ROOT = Path(__file__).parents[3]
BASE, ADAPTER = ROOT / "images" / "demo" / "base", ROOT / "images" / "demo" / "adapter"
GPUS = {0: Gpu(80, 80, "NVIDIA H100 80GB HBM3"), 1: Gpu(24, 24, "NVIDIA GeForce RTX 4090")}
PLACE = ("--model", "--host", "--port", "--lora-modules")  # what is another in a container


@pytest.fixture
def decide(monkeypatch, tmp_path):
    """Decides for the demo on this machine, and writes it; the settings."""
    monkeypatch.setattr(hardware, "gpus", lambda: GPUS)
    (tmp_path / ".tandem").mkdir()

    def written(gpu, **given):
        settings = Settings(**given)
        decision.write(decision.decide(settings, model_sources(settings, ROOT), gpu), Paths(tmp_path).plan)
        return settings

    return written


@pytest.fixture
def become(monkeypatch, tmp_path):
    """The words that a variant's container would run. It sees the GPUs that it is given, counted from 0."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "API_KEY").write_text("sk-1")
    became = []
    monkeypatch.setattr(starter, "SECRETS", tmp_path / "secrets")
    monkeypatch.setattr(endpoints, "checkpoint", lambda *_: BASE)
    monkeypatch.setattr(os, "execv", lambda _, words: became.append(words))

    def words(variant, gpu, **environment):
        monkeypatch.setattr(hardware, "has_nvidia_gpu", lambda: gpu)
        monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(4, 4)} if gpu else {})  # whatever it sees
        plan = (tmp_path / ".tandem" / "plan.env").read_text().strip().partition("=")[2].strip("'")
        monkeypatch.setattr(os, "environ", {**os.environ, "PLAN": plan, **environment})
        start.main(variant)
        return became.pop()

    return words


def told(words):
    """Option → value of vLLM's arguments, less those of the place."""
    words = words[words.index("vllm.entrypoints.openai.api_server") + 1 :]
    given = {word: after for word, after in zip(words, [*words[1:], ""], strict=True) if word.startswith("--")}
    return {option: value for option, value in given.items() if option not in PLACE}


@pytest.mark.parametrize(
    ("mode", "gpu", "precision"),
    [
        ("pair", False, "int4"),
        ("pair", False, "fp"),
        ("pair", True, "int4"),
        ("pair", True, "fp"),
        ("lora", False, "int4"),
        ("lora", True, "int4"),
        ("swap", True, "int4"),
        ("swap", True, "fp"),
    ],
)
def test_containers_and_processes_are_given_the_same(decide, become, tmp_path, mode, gpu, precision):
    given = {"MODE": mode, "PRECISION": precision, "TUNED_GPUS": "1", "KV_CACHE_GIB": "0.75", "MAX_MODEL_LEN": "1000"}
    settings = decide(gpu, **given)
    for variant in settings.mode.servers:
        container = become(variant, gpu, **given)
        paths = Paths(tmp_path)
        target = programs.target(settings, paths, BASE, ADAPTER, gpu)
        process = programs.program(catalog.service(variant), target, paths, gpu)
        assert told(container) == told(list(process.command))
        assert told(container)["--kv-cache-memory-bytes"] == str(3 * 2**28)


def test_both_containers_are_limited_by_the_smaller_card_of_the_whole_machine(decide, become):
    given = {"BASE_GPUS": "0", "TUNED_GPUS": "1", "GPU_MEMORY_GIB": "20"}
    decide(True, **given)
    base, tuned = (told(become(variant, True, **given)) for variant in VARIANTS)
    assert base["--max-num-seqs"] == tuned["--max-num-seqs"] == "256"
    assert {option for option in base if base[option] != tuned[option]} == {"--served-model-name"}


def test_a_container_decides_nothing(decide, become, monkeypatch):
    decide(False)
    monkeypatch.setattr(decision, "decide", None)
    monkeypatch.setattr(decision.plan, "limits", None)
    assert told(become("base", False))["--kv-cache-memory-bytes"] == str(2**30)


def test_without_a_plan_it_says_which_command_makes_one(decide, become):
    decide(False)
    with pytest.raises(UsageError, match=r"run `python3 -m serve\.runtimes\.prepare` first"):
        become("base", False, PLAN="")


def test_with_a_plan_for_other_settings_it_says_which(decide, become):
    decide(False)
    with pytest.raises(UsageError, match=r"planned with KV_CACHE_GIB=, and started with KV_CACHE_GIB=2\.0"):
        become("base", False, KV_CACHE_GIB="2")
