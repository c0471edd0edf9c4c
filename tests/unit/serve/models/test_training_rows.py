"""Rows to train on: each method's own, and every line that is none is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.errors import UsageError
from serve.models.training_rows import FEWEST, HELD_OUT_AT_MOST, split, training_rows


def asked(question, answer="Yes."):
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def file_of(tmp_path, *rows):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return file


def test_the_last_answer_is_learnt_and_all_before_it_is_its_prompt(tmp_path):
    row = {"messages": [{"role": "system", "content": "Be brief."}, *asked("Why?")["messages"]], "tags": ["a"]}
    (first, *_) = training_rows(file_of(tmp_path, *[row] * FEWEST), "sft")
    assert [one["role"] for one in first["prompt"]] == ["system", "user"]
    assert first["completion"] == [{"role": "assistant", "content": "Yes."}]
    assert first["entities"] == []


def test_a_row_ends_with_its_line_and_not_at_what_else_unicode_calls_one(tmp_path):
    row = json.dumps(asked("Why\u2028not?\x85"), ensure_ascii=False)
    (first, *_) = training_rows(file_of(tmp_path, *[row] * FEWEST), "sft")
    assert first["prompt"][0]["content"] == "Why\u2028not?\x85"


@pytest.mark.parametrize(
    ("method", "row"),
    [
        ("dpo", {"prompt": "Why?", "chosen": "Because.", "rejected": "No."}),
        ("dpo", {"prompt": asked("Why?")["messages"][:1], "chosen": asked("", "A.")["messages"][1:], "rejected": "B."}),
        ("kto", {"prompt": "Why?", "completion": "Because.", "label": False}),
    ],
)
def test_preferences_are_texts_or_messages(tmp_path, method, row):
    (first, *_) = training_rows(file_of(tmp_path, *[row] * FEWEST), method)
    assert first["prompt"] == [{"role": "user", "content": "Why?"}]
    answers = [first[name] for name in ("chosen", "rejected", "completion") if name in first]
    assert all(one[-1]["role"] == "assistant" for one in answers)


@pytest.mark.parametrize(
    ("method", "line"),
    [
        ("sft", "{"),
        ("sft", "[" * 100_000),
        ("sft", '"text"'),
        ("sft", {"messages": []}),
        ("sft", {"messages": [{"role": "user", "content": "Why?"}]}),
        ("sft", {"messages": [{"role": "assistant", "content": "Yes."}]}),
        ("sft", asked("Why?", " ")),
        ("sft", {"messages": [{"role": "user", "content": None}, {"role": "assistant", "content": "Yes."}]}),
        ("sft", {**asked("Why?"), "entities": "Yes"}),
        ("dpo", asked("Why?")),
        ("dpo", {"prompt": "Why?", "chosen": "Same.", "rejected": "Same."}),
        ("kto", {"prompt": "Why?", "completion": "Because.", "label": "yes"}),
        ("sft", {"messages": [{"role": "system", "content": "Be brief."}, {"role": "assistant", "content": "Yes."}]}),
        ("sft", {"messages": [{"role": "wizard", "content": "Spell!"}, *asked("Why?")["messages"]]}),
        ("sft", asked(" ")),
        ("sft", asked("Why \ud800?")),
        ("dpo", {"prompt": "Why?", "chosen": "Same.", "rejected": " Same.\n"}),
        ("dpo", {"prompt": "Why?", "chosen": asked("Why?")["messages"], "rejected": "No."}),  # the prompt stands twice
        ("dpo", {"prompt": "Why?", "chosen": [{"role": "assistant", "content": ""}], "rejected": "No."}),
        ("kto", {"prompt": [{"role": "assistant", "content": "Why?"}], "completion": "Because.", "label": True}),
    ],
)
def test_a_line_that_is_no_row_of_the_method_is_named_by_its_number(tmp_path, method, line):
    with pytest.raises(UsageError, match=rf"rows.jsonl:1: no row to learn from by {method}; a row is ") as refused:
        training_rows(file_of(tmp_path, line, asked("Why?")), method)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("rows", "said"), [(0, "no rows in it"), (FEWEST - 1, f"{FEWEST - 1} rows in it")])
def test_too_few_rows_are_refused(tmp_path, rows, said):
    with pytest.raises(UsageError, match=f"{said}, and a stage needs at least {FEWEST}; set ROWS"):
        training_rows(file_of(tmp_path, *[asked("Why?")] * rows), "sft")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"none.jsonl: No such file or directory; set ROWS"):
        training_rows(tmp_path / "none.jsonl", "sft")


@given(
    answers=st.lists(st.integers(0, 30), min_size=FEWEST, max_size=2000),
    share=st.floats(0, 0.99),
    seed=st.integers(0, 3),
)
def test_a_split_loses_no_row_and_keeps_variants_of_one_answer_on_one_side(answers, share, seed):
    rows = [{"prompt": number, "completion": answer} for number, answer in enumerate(answers)]
    kept, held = split(rows, share, seed)
    assert sorted(one["prompt"] for one in [*kept, *held]) == list(range(len(rows)))
    assert {one["completion"] for one in kept}.isdisjoint(one["completion"] for one in held)
    assert len(held) <= min(HELD_OUT_AT_MOST, share * len(rows))
    assert kept
    assert split(rows, share, seed) == (kept, held)
