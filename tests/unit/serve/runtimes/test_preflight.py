"""Preflight says each thing that will fail later, with the setting that mends it, and what a licence asks for."""

import json
from pathlib import Path

import pytest

from serve import hardware
from serve.commands import preflight as command
from serve.errors import UsageError
from serve.hardware import Gpu
from serve.models import preflight as models
from serve.models import quantizing
from serve.models.sources import Sources
from serve.runtimes import preflight
from serve.runtimes.preflight import Findings, findings, how_long
from serve.settings import Settings
from tests.models_made import LLAMA_3_8B, MODULE, add_tensors, make_adapter, make_model

ROOT = Path(__file__).parents[4]
CALIBRATION = ROOT / "images" / "quantize" / "calibration.jsonl"


class Machine:
    def __init__(self, gpu=False, server_memory=None):
        self.gpu, self.server_memory = gpu, server_memory


@pytest.fixture
def pair(tmp_path):
    sizes = {**LLAMA_3_8B, "vocab_size": 32, "hidden_size": 64, "num_hidden_layers": 1, "intermediate_size": 128}
    return make_model(tmp_path / "base", **sizes), make_adapter(tmp_path / "adapter")


@pytest.fixture
def look(pair, monkeypatch):
    monkeypatch.setattr(hardware, "host_memory", lambda: (64, 32))

    def looked(machine=None, running=False, disk=None, **settings):
        base, adapter = pair
        stated = {"GPTQ_GROUP_SIZE": 32, "BASE_MODEL": str(base), "ADAPTER": str(adapter), **settings}
        return findings(Settings(**stated), Sources(base, adapter, CALIBRATION), machine or Machine(), running, disk)

    return looked


def test_a_pair_that_can_be_served_has_its_figures_and_what_is_decided(look, tmp_path):
    found = look(disk=tmp_path)
    assert (found.refusals, found.warnings, found.duties) == ([], [], [])
    assert found.decided is not None
    assert found.figures[0].startswith("Disk: ")
    found.refuse()


def test_how_long_quantizing_takes_is_estimated_where_it_is_long(look, monkeypatch):
    assert not [line for line in look().figures if line.startswith("Estimate")]
    monkeypatch.setattr(hardware, "cores", lambda: 2)
    monkeypatch.setattr(quantizing, "seconds", lambda _, gpu, __: (600, 1800) if gpu else (3 * 3600, 14.5 * 3600))
    assert look().figures[-1] == "Estimate: quantizing takes 3 to 15 hours for each model, on 2 cores."
    here = list(how_long(Path("base"), gpu=True))
    assert here == ["Estimate: quantizing takes 10 to 30 minutes for each model, on an A100."]


def test_a_cache_larger_than_the_machine_is_refused_where_there_is_no_gpu(look):
    assert [line for line in look(KV_CACHE_GIB=40).refusals if line.startswith("KV_CACHE_GIB=40, for each of 2")]


def test_all_that_will_fail_is_said_at_once(look, pair, monkeypatch, tmp_path):
    monkeypatch.setattr(models.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10})())
    (pair[1] / "adapter_config.json").write_text(json.dumps({"peft_type": "IA3"}))
    found = look(disk=tmp_path, MODE="swap")
    with pytest.raises(UsageError) as refused:
        found.refuse()
    lines = str(refused.value).splitlines()
    assert len(lines) == 3
    assert all(word in "\n".join(lines) for word in ("MODE=swap", "a IA3 adapter", "free some space"))


def test_a_refusal_is_said_once(look, pair):
    (pair[0] / "config.json").write_text("[]")
    assert len(look().refusals) == 1


def test_a_card_without_bfloat16_is_told_by_its_name(look, monkeypatch):
    monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(15, 15, "Tesla T4")})
    monkeypatch.setattr(hardware, "capabilities", lambda: {0: (7, 5)})
    (line,) = look(Machine(gpu=True)).warnings
    assert line.startswith("GPU 0, Tesla T4, has no bfloat16")
    monkeypatch.setattr(hardware, "capabilities", lambda: {0: (8, 0)})
    assert look(Machine(gpu=True)).warnings == []


def test_what_the_driver_says_of_cards_is_read():
    assert hardware.parse_capabilities("0, 7.5\n1, 12.0\n2, [N/A]\n\n") == {0: (7, 5), 1: (12, 0)}


