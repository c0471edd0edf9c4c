# ruff: noqa: RUF001 (other scripts' signs are what is tested)

"""Counts, layout, order, phrases: what an instruction asks of a text's form."""

from typing import Any

import pytest

from tests.parts import apply_checks

LIST = "- pear\n- Fig\n- apple"


def failure(kind: str, value: Any, answer: str) -> str | None:
    [outcome] = apply_checks(answer, "stop", [{"type": kind, "value": value}])
    found: str | None = outcome.failure
    return found


@pytest.mark.parametrize(
    ("kind", "value", "right", "wrong", "expected"),
    [
        ("words", 3, "one two three", "one two", "length"),
        ("words", {"min": 2, "max": 3}, "one two", "one two three four", "length"),
        ("characters", {"max": 4}, "你好 世界", "你好，世界", "length"),
        ("sentences", 2, "One. Two.", "One.", "length"),
        ("paragraphs", 2, "one\n\ntwo", "one\ntwo", "length"),
        ("lines", {"min": 2}, "one\ntwo", "one", "format"),
        ("bullets", 3, LIST, "pear\nfig\napple", "format"),
        ("bullets", 0, "*Not* a bullet - at all", LIST, "format"),
        ("numbered", {"min": 2}, "1. a\n2) b", LIST, "format"),
        ("sections", 2, "# One\ntext\n## Two", "# One\n```\n# a comment\n```", "format"),
        ("sections", {"marker": "Section", "min": 2}, "**Section 1**\na\n\nSECTION 2: b", "Section 1\na", "format"),
        ("highlights", {"min": 2}, "*one* and **two words**", "2 * 3 * 4 and *one*", "format"),
        ("placeholders", 1, "Dear [name],", "Dear [Sam](http://a), hello", "format"),
        ("capital_words", {"min": 2}, "STOP right NOW", "I stop now", "format"),
        ("letters", {"q": {"min": 2}}, "Quiet queen", "quiet", "missing"),
        ("letters", {"e": 0}, "without it all", "the end", "forbidden"),
        ("letter_case", "upper", "ALL OF IT, 3 TIMES", "ALL of it", "format"),
        ("letter_case", "lower", "all of it", "你好", "format"),
        ("no_commas", None, "one and two", "one, two", "forbidden"),
        ("no_commas", None, "一和二", "一，二", "forbidden"),
        ("titled", None, "<<The sea>>\nWaves.", "<<>> The sea", "format"),
        ("starts_with", "No", "No, never.", "Nothing.", "format"),
        (
            "ends_with",
            "Is there anything else?",
            "Yes. is there anything else? ",
            "Is there anything else? No.",
            "format",
        ),
        ("repeats_first", "Why is it so?", '"Why is  it so?"\nBecause.', "Why is it so?", "format"),
        ("occurrences", {"sea": {"min": 2}}, "Sea, the sea", "the sea season", "missing"),
        ("occurrences", {"sea": 0}, "the season", "the sea", "forbidden"),
        ("occurrences", {"海": 2}, "大海，海边", "大海", "missing"),
        ("in_order", ["mix", "bake"], "First mix, then bake.", "Bake what you mix.", "order"),
        ("in_order", ["mix", "bake"], "Mix it. Bake it.", "Mix it.", "missing"),
        ("sorted_list", "alphabetical", "- Apple\n- élan\n- fig", LIST, "order"),
        ("sorted_list", "reverse alphabetical", "- pear\n- Fig\n- apple", "- apple\n- fig", "order"),
        ("sorted_list", "increasing", "1. Oslo: 700,000\n2. Rome: 2.8e6", "1. Rome: 2800000\n2. Oslo: 700000", "order"),
        ("sorted_list", "decreasing", "9, 3, 3, -1", "3, 9", "order"),
        ("sorted_list", "increasing", "1\n2", "one\ntwo", "missing"),
        ("sorted_list", "alphabetical", "a\nb", "a", "format"),
    ],
)
def test_each_instruction_is_followed_or_not(kind: str, value: Any, right: str, wrong: str, expected: str) -> None:
    assert failure(kind, value, right) is None
    assert failure(kind, value, wrong) == expected
