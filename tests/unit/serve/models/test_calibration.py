"""The calibration rows of a person's own file, whichever kind it is."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.errors import UsageError
from serve.models import calibration
from serve.models.calibration import FEWEST, MOST, calibration_rows

ROOT = Path(__file__).parents[4]
ASKED = {"role": "user", "content": "hi"}
ANSWERED = {"role": "assistant", "content": "hello"}
TREE = {
    "1": {"role": "user", "content": "hi", "parentId": None},
    "2": {"role": "assistant", "content": "hello", "parentId": "1"},
    "3": {"role": "assistant", "content": "another answer", "parentId": "1"},
}


def records(number):
    """Sixteen of a kind that differ, and one of them."""
    return {
        "messages": {"messages": [{"role": "user", "content": f"hi {number}"}]},
        "text": {"text": f"hello {number}"},
        "alpaca": {"instruction": f"hi {number}", "input": "", "output": "hello"},
        "sharegpt": {"conversations": [{"from": "human", "value": f"hi {number}"}, {"from": "gpt", "value": "hello"}]},
        "chat": {"chat": {"messages": [{"role": "user", "content": f"hi {number}"}, ANSWERED]}},
    }


@pytest.mark.parametrize("kind", records(0))
@pytest.mark.parametrize("lines", [True, False], ids=["JSON lines", "JSON"])
def test_every_kind_is_read_by_its_content(tmp_path, kind, lines):
    file = tmp_path / "rows"
    rows = [records(number)[kind] for number in range(FEWEST)]
    file.write_text("\n".join(map(json.dumps, rows)) if lines else json.dumps(rows, indent=1))
    read = calibration_rows(file)
    assert len(read) == FEWEST
    if kind == "text":
        assert read[0] == {"text": "hello 0"}
    else:
        assert read[0]["messages"][0] == {"role": "user", "content": "hi 0"}
        assert [turn["role"] for turn in read[0]["messages"][1:]] == ([] if kind == "messages" else ["assistant"])


@pytest.mark.parametrize("suite", sorted((ROOT / "evalharness" / "suites").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_suite_can_guide_the_quantizer_but_one_of_too_few_prompts(suite):
    if suite.stem == "long-context-32k":
        with pytest.raises(UsageError, match="12 rows that differ; CALIBRATION needs at least 16"):
            calibration_rows(suite)
        return
    rows = calibration_rows(suite)
    assert FEWEST <= len(rows) <= MOST
    assert all(row["messages"][-1]["role"] == "user" for row in rows)


def test_the_rows_that_ship_are_rows():
    assert len(calibration_rows(ROOT / "images" / "quantize" / "calibration.jsonl")) == 64
    assert len(calibration_rows(ROOT / "images" / "demo" / "calibration.jsonl")) <= MOST


def test_an_alpaca_record_with_an_input_asks_both():
    row = calibration.alpaca({"instruction": "Add.", "input": "1 and 2", "output": "3"})
    assert row == {"messages": [{"role": "user", "content": "Add.\n\n1 and 2"}, {"role": "assistant", "content": "3"}]}


def test_of_a_chat_the_branch_counts_that_was_seen_last():
    row = calibration.chat({"chat": {"history": {"messages": TREE, "currentId": "2"}}})
    assert row == {"messages": [ASKED, ANSWERED]}


def test_a_conversation_is_taken_up_to_the_first_call_of_a_tool():
    called = {"role": "assistant", "content": None, "tool_calls": [{"name": "get_time"}]}
    row = calibration.plain({"messages": [ASKED, called, {"role": "tool", "content": "12:00"}, ANSWERED]})
    assert row == {"messages": [ASKED]}


def test_a_chat_whose_messages_lead_in_a_circle_ends():
    circle = {"1": {"role": "user", "content": "hi", "parentId": "2"}, "2": {**ANSWERED, "parentId": "1"}}
    assert len(calibration.chat({"chat": {"history": {"messages": circle, "currentId": "2"}}})["messages"]) == 2


@pytest.mark.parametrize("row", ["nonsense", "{}", '"text"', "[1]", '{"messages": [{"role": "ghost", "content": ""}]}'])
def test_a_row_of_no_kind_is_refused_with_its_line(tmp_path, row):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "hello"}\n' * 20 + row + "\n")
    with pytest.raises(UsageError, match=r"rows\.jsonl:21: not a row like"):
        calibration_rows(file)


@pytest.mark.parametrize("content", ["suite: mine\n", "just words", "prompts: 3", "a: [", "- 1\n- 2\n"])
def test_a_file_of_no_kind_is_refused_with_the_kinds_there_are(tmp_path, content):
    file = tmp_path / "rows"
    file.write_text(content)
    with pytest.raises(UsageError, match="CALIBRATION takes: JSON lines"):
        calibration_rows(file)


def test_rows_that_are_the_same_count_once(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "hello"}\n' * 20)
    with pytest.raises(UsageError, match="1 rows that differ; CALIBRATION needs at least 16"):
        calibration_rows(file)


def test_of_many_rows_the_same_are_picked_every_time(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"text": f"row {number}"}) + "\n" for number in range(1000)))
    picked = calibration_rows(file)
    assert len(picked) == MOST
    assert picked == calibration_rows(file)
    assert max(int(row["text"].split()[1]) for row in picked) > 900  # not the first ones


FIELDS = st.sampled_from(["messages", "text", "instruction", "conversations", "chat", "history", "role", "content"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(FIELDS, inner)))
def test_whatever_json_it_is_given_it_reads_or_refuses(value):
    try:
        rows = calibration.read(json.dumps(value), Path("rows"))
    except UsageError:
        return
    assert all("text" in row or "messages" in row for row in rows)
