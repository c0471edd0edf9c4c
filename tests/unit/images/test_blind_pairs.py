"""Who is Answer A: always one of each, drawn fairly and anew, and the same again; and what a vote says."""

import hashlib
import random
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images.webui.functions.pairs import VARIANTS, answers, column, drawn, reveal, row, seal

UUIDS = random.Random(8)


def made_id() -> str:
    return str(uuid.UUID(int=UUIDS.getrandbits(128)))


def test_of_a_thousand_pairs_none_is_a_model_against_itself_and_base_is_left_in_half():
    secret, pairs = made_id(), [(made_id(), made_id()) for _ in range(1000)]
    columns = [drawn(secret, *pair) for pair in pairs]
    assert all(sorted(one.values()) == sorted(VARIANTS) for one in columns)
    assert 460 <= sum(one["A"] == "base" for one in columns) <= 540
    assert [drawn(secret, *pair) for pair in pairs] == columns


@given(secret=st.text(min_size=1), chat=st.uuids(), message=st.uuids())
def test_whatever_the_ids_there_is_one_of_each_and_the_same_again(secret, chat, message):
    columns = drawn(secret, str(chat), str(message))
    assert sorted(columns.values()) == sorted(VARIANTS)
    assert drawn(secret, str(chat), str(message)) == columns


@pytest.mark.parametrize("changed", ["secret", "chat", "message"])
def test_each_turn_chat_and_deployment_draws_anew(changed):
    """Where one thing changes, half of the draws do: what was revealed of one says nothing of the next."""
    known = {"secret": made_id(), "chat": made_id(), "message": made_id()}
    before = drawn(known["secret"], known["chat"], known["message"])
    others = ({**known, changed: made_id()} for _ in range(1000))
    differing = sum(drawn(one["secret"], one["chat"], one["message"]) != before for one in others)
    assert 450 <= differing <= 550


def test_people_who_always_take_the_left_answer_prefer_no_model():
    """2,000 comparisons of 200 votes each: at most 5 % show a preference (exact binomial test, 5 %)."""
    shown = 0
    for _ in range(2000):
        secret, chat = made_id(), made_id()
        for_base = sum(drawn(secret, chat, made_id())["A"] == "base" for _ in range(200))
        shown += not 86 <= for_base <= 114
    assert shown <= 0.05 * 2000


ASKED = {"id": "u1", "role": "user", "content": "What is a river?", "timestamp": 1}


def answer(name, model, parent="u1", timestamp=2, **more):
    return {
        "id": name,
        "role": "assistant",
        "model": model,
        "parentId": parent,
        "timestamp": timestamp,
        "done": True,
        **more,
    }


def by_id(*messages):
    return {message["id"]: message for message in messages}


def test_the_answers_voted_on_are_the_clicked_one_and_the_latest_of_the_other_column():
    messages = by_id(
        ASKED,
        answer("a1", "blind.a"),
        answer("b2", "blind.b", timestamp=9),
        answer("b1", "blind.b", timestamp=3),
        answer("a2", "blind.a", timestamp=5),
        answer("b-of-another-turn", "blind.b", parent="u2", timestamp=99),
    )
    assert answers(messages, "a1") == {"A": "a1", "B": "b2"}
    assert answers(messages, "a2") == {"A": "a2", "B": "b2"}
    assert answers(messages, "b1") == {"A": "a2", "B": "b1"}


@pytest.mark.parametrize(
    "other",
    [
        None,
        answer("b1", "blind.b", done=False),
        answer("b1", "blind.b", error={"content": "it did not come"}),
        answer("b1", "blind.b", parent="u2"),
        answer("b1", "base"),
    ],
)
def test_there_is_nothing_to_vote_on_unless_both_answers_are_whole(other):
    assert answers(by_id(ASKED, answer("a1", "blind.a"), *([other] if other else [])), "a1") is None


def test_there_is_nothing_to_vote_on_in_a_chat_that_is_not_kept():
    assert answers({}, "a1") is None


def test_a_column_is_the_last_part_of_a_models_id():
    assert [column("blind.a"), column("blind.b")] == ["A", "B"]


@pytest.mark.parametrize("vote", ["A", "B", "tie", "both bad"])
def test_a_vote_says_who_answered_where_in_which_version_to_what(vote):
    versions = {"base": "1f2e3d4c5b6a", "tuned": "a6b5c4d3e2f1"}
    written = row(vote, "ada", "secret", versions, "c1", ASKED, "b1", {"A": "a1", "B": "b1"})
    sealed = written["data"].pop("seal")
    assert sealed == seal("secret", "ada", written["data"], written["meta"])
    assert sealed != seal("secret", "eve", written["data"], written["meta"])
    assert written == {
        "type": "blind",
        "data": {
            "vote": vote,
            **drawn("secret", "c1", "u1"),
            "versions": versions,
            "prompt": hashlib.sha256(b"What is a river?").hexdigest()[:12],
        },
        "meta": {
            "chat_id": "c1",
            "message_id": "b1",
            "user_message_id": "u1",
            "message_ids": {"A": "a1", "B": "b1"},
        },
    }


@pytest.mark.parametrize("vote", ["A", "B", "tie", "both bad"])
def test_the_reveal_names_both_and_the_vote(vote):
    assert reveal({"vote": vote, "A": "tuned", "B": "base"}) == f"A is tuned, B is base; your vote: {vote}"
