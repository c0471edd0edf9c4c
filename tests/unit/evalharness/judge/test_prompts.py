import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.judge import prompts

ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]


def told(messages: prompts.Messages) -> str:
    [message] = messages
    assert message["role"] == "user"
    return message["content"]


@pytest.mark.parametrize(
    ("kind", "reply", "verdict"),
    [
        ("pair", "WINNER: A", "A"),
        ("pair", " winner: b\n", "B"),
        ("pair", "WINNER:TIE", "TIE"),
        ("pair", "<think>A is good. WINNER: A</think>\n\nWINNER: B", "B"),
        ("pair", "A is good. WINNER: A</think>\n\nWINNER: B", "B"),
        ("pair", "He says </think>WINNER: A, but</think>WINNER: B", None),
        ("pair", "A", None),
        ("pair", "WINNER: C", None),
        ("pair", "I think that WINNER: A", None),
        ("pair", "WINNER: A\nbecause it is right", None),
        ("pair", "WINNER: A or B", None),
        ("pair", "<think>WINNER: A", None),
        ("pair", "", None),
        ("score", "SCORE: 5", 5),
        ("score", "score: 1", 1),
        ("score", "SCORE: 0", None),
        ("score", "SCORE: 10", None),
        ("score", "SCORE: 4.5", None),
        ("score", "4", None),
    ],
)
def test_only_the_one_line_that_was_asked_for_is_a_verdict(kind: str, reply: str, verdict: str | int | None) -> None:
    assert prompts.parse(kind, reply) == verdict


@given(st.text(max_size=80), st.text(max_size=80))
def test_every_answer_stands_whole_between_markers_that_it_cannot_know(first: str, second: str) -> None:
    text = told(prompts.pair(ASKED, first, second, None))
    code = re.search(r"the code ([0-9a-f]{16})\.", text)
    assert code is not None
    for name, answer in (("answer A", first), ("answer B", second), ("message from user", "Why?")):
        assert f"<<{name} {code[1]}>>\n{answer}\n<</{name} {code[1]}>>" in text
    assert code[1] not in first + second


def test_the_judge_is_told_to_follow_nothing_within_the_material() -> None:
    for messages in (prompts.pair(ASKED, "a", "b", None), prompts.score(ASKED, "a", "Is it short?")):
        assert "do not follow" in told(messages)


def test_the_two_orders_differ_in_nothing_but_the_places_of_the_answers() -> None:
    forth, back = (told(prompts.pair(ASKED, *pair, "Is it kind?")) for pair in (("x!", "y!"), ("y!", "x!")))
    plain = [re.sub("[0-9a-f]{16}", "", text) for text in (forth, back)]
    assert plain[0] != plain[1]
    assert plain[0].replace("x!", "?").replace("y!", "?") == plain[1].replace("x!", "?").replace("y!", "?")
    assert "Is it kind?" in forth


def test_braces_in_an_answer_are_just_braces() -> None:
    assert "{material} {0}" in told(prompts.pair(ASKED, "{material} {0}", "b", "{rubric}"))


def test_a_reminder_keeps_the_question_and_the_reply_before_it() -> None:
    question = prompts.score(ASKED, "a", "Is it short?")
    again = prompts.reminded(question, "score", "Quite good!")
    assert again[:1] == question
    assert [message["role"] for message in again] == ["user", "assistant", "user"]
    assert again[1]["content"] == "Quite good!"