def test_a_job_that_its_container_has_no_room_for_is_told_with_both_figures(look, monkeypatch):
    monkeypatch.setattr(models, "weight_bytes", lambda _: 40 * 1024**3)
    (line,) = look(Machine(server_memory=16 * 1024**3)).warnings
    assert line.startswith("quantizing takes about 42.1 GiB of the host's memory, more than its container may have")
    assert line.endswith("JOB_MEMORY=32g; set it to 43g")
    assert look(Machine()).warnings == []  # no container, and 64 GiB


def test_a_machine_too_small_for_the_job_is_told_with_both_figures(look, monkeypatch):
    monkeypatch.setattr(models, "weight_bytes", lambda _: 140 * 1024**3)
    (line,) = look().warnings
    assert "takes about 142.1 GiB of the host's memory, and this machine has 64.0" in line


def test_a_llama_3_asks_for_its_notice_and_its_name(look, pair):
    (pair[0] / "README.md").write_text("---\nlicense: llama3\n---\n")
    (line,) = look().notes()
    assert line.startswith("Licence: ")
    assert 'a name that begins with "Llama 3"' in line


def test_added_words_on_a_table_that_two_share_are_told_with_what_the_second_takes(look, pair):
    base, adapter = pair
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "tie_word_embeddings": True}))
    (adapter / "tokenizer_config.json").write_text("{}")
    add_tensors(adapter, **{"model.embed_tokens.weight": (40, 64)})
    (line,) = look().warnings
    assert "changes one of two tables that the base shares; the merged model gets a second one" in line


def test_an_adapter_that_vllm_cannot_serve_as_it_is_is_refused_in_that_mode_alone(look, pair, monkeypatch):
    monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(24, 24)})
    add_tensors(pair[1], **{f"{MODULE}.lora_magnitude_vector": (64,)})
    assert look(MODE="lora").refusals
    assert not look().refusals


def test_several_adapters_are_looked_at_one_by_one_and_served_merged_alone(look, pair, monkeypatch):
    monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(24, 24)})
    (pair[1] / "adapter_config.json").unlink()
    make_adapter(pair[1] / "1-general")
    make_adapter(pair[1] / "2-domain")
    assert look().refusals == []
    (line,) = look(MODE="lora").refusals
    assert "2 adapters; MODE=lora serves one, set MODE=pair to merge them in turn" in line
    make_adapter(pair[1] / "3-safety", hidden=32)
    (line,) = look().refusals
    assert "3-safety: made for another base" in line


def test_adapters_named_one_by_one_are_each_looked_at(pair, tmp_path, monkeypatch):
    monkeypatch.setattr(hardware, "host_memory", lambda: (64, 32))
    monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(24, 24)})
    base, first = pair
    given = Settings(GPTQ_GROUP_SIZE=32, BASE_MODEL=str(base), ADAPTER=f"{first},{tmp_path / 'safety'}")

    def refusals(**settings):
        sources = Sources(base, first, CALIBRATION, (tmp_path / "safety",))
        return findings(given.model_copy(update=settings), sources, Machine(), running=False, disk=None).refusals

    assert refusals() == [f"{tmp_path / 'safety'}: no such folder; set ADAPTER to a model folder or a hub name"]
    make_adapter(tmp_path / "safety")
    assert refusals() == []
    (line,) = refusals(MODE="lora")
    assert line == "ADAPTER names 2 adapters; MODE=lora serves one, set MODE=pair to merge them in turn"


def test_a_download_that_its_disk_has_no_room_for_is_refused_with_what_is_made_of_it(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub" / "cache"))
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 30 * 10**9})())
    preflight.check_download(16 * 10**9, 27 * 10**9, None)
    with pytest.raises(
        UsageError, match=r"cache: 30\.0 GB free, but 16\.0 GB are downloaded .* needs 43\.0 GB; .* HF_HOME"
    ):
        preflight.check_download(16 * 10**9, 27 * 10**9, tmp_path)


def test_the_command_ends_with_a_line_for_each_refusal(monkeypatch):
    found = Findings(refusals=["one", "two", "one"], figures=["Disk: 1 GB"])
    runtime = type("Runtime", (), {"preflight": lambda _: found})
    monkeypatch.setattr(command, "announced", lambda *_: "local")
    monkeypatch.setattr(command, "KINDS", {"local": lambda *_: runtime()})
    with pytest.raises(UsageError, match=r"^one\ntwo$"):
        command.main(Settings(), None)
    found.refusals.clear()
    assert command.main(Settings(), None) == 0
