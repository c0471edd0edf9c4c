"""What a start has decided, as data: what is written is what is read, and what was for others is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve import hardware
from serve.errors import UsageError
from serve.hardware import GIB, Gpu
from serve.models.sources import Sources, model_sources
from serve.planning import decision, host, plan
from serve.planning.decision import Decision
from serve.planning.plan import Limits
from serve.settings import Settings
from tests.models_made import LLAMA_3_8B, make_adapter

ROOT = Path(__file__).parents[4]
BOTH = {0: Gpu(24, 24), 1: Gpu(80, 80, "NVIDIA H100 80GB HBM3")}


def decided(gpu=False, **settings):
    given = Settings(**settings)
    return decision.decide(given, model_sources(given, ROOT), gpu)


def written(made, folder):
    """The text that a container finds in its environment."""
    decision.write(made, folder / "plan.env")
    (line,) = (folder / "plan.env").read_text().splitlines()
    return line.removeprefix("PLAN='").removesuffix("'")


counts = st.none() | st.integers(1, 4096)
limits = st.builds(Limits, st.integers(1, 2**43), st.integers(1, 512), counts, counts, st.floats(0.001, 1))
drawn = st.fixed_dictionaries(
    {},
    optional={
        "MODE": st.sampled_from(["pair", "lora", "swap"]),
        "KV_CACHE_GIB": st.floats(0.01, 500),
        "GPU_MEMORY_GIB": st.floats(1, 200),
        "BASE_GPUS": st.lists(st.integers(0, 15), min_size=1).map(lambda numbers: ",".join(map(str, numbers))),
        "SERVER_MEMORY": st.integers(1, 999).map("{}g".format),
    },
)


@given(limits, drawn, st.booleans())
def test_what_is_written_is_what_processes_and_containers_read(tmp_path_factory, limits, settings, gpu):
    settings, folder = Settings(**settings), tmp_path_factory.getbasetemp()
    text = written(Decision(gpu, limits, decision.deciding(settings)), folder)
    assert decision.read(folder / "plan.env") == decision.handed_on(text, settings, gpu) == limits


class Recording:
    """Settings that remember which of them were asked for."""

    def __init__(self, settings):
        self.settings, self.asked = settings, set()

    def __getattr__(self, name):
        self.asked.add(name)
        return getattr(self.settings, name)


@pytest.mark.parametrize("mode", ["pair", "lora", "swap"])
@pytest.mark.parametrize("present", [None, BOTH])
def test_every_setting_that_a_plan_hangs_on_is_handed_on_with_it(mode, present):
    recording = Recording(Settings(MODE=mode, TUNED_GPUS="1"))
    plan.limits(recording, LLAMA_3_8B, {"r": 16}, present)
    host.check(recording, host.need(recording, LLAMA_3_8B, {"r": 16}, present), 64 * GIB, 64)
    asked = recording.asked & set(Settings.model_fields)
    assert asked
    assert asked - {"BASE_MODEL"} <= set(decision.DECIDED_BY)  # which is asked for its name alone


def test_a_container_that_finds_no_plan_says_which_command_makes_it():
    line = "nothing says what this server is given; run `python3 -m serve.runtimes.prepare` first, with the settings of"
    with pytest.raises(UsageError, match=line):
        decision.handed_on("", Settings(), gpu=False)


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        ({}, {"KV_CACHE_GIB": "2"}, "planned with KV_CACHE_GIB=, and started with KV_CACHE_GIB=2.0"),
        ({"MODE": "lora"}, {}, "planned with MODE=lora, and started with MODE=pair"),
        ({}, {"MAX_MODEL_LEN": "1024"}, "planned with MAX_MODEL_LEN=2048, and started with MAX_MODEL_LEN=1024"),
        ({}, {"SERVER_MEMORY": "8g"}, "planned with SERVER_MEMORY=16g, and started with SERVER_MEMORY=8g"),
        ({}, {"PRECISION": "fp"}, "planned with PRECISION=int4, and started with PRECISION=fp"),
    ],
)
def test_a_container_that_is_started_with_other_settings_says_with_which(tmp_path, then, now, words):
    with pytest.raises(UsageError) as refused:
        decision.handed_on(written(decided(**then), tmp_path), Settings(**now), gpu=False)
    assert str(refused.value) == f"{words}; run `python3 -m serve.runtimes.prepare` again"


@pytest.mark.parametrize(("gpu", "words"), [(False, "planned for the CPU, and a GPU is"), (True, "a GPU, and none is")])
def test_a_container_on_other_hardware_than_was_planned_for_says_so(tmp_path, gpu, words):
    made = decided(gpu=gpu, GPU_MEMORY_GIB=24)
    with pytest.raises(UsageError, match=f"{words} seen here; start with the Compose file that fits"):
        decision.handed_on(written(made, tmp_path), Settings(GPU_MEMORY_GIB=24), gpu=not gpu)


def test_a_setting_that_changes_the_plan_changes_what_is_written(tmp_path):
    assert written(decided(), tmp_path) == written(decided(), tmp_path)
    assert written(decided(KV_CACHE_GIB=2), tmp_path) != written(decided(), tmp_path)
    assert json.loads(written(decided(KV_CACHE_GIB=2), tmp_path))["limits"]["kv_cache_bytes"] == 2 * GIB


def test_the_adapters_rank_and_the_drivers_word_are_in_it(tmp_path, monkeypatch):
    monkeypatch.setattr(hardware, "gpus", lambda: BOTH)
    adapter = make_adapter(tmp_path / "adapter")
    sources = Sources(ROOT / "images" / "demo" / "base", adapter, tmp_path / "rows.jsonl")
    assert decision.decide(Settings(MODE="lora"), sources, gpu=True).limits.lora_rank == 4
    assert decided(gpu=True).limits.max_num_seqs == 256
    assert decided(gpu=True, BASE_GPUS="1", TUNED_GPUS="1").limits.max_num_seqs == 1024
    assert decided(gpu=True, BASE_GPUS="0", TUNED_GPUS="1").limits.max_num_seqs == 256  # the smaller one's, for both


def test_a_model_of_the_hub_is_decided_on_from_its_configurations_alone(monkeypatch, tmp_path):
    asked = []

    def hf_hub_download(name, file, token):
        asked.append((name, file, token))
        (tmp_path / file).write_text(
            json.dumps(LLAMA_3_8B if file == "config.json" else {"peft_type": "LORA", "r": 20})
        )
        return tmp_path / file

    monkeypatch.setattr("huggingface_hub.hf_hub_download", hf_hub_download)
    made = decided(BASE_MODEL="meta/llama", ADAPTER="me/mine", KV_CACHE_GIB=0.5)
    assert made.limits == Limits(GIB // 2, lora_rank=20)
    assert asked == [("meta/llama", "config.json", None), ("me/mine", "adapter_config.json", None)]
