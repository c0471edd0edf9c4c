"""A training is a version like any other: made once, the same from the same seed, gone on with after a kill, merged."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serve.models.store import Store, read_manifest
from serve.paths import Paths
from serve.runtimes.jobs import Jobs, quantize_command, recipe_words
from serve.runtimes.local.jobs import environment_of
from serve.runtimes.pipeline import version
from serve.settings import Settings
from tests.e2e.jobs.tuning import KILLED_AT, STEPS, TOKENS
from tests.e2e.serving import answered, cpu_server, serving
from tests.models_made import make_adapter
from tests.newcomer import Checkout

SHORT = """
adapter: {dropout: 0.0}
held_out: 0.1
stages:
- {name: short, learning_rate: 1.0e-3, batch: 8, steps: 4}
"""


def of_tune(checkout: Checkout) -> str:
    return str(checkout.root / ".tandem" / "environments" / "tune" / "bin" / "python")


@pytest.fixture(scope="module")
def tuned(checkout: Checkout) -> Iterator[Checkout]:
    """The checkout after a `make tune` of four steps on the demo's own rows."""
    (checkout.root / "short.yaml").write_text(SHORT)
    done = checkout.make("tune", "TUNE=short.yaml")
    assert done.code == 0, done.said
    assert "`make up ADAPTER=models/adapter/current` merges and serves it" in done.said
    yield checkout
    store = Store(checkout.root / "models")
    with store.lock("adapter"):
        store.discard("adapter", store.in_force("adapter"))


