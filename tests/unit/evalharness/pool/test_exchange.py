"""Rows go out as trl and LLaMA-Factory name their fields, and come back as they were."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import UsageError
from evalharness.pool import exchange, rows
from evalharness.pool.exchange import METHODS, WRITERS, dataset_info, read, record
from evalharness.pool.rows import DISLIKED, LIKED, PREFERRED, PoolRow

SAID = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Capital of Peru?"},
    {"role": "assistant", "content": "Lima."},
]
PAIR = rows.preference(SAID, PREFERRED, "Cusco.", tags=[])
LIKE, DISLIKE = (rows.preference(SAID, kind, tags=[]) for kind in (LIKED, DISLIKED))

words = st.text("abc é中", min_size=1, max_size=9).filter(lambda text: text.strip() == text)
turns = st.lists(words, min_size=2, max_size=6).filter(lambda said: len(said) % 2 == 0)


def row_of(system: str | None, said: list[str], kind: str, rejected: str) -> PoolRow:
    messages = [{"role": "system", "content": system}] if system else []
    messages += [{"role": "user" if at % 2 == 0 else "assistant", "content": text} for at, text in enumerate(said)]
    if kind == rows.GIVEN:
        return rows.given(messages, [], None)
    rejected += "!"  # the answers of a pair differ
    return rows.preference(messages, kind, rejected if kind == PREFERRED else None, tags=[])


@pytest.mark.parametrize("name", WRITERS)
@given(st.none() | words, turns, st.sampled_from([rows.GIVEN, LIKED, DISLIKED, PREFERRED]), words)
def test_a_row_written_for_its_method_is_read_as_the_same_row(
    name: str, tmp_path_factory: pytest.TempPathFactory, system: str | None, said: list[str], kind: str, rejected: str
) -> None:
    row = row_of(system, said, kind, rejected)
    method = {rows.GIVEN: "sft", PREFERRED: "dpo"}.get(kind, "kto")
    path = tmp_path_factory.getbasetemp() / f"{name}.jsonl"
    path.write_text(json.dumps(record(row, name, method)) + "\n", encoding="utf-8")
    assert read(path, None) == ([row], {})


def test_preferences_are_in_trls_fields_and_in_llama_factorys() -> None:
    prompt, answer = SAID[:-1], SAID[-1:]
    wrong = [{"role": "assistant", "content": "Cusco."}]
    assert record(PAIR, "openai", "dpo") == {"prompt": prompt, "chosen": answer, "rejected": wrong}
    assert record(DISLIKE, "openai", "kto") == {"prompt": prompt, "completion": answer, "label": False}
    assert record(PAIR, "sharegpt", "dpo") == {
        "system": "Be brief.",
        "conversations": [{"from": "human", "value": "Capital of Peru?"}],
        "chosen": {"from": "gpt", "value": "Lima."},
        "rejected": {"from": "gpt", "value": "Cusco."},
    }
    told = dataset_info("sharegpt", "dpo")
    assert told["ranking"] is True
    assert told["columns"] == {
        "messages": "conversations", "system": "system", "chosen": "chosen", "rejected": "rejected",
    }  # fmt: skip
    assert record(PAIR, "alpaca", "dpo")["chosen"] == "Lima." and "output" not in record(PAIR, "alpaca", "dpo")
    assert "response" not in dataset_info("alpaca", "dpo")["columns"]
    assert dataset_info("alpaca", "kto")["columns"]["kto_tag"] == "label"


def test_a_method_gets_the_rows_that_it_learns_from() -> None:
    found = {name: [row.kind for row in (rows.given(SAID, [], None), LIKE, DISLIKE, PAIR) if fits(row)]
             for name, fits in METHODS.items()}  # fmt: skip
    assert found == {"sft": ["given", LIKED], "dpo": [PREFERRED], "kto": [LIKED, DISLIKED]}


def test_only_what_llama_factory_can_read_is_named_to_it(tmp_path: Path) -> None:
    exchange.write(tmp_path / "trl", "openai", [PAIR], "dpo")
    exchange.write(tmp_path / "factory", "sharegpt", [PAIR], "dpo")
    assert not (tmp_path / "trl" / "dataset_info.json").exists()
    assert json.loads((tmp_path / "factory" / "dataset_info.json").read_text())["tandem_pool"]["ranking"] is True


@pytest.mark.parametrize(
    "preference",
    [
        {"prompt": "Capital of Peru?", "chosen": "Lima.", "rejected": "Cusco."},
        {"chosen": SAID[1:], "rejected": [SAID[1], {"role": "assistant", "content": "Cusco."}]},
        {"instruction": "Capital of", "input": "Peru?", "chosen": "Lima.", "rejected": "Cusco."},
    ],
    ids=["trl, texts", "trl, the prompt in both", "LLaMA-Factory, Alpaca"],
)
def test_other_ways_to_write_a_preference_are_read_too(tmp_path: Path, preference: dict[str, Any]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(preference))
    ((row,), left_out) = read(path, None)
    assert (row.kind, row.answer, row.rejected, left_out) == (PREFERRED, "Lima.", "Cusco.", {})


@pytest.mark.parametrize(
    "broken",
    [
        {"prompt": "a", "chosen": "b", "rejected": 3},
        {"prompt": 3, "chosen": "b"},
        {"prompt": "a", "chosen": "b", "rejected": "b"},
    ],
)
def test_a_preference_that_is_none_is_refused_in_one_line(tmp_path: Path, broken: dict[str, Any]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(broken))
    with pytest.raises(UsageError, match="nothing in it can be learnt from"):
        read(path, None)


def test_names_that_count_more_go_from_a_record_through_its_variants_to_what_tune_reads(tmp_path: Path) -> None:
    training_rows = pytest.importorskip("serve.models.training_rows")
    told = {"messages": SAID, "entities": ["Lima", 3, ""]}
    (tmp_path / "given.jsonl").write_text(json.dumps(told) + "\n")
    ((row,), _) = read(tmp_path / "given.jsonl", None)
    assert row.entities == ["Lima"]
    same = rows.variant(row, "Peru's capital?", "typos", 0)
    other = rows.made(row, rows.ending(row, "Capital of Cuba?", "Havana."), rows.NEW, 0)
    out = [*[same] * 4, *[other] * 4]
    assert exchange.write(tmp_path / "train", "openai", out) == len(out)
    found = training_rows.training_rows(tmp_path / "train" / "rows.jsonl", "sft")
    assert [one["entities"] for one in found] == [["Lima"]] * 4 + [[]] * 4  # what an answer does not hold is not named
    assert "entities" not in record(same, "alpaca", "sft")
