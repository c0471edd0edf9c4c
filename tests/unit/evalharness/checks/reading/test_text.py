# ruff: noqa: RUF001 (other scripts' signs are what is tested)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.checks.reading.text import (
    NUMBERED,
    Block,
    fenced,
    items,
    paragraphs,
    sentences,
    tokens,
    unwrapped,
    whole,
    without_code,
)


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("Dr. Smith met J. Doe at 3.5 km. He left. Did he? Yes!", 4),
        ("Use a tool, e.g. a hammer. Then stop.", 2),
        ("We met at 5 p.m. and ate.", 1),
        ('He said "Go." Then he left...', 2),
        ("He and I. Then nobody.", 2),
        ("你好。我是谁？“我不知道。”他说。", 4),
        ("- One item\n- Two items. Really.", 3),
        ("1. First\n2. Second", 2),
        ("...", 0),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, many: int) -> None:
    assert len(sentences(text)) == many


@given(st.lists(st.sampled_from(["The sun is up", "Nobody came", "It is 3.5 km away"]), min_size=1, max_size=6))
def test_sentences_are_counted_however_they_end(parts: list[str]) -> None:
    assert len(sentences(" ".join(f"{part}." for part in parts))) == len(parts)
    assert len(sentences("\n".join(f"- {part}!" for part in parts))) == len(parts)


def test_tokens_are_words_and_single_chinese_characters() -> None:
    assert tokens("It's 2.5 KM — 你好 world") == ["it", "s", "2", "5", "km", "你", "好", "world"]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [("no", "nothing", False), ("no", "no, thing", True), ("不", "我不去", True), ("c++", "c++ code", True)],
)
def test_a_whole_word_is_no_part_of_another(phrase: str, text: str, found: bool) -> None:
    assert bool(whole(phrase).search(text)) == found


def test_items_are_bullets_or_lines_or_parts_between_commas() -> None:
    assert items("Fruits:\n- pear\n* fig") == ["pear", "fig"]
    assert items("1. pear\n2) fig") == ["pear", "fig"]
    assert items("pear\n\nfig\n") == ["pear", "fig"]
    assert items("pear, fig") == ["pear", "fig"]


def test_paragraphs_stand_between_empty_lines() -> None:
    assert len(paragraphs("\none\ntwo\n \nthree\n\n\n\nfour\n")) == 3


def test_a_code_block_is_left_out_closed_or_not() -> None:
    assert without_code("a\n```python\nb\n```\nc") == "a\nc"
    assert without_code("a\n```\nb") == "a\n"


def test_a_fenced_block_has_its_label_and_what_is_in_it() -> None:
    blocks, rest = fenced("a\n```Python x\nb\n\n```\n  ```\nc")
    assert blocks == [("python", "b\n\n", True), ("", "c", False)]
    assert rest == "a\n"


@pytest.mark.parametrize("fence", ["```", "~~~", "````", "~~~~~"])
def test_a_block_of_code_is_found_in_every_kind_of_fence_and_within_a_list(fence: str) -> None:
    [block] = fenced(f"1. So:\n\n   {fence}python\n   def f():\n       return 1\n   {fence}\nDone.")[0]
    assert block == Block("python", "def f():\n    return 1\n", True)


@pytest.mark.parametrize(
    "line", ["1. x", "1) x", "(1) x", "**1.** x", "**1. x**", "1\\. x", "### 1. x", "1、x", "（1）x", "１．x", "① x"]
)
def test_a_numbered_item_is_one_in_every_form_that_models_give(line: str) -> None:
    assert NUMBERED.match(line)


@pytest.mark.parametrize("line", ["1.5 litres", "2024 was dry", "x 1. y", "I am"])
def test_what_only_begins_with_a_number_is_no_item(line: str) -> None:
    assert not NUMBERED.match(line)


def test_sentences_end_within_bold_and_begin_small_where_all_is_small() -> None:
    assert len(sentences("**It is red.** *It is blue.* Both are colours.")) == 3
    assert len(sentences("coffee wakes people. it smells good!")) == 2
    assert len(sentences("Use e.g. a pen. It writes.")) == 2


def test_a_whole_answer_in_a_fence_of_text_is_read_as_text_and_code_is_not() -> None:
    assert unwrapped("```markdown\n# One\n```") == "# One"
    assert unwrapped("Here:\n```md\n# One\n```") == "Here:\n# One"
    assert unwrapped("```python\n# one\n```") == "```python\n# one\n```"