@pytest.fixture(scope="module")
def outcomes(tuned: Checkout, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("tuning")
    make_adapter(folder / "other")
    lines = (tuned.root / ".tandem" / "demo-rows.jsonl").read_text().splitlines(keepends=True)
    (folder / "rows.jsonl").write_text("".join(lines[:60]))
    demo = tuned.root / "images" / "demo"
    done = tuned.run(of_tune(tuned), "-m", "tests.e2e.jobs.tuning", str(demo), str(folder / "rows.jsonl"), str(folder))
    assert done.code == 0, done.said
    made: dict[str, Any] = json.loads(done.said.splitlines()[-1])
    return made


def test_what_was_trained_is_a_version_with_its_rows_and_how_it_learned(tuned: Checkout) -> None:
    folder = Store(tuned.root / "models").current("adapter")
    assert folder is not None
    manifest = read_manifest(folder) or {}
    assert set(manifest["sources"]) == {"base", "adapter"}
    assert len(manifest["parameters"]["stages"]["short"]["rows"]) == 64
    assert manifest["proof"]["stages"]["short"]["steps"] == 4
    assert manifest["libraries"].keys() == {"torch", "transformers", "peft", "trl"}
    assert (folder / "curve.svg").read_text().startswith("<svg")
    assert folder.name in tuned.make("versions").said


def test_the_same_again_is_not_trained_again(tuned: Checkout) -> None:
    version = Store(tuned.root / "models").in_force("adapter")
    done = tuned.make("tune", "TUNE=short.yaml")
    assert done.code == 0
    assert Store(tuned.root / "models").in_force("adapter") == version
    assert (tuned.root / ".tandem" / "logs" / "tune.log").read_text().splitlines()[-1] == f"adapter {version} stands"


def merge(tuned: Checkout, adapter: Path, store: Path) -> Path:
    """The folder of what the merge job makes of it on the demo's base."""
    python = str(tuned.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    base = tuned.root / "images" / "demo" / "base"
    words = ("--base", str(base), "--adapter", str(adapter), "--store", str(store))
    done = tuned.run(python, "-m", "images.merge.merge", *words)
    assert done.code == 0, done.said
    merged = Store(store).current("merged")
    assert merged is not None
    return merged


def test_it_can_be_merged(tuned: Checkout, tmp_path: Path) -> None:
    merged = merge(tuned, tuned.root / "models" / "adapter" / "current", tmp_path)
    assert (read_manifest(merged) or {})["sources"]["adapter"]["variant"] == "adapter"


def test_the_same_seed_gives_the_same_losses_and_weights(outcomes: dict[str, Any]) -> None:
    stores = outcomes["stores"]
    assert outcomes["codes"]["whole"] == outcomes["codes"]["again"] == 0, outcomes["said"]
    assert stores["whole"]["losses"] == stores["again"]["losses"]
    assert stores["whole"]["weights"] == stores["again"]["weights"]
    assert stores["whole"]["losses"]["general"] != stores["another seed"]["losses"]["general"]


def test_killed_in_its_second_stage_it_goes_on_and_ends_as_if_it_had_not_been(outcomes: dict[str, Any]) -> None:
    stores, codes = outcomes["stores"], outcomes["codes"]
    assert codes["killed"] == -9
    assert outcomes["in_force_when_killed"] == ""
    assert codes["gone on"] == 0, outcomes["said"]["killed"]
    assert any(line.startswith("domain: going on from step") for line in outcomes["said"]["killed"])
    assert stores["killed"]["losses"] == stores["whole"]["losses"]
    assert stores["killed"]["weights"] == stores["whole"]["weights"]
    assert stores["killed"]["hidden"] == []


def test_killed_four_times_with_added_tokens_it_ends_with_the_same_tokens_and_weights(outcomes: dict[str, Any]) -> None:
    codes, said = outcomes["codes"], outcomes["said"]["tokens, killed"]
    whole, last = outcomes["stores"]["tokens"], outcomes["stores"]["tokens, killed"]
    assert [codes[moment] for moment in KILLED_AT] == [-9] * len(KILLED_AT)
    assert codes["tokens, killed"] == 0, said
    assert {line.partition(" from step")[0] for line in said if " from step" in line} == {
        "general: going on",
        "domain: going on",
    }
    for same in ("version", "tokenizer", "files", "config", "losses", "weights", "hidden"):
        assert last[same] == whole[same], same
    assert last["proof"]["vocabulary"] == whole["proof"]["vocabulary"]
    assert last["proof"]["stages"] == whole["proof"]["stages"]  # each stage has had all of its rows


def test_stages_follow_each_other_and_the_loss_falls(outcomes: dict[str, Any]) -> None:
    whole = outcomes["stores"]["whole"]
    assert list(whole["losses"]) == ["general", "domain"]
    assert whole["losses"]["general"][-1]["step"] == STEPS
    learnt = whole["proof"]["stages"]
    assert learnt["domain"]["held_out_before"] == pytest.approx(learnt["general"]["held_out_after"], rel=1e-3)
    begun = outcomes["stores"]["anew"]["proof"]["stages"]["general"]
    assert begun["held_out_after"] < begun["held_out_before"]


def test_pairs_and_thumbs_are_learnt_against_the_adapter_as_it_was(outcomes: dict[str, Any]) -> None:
    assert outcomes["codes"]["preferences"] == 0, outcomes["said"]["preferences"]
    learnt = outcomes["stores"]["preferences"]["proof"]["stages"]
    assert learnt["pairs"]["held_out_before"] == pytest.approx(math.log(2), rel=1e-3)  # as likely as the other
    assert learnt["thumbs"]["held_out_before"] == pytest.approx(0.5, rel=1e-2)
    assert learnt["pairs"]["held_out_after"] < learnt["pairs"]["held_out_before"]


def test_one_that_is_begun_has_the_shape_it_was_told(outcomes: dict[str, Any]) -> None:
    anew = outcomes["stores"]["anew"]
    assert anew["sources"] == ["base"]
    config = anew["config"]
    assert (config["r"], config["lora_alpha"], config["lora_dropout"]) == (16, 32, 0.1)
    assert config["base_model_name_or_path"] == "tandem-demo-base"


@pytest.mark.parametrize("kind", ["tokens", "tokens, from an adapter"])
def test_tokens_for_the_rows_are_added_and_trained_and_merge_with_their_tokenizer(
    tuned: Checkout, outcomes: dict[str, Any], kind: str, tmp_path: Path
) -> None:
    assert outcomes["codes"][kind] == 0, outcomes["said"][kind]
    made = outcomes["stores"][kind]
    told = made["proof"]["vocabulary"]
    assert told["tokens"] == TOKENS
    assert told["text_after"] < told["text_before"]
    assert any(line.endswith("fewer") for line in outcomes["said"][kind])
    assert {"tokenizer.json", "tokenizer_config.json"} <= set(made["files"])
    new = list(range(1024, 1024 + TOKENS))
    assert made["config"]["trainable_token_indices"] == {"embed_tokens": new, "lm_head": new}
    learnt = made["proof"]["stages"]
    assert learnt["domain"]["held_out_after"] < learnt["general"]["held_out_before"]
    assert learnt["domain"]["held_out_before"] == pytest.approx(learnt["general"]["held_out_after"], rel=1e-3)

    adapter = Store(Path(outcomes["folder"]) / kind).current("adapter")
    assert adapter is not None
    merged = merge(tuned, adapter, tmp_path)
    assert json.loads((merged / "config.json").read_text())["vocab_size"] == 1024 + TOKENS
    theirs, ours = (json.loads((folder / "tokenizer.json").read_text())["model"] for folder in (adapter, merged))
    assert ours["vocab"] == theirs["vocab"]
    assert ours["merges"] == theirs["merges"]


def test_an_adapter_with_its_own_tokens_is_gone_on_with_and_keeps_them(outcomes: dict[str, Any]) -> None:
    before = outcomes["stores"]["tokens"]["proof"]["stages"]["domain"]["held_out_after"]
    for kind, stage in (("gone on with tokens", "general"), ("preferences with tokens", "pairs")):
        assert outcomes["codes"][kind] == 0, outcomes["said"][kind]
        made = outcomes["stores"][kind]
        assert {"tokenizer.json", "tokenizer_config.json"} <= set(made["files"])
        assert len(made["config"]["trainable_token_indices"]["embed_tokens"]) == TOKENS
        begun = made["proof"]["stages"][stage]["held_out_before"]
        assert begun == pytest.approx(before if stage == "general" else math.log(2), rel=1e-2)


def test_with_added_tokens_it_is_merged_quantized_and_answers_a_chat_in_them(
    tuned: Checkout, outcomes: dict[str, Any], tmp_path: Path
) -> None:
    adapter = Store(Path(outcomes["folder"]) / "tokens, from an adapter").current("adapter")
    assert adapter is not None
    merged, settings, calibration = merge(tuned, adapter, tmp_path), Settings(), tmp_path / "calibration.jsonl"
    rows = [json.loads(line)["messages"] for line in (Path(outcomes["folder"]) / "rows.jsonl").read_text().splitlines()]
    calibration.write_text("".join(json.dumps({"text": row[-1]["content"]}) + "\n" for row in rows))
    recipe = recipe_words(settings.QUANTIZER, settings.GPTQ_GROUP_SIZE, calibration)
    python = environment_of("quantize", settings, Paths(tuned.root), gpu=False).python
    command = quantize_command(python, merged, "tuned", tmp_path, recipe, settings.GPTQ_KL_LIMIT)
    made = Jobs(Paths(tuned.root)).run("quantize tuned", command, tmp_path / "quantize.log", print)
    int4 = Store(tmp_path).folder("tuned", version(made))
    server = cpu_server(int4, 512, 2**26)
    with serving(tuned, server, tmp_path / "log"):
        read = [(asked, answered(server, "/tokenize", messages=asked)["tokens"]) for *asked, _ in rows]
        asked, tokens = next((asked, tokens) for asked, tokens in read if max(tokens) >= 1024)
        answer = answered(server, "/v1/chat/completions", messages=asked, temperature=0, max_tokens=200)
    assert answer["usage"]["prompt_tokens"] == len(tokens)
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["choices"][0]["message"]["content"].strip()


def test_the_libraries_read_what_they_are_told_on_gpus(outcomes: dict[str, Any]) -> None:
    parsed = outcomes["parsed"]
    assert parsed["launched"] == {
        "multi_gpu": True,
        "num_processes": 4,
        "module": True,
        "training_script": "images.tune.parallel",
        "training_script_args": ["task.pickle"],
    }
    assert parsed["four bits"] == ["nf4", "torch.bfloat16"]
    assert parsed["checkpointing"] == [[True, {"use_reentrant": False}]] * 3


def test_named_spans_have_their_share_of_the_loss_as_added_up_by_hand(outcomes: dict[str, Any]) -> None:
    trained_on, by_hand = outcomes["weighted"]
    assert trained_on == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("diverged", "tune: stage wild diverged by step"),
        ("empty", "empty.jsonl: no rows in it"),
        ("other base", "made for another base"),
        ("tokens twice", "added tokens already, and keeps those"),
        ("no gpu", "gpu: there is none here, and no CPU does it"),
    ],
)
def test_what_cannot_be_is_one_line_and_the_store_is_untouched(outcomes: dict[str, Any], kind: str, said: str) -> None:
    assert outcomes["codes"][kind] == 2, outcomes["said"][kind]
    assert said in outcomes["said"][kind][-1]
    assert not any("Traceback" in line for line in outcomes["said"][kind])
    left = outcomes["stores"].get(kind, {"version": None, "hidden": []})
    assert left == {"version": None, "hidden": []}
