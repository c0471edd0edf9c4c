"""What the merge job publishes is the adapter on its base, for every kind of adapter; what is not, it refuses."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.jobs.killing import KILLS
from tests.e2e.jobs.merging import (
    BASES,
    CASES,
    FAMILIES,
    FAULTS,
    FULL,
    HOSTILE,
    IN_ORDER,
    MANY_WORDS,
    NO_MODEL,
    OLD,
    RARER,
    SPARE,
    UNFIT,
    UNLOADABLE,
    UNROUNDED,
    WIDE,
)
from tests.newcomer import Checkout

UNTIES = {  # kinds that make of one table two which differ
    "the embedding",
    "the embedding, DoRA",
    "the output head",
    "both tables",
    "both tables, kept tied",
    "a whole embedding",
    "a whole output head",
    "both whole tables",
    "added words, a LoRA of the embedding",
    "added words, both whole tables",
    "added words, a whole output head",
}
# What only peft can merge: it begins by changing the base, or words were added that the adapter does not bring.
NOT_STREAMED = {("tied", "PiSSA"), ("untied", "PiSSA"), ("untied", "added words, a LoRA of the embedding")}


def merge_python(checkout: Checkout) -> str:
    return str(checkout.root / ".tandem" / "environments" / "merge" / "bin" / "python")


@pytest.fixture(scope="module")
def outcomes(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    tokenizer, folder = checkout.root / "images" / "demo" / "base", tmp_path_factory.mktemp("merging")

    def merged(tables: str) -> dict[str, Any]:
        words = (str(tokenizer), str(folder / tables), tables)
        done = checkout.run(merge_python(checkout), "-m", "tests.e2e.jobs.merging", *words)
        assert done.code == 0, done.said
        made: dict[str, Any] = json.loads((folder / tables / "outcomes.json").read_text())
        return made

    with ThreadPoolExecutor(len(FAMILIES)) as pool:  # each is of one thread
        tied, untied = pool.map(merged, FAMILIES)
    return tied | untied


@pytest.mark.parametrize(("base", "kind"), CASES)
def test_every_kind_of_adapter_is_merged_but_for_rounding(outcomes: dict[str, Any], base: str, kind: str) -> None:
    outcome = outcomes[f"{base}: {kind}"]
    assert "refused" not in outcome
    proof, (_, tied, weights, _) = outcome["proof"], BASES[base]
    assert proof["weights"] == weights
    assert proof["adapter_effect_l2"] > 100 * proof["unexplained_limit_l2"]  # so it would have been missed
    assert outcome["config"]["tie_word_embeddings"] is (tied and kind not in UNTIES)


@pytest.mark.parametrize(("base", "kind"), CASES)
def test_what_is_streamed_is_within_one_unit_in_the_last_place_of_what_peft_makes_in_float32(
    outcomes: dict[str, Any], base: str, kind: str
) -> None:
    outcome = outcomes[f"{base}: {kind}"]
    streamed = (base.split()[0], kind) not in NOT_STREAMED
    assert outcome["proof"]["merged_by"] == ("streaming" if streamed else "peft")
    if streamed:
        assert outcome["near"] >= 0.9999
        assert outcome["proof"]["weights_as_peft_rounds_them"] >= 0.999


@pytest.mark.parametrize("name", RARER)
def test_adapters_of_rarer_settings_are_merged_too(outcomes: dict[str, Any], name: str) -> None:
    outcome = outcomes[name]
    assert "refused" not in outcome
    assert outcome["proof"]["merged_by"] == RARER[name][0]
    assert outcome["near"] is None or outcome["near"] >= 0.9999


@pytest.mark.parametrize("base", [WIDE, FULL])
@pytest.mark.parametrize("name", UNROUNDED)
def test_a_base_in_float32_or_wider_takes_an_adapter_of_any_scaling(
    outcomes: dict[str, Any], base: str, name: str
) -> None:
    proof = outcomes[f"{base}: {name}"]["proof"]
    assert (proof["weights"], proof["rounding_l2"]) == (BASES[base][2], 0.0)
    assert proof["adapter_effect_l2"] > 100 * proof["unexplained_limit_l2"]


@pytest.mark.parametrize("dtype", MANY_WORDS)
def test_dora_of_an_embedding_of_many_words_is_merged(outcomes: dict[str, Any], dtype: str) -> None:
    proof = outcomes[f"many words, {dtype}"]["proof"]
    assert proof["unexplained_l2"] <= proof["unexplained_limit_l2"] / 2


@pytest.mark.parametrize("name", SPARE)
def test_words_that_an_adapter_puts_into_spare_rows_come_with_its_tokenizer(
    outcomes: dict[str, Any], name: str
) -> None:
    outcome = outcomes[name]
    assert (outcome["proof"]["merged_by"], outcome["words"], outcome["template"]) == (name, [0, 1], True)


@pytest.mark.parametrize("name", UNFIT)
def test_an_adapter_whose_file_and_configuration_do_not_fit_is_refused(outcomes: dict[str, Any], name: str) -> None:
    assert UNFIT[name][-1] in outcomes[name]["refused"]


@pytest.mark.parametrize("name", UNLOADABLE)
def test_a_tokenizer_that_cannot_be_loaded_is_refused_in_one_line_by_whose_it_is(
    outcomes: dict[str, Any], name: str
) -> None:
    (line,), (part, _, what) = outcomes[name]["refused"].splitlines(), UNLOADABLE[name]
    assert f"{name}: transformers cannot load {what} (" in line
    assert line.endswith("set BASE_MODEL" if part == "base" else "set ADAPTER")


@pytest.mark.parametrize("name", NO_MODEL)
def test_a_base_whose_configuration_makes_no_model_is_refused_in_one_line(outcomes: dict[str, Any], name: str) -> None:
    (line,) = outcomes[name]["refused"].splitlines()
    assert f"{name}: transformers cannot load its config.json (" in line
    assert line.endswith("set BASE_MODEL")


@pytest.mark.parametrize("name", IN_ORDER)
def test_adapters_are_merged_in_order(outcomes: dict[str, Any], name: str) -> None:
    outcome, other = outcomes[name], outcomes[f"{name}, the other way round"]
    assert outcome["near"] >= 0.9999
    assert other["near"] >= 0.9999


def test_an_adapter_of_one_of_two_tables_keeps_what_the_one_before_made_of_the_other(outcomes: dict[str, Any]) -> None:
    assert outcomes["one table, then the other"]["moved"] == {"model.embed_tokens": True, "lm_head": True}


@pytest.mark.parametrize(("version", "kind"), OLD)
def test_adapters_in_the_layout_of_older_versions_of_peft_are_merged_alike(
    outcomes: dict[str, Any], version: str, kind: str
) -> None:
    outcome, today = outcomes[f"{version}: {kind}"], outcomes[f"untied float16, one file: {kind}"]
    assert outcome == today


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_number_is_refused_in_one_line_by_whose_it_is(outcomes: dict[str, Any], name: str) -> None:
    (line,) = outcomes[name]["refused"].splitlines()
    assert HOSTILE[name][-1] in line


def test_an_adapter_that_peft_itself_cannot_run_is_refused_in_one_line(outcomes: dict[str, Any]) -> None:
    (line,) = outcomes["what peft cannot run"]["refused"].splitlines()
    assert "peft cannot merge it" in line
    assert line.endswith("set ADAPTER to another")


def killed_at_random(checkout: Checkout, python: str, *words: str | Path) -> dict[str, Any]:
    """What killing.py found, where all is as it should be whichever job was killed."""
    killing = "tests/e2e/jobs/killing.py"  # by its file: auto-gptq installs a package `tests` of its own
    done = checkout.run("env", f"PYTHONPATH={checkout.root}", python, killing, *map(str, words))
    assert done.code == 0, done.said
    found: dict[str, Any] = json.loads(done.said.splitlines()[-1])
    assert len(found["seen"]) == KILLS
    assert sum(one["killed"] for one in found["seen"]) >= KILLS / 2
    assert all(one["damaged"] == [] and one["in_force"] for one in found["seen"])
    assert (found["undisturbed"], found["last"], found["another"], found["same"]) == (0, 0, True, True)
    assert (found["damaged"], found["left"]) == ([], [])
    return found


def test_a_merge_killed_at_any_moment_leaves_whole_versions_and_the_next_ends_well(
    checkout: Checkout, tmp_path: Path
) -> None:
    demo = checkout.root / "images" / "demo"
    killed_at_random(checkout, merge_python(checkout), "merge", demo / "base", demo / "adapter", tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_merge_with_a_fault_is_refused(outcomes: dict[str, Any], fault: str) -> None:
    base, settings, _ = FAULTS[fault]
    assert "proof" in outcomes[f"{base}: {settings}"]
    assert "the merged model is not ADAPTER on BASE_MODEL" in outcomes[fault]["refused"]
