"""Votes are joined to the answers that they are on; what is gone, changed, private or forged is not used."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.pool.people.from_votes import renewed, rows_of
from evalharness.pool.people.joined import Exported, joined
from evalharness.pool.rows import DISLIKED, LIKED, PREFERRED, PoolRow
from tests.webui_export import AT, VERSIONS, Row, blind, chat, compared, thumb

SIDES = [("base", "In prose: Lisbon."), ("tuned", '{"capital": "Lisbon"}')]
ASKED = "What is the capital of Portugal?"


def side_by_side(name: str = "c", **more: Any) -> Row:
    return chat(name, ASKED, SIDES, **more)


def rows(chats: list[Row], votes: list[Row]) -> list[PoolRow]:
    return rows_of(joined(Exported(chats, votes)))


def left_out(chats: list[Row], votes: list[Row]) -> list[str]:
    return list(joined(Exported(chats, votes)).left_out)


def test_a_thumb_alone_likes_or_dislikes_the_answer_that_it_is_on() -> None:
    said = side_by_side(earlier=[("Hello", "Good day.")])
    (row,) = rows([said], [thumb(said, "base", True)])
    assert (row.kind, row.answer, row.tags) == (LIKED, "In prose: Lisbon.", ["base"])
    assert [one["content"] for one in row.messages[:-1]] == ["Hello", "Good day.", ASKED]
    (row,) = rows([said], [thumb(said, "tuned", False)])
    assert (row.kind, row.answer) == (DISLIKED, '{"capital": "Lisbon"}')


def test_a_thumb_up_beside_a_thumb_down_is_a_pair_and_no_two_rows_more() -> None:
    said = side_by_side()
    (row,) = rows([said], [thumb(said, "base", False), thumb(said, "tuned", True)])
    assert (row.kind, row.answer, row.rejected) == (PREFERRED, '{"capital": "Lisbon"}', "In prose: Lisbon.")
    both = rows([said], [thumb(said, "base", True), thumb(said, "tuned", True)])
    assert [row.kind for row in both] == [LIKED, LIKED]


def test_a_blind_vote_is_joined_to_both_answers_whoever_stood_where() -> None:
    said = compared("c", ASKED, "left", "right")
    for vote, first, kept in (
        ("A", "base", ("left", "right")), ("A", "tuned", ("left", "right")), ("B", "base", ("right", "left")),
    ):  # fmt: skip
        (row,) = rows([said], [blind(said, vote, first)])
        assert (row.kind, row.answer, row.rejected) == (PREFERRED, *kept)
        assert row.tags == [first if vote == "A" else {"base": "tuned", "tuned": "base"}[first]]
    assert rows([said], [blind(said, "tie")]) == []
    assert [row.kind for row in rows([said], [blind(said, "both bad")])] == [DISLIKED, DISLIKED]


def test_a_choice_between_two_answers_that_are_the_same_teaches_nothing() -> None:
    said = compared("c", ASKED, "Lisbon.", "Lisbon.")
    assert rows([said], [blind(said, "A")]) == []
    assert len(joined(Exported([said], [blind(said, "A")])).compared) == 1


def test_what_was_deleted_changed_or_kept_private_is_not_used_whatever_copy_a_vote_has_of_it() -> None:
    said = side_by_side()
    vote = thumb(said, "base", True)
    assert left_out([], [vote]) == ["a chat that is gone"]
    assert left_out([side_by_side(tags=["private"])], [vote]) == ["a chat tagged private"]
    without = copy.deepcopy(said)
    del without["chat"]["history"]["messages"]["c-base"]
    assert left_out([without], [vote]) == ["an answer that is gone"]
    edited = copy.deepcopy(said)
    edited["chat"]["history"]["messages"]["c-base"]["content"] = "Porto."
    assert left_out([edited], [vote]) == ["an answer that was changed since"]
    pair = compared("d", ASKED, "left", "right")
    voted = blind(pair, "A")
    pair["chat"]["history"]["messages"]["d-q"]["content"] = "What else?"
    assert left_out([pair], [voted]) == ["a question that was changed since"]


def test_nobody_votes_in_a_chat_of_somebody_else_or_with_a_row_of_their_own_making() -> None:
    said = compared("c", ASKED, "left", "right")
    assert left_out([said], [blind(said, "A", person="eve")]) == ["a chat of somebody else"]
    forged: list[Any] = [
        {"vote": "A", "A": "tuned", "B": "tuned"}, {"vote": "A", "A": {}, "B": []}, {"vote": ["A"], "A": "base"},
        {"vote": "C"}, {"versions": 3, "vote": None},
    ]  # fmt: skip
    for data in forged:
        vote = blind(said, "A")
        vote["data"] |= data
        assert left_out([said], [vote]) == ["a blind vote that names no two models, or no choice"]
    other = blind(said, "A")
    other["meta"]["message_ids"] = {"A": "c-q", "B": ["c-blind.b"]}
    assert left_out([said], [other]) == ["an answer that is gone"]


DRAWN_BY = "what it is drawn by"


def checked(said: Row, vote: Row) -> list[str]:
    return list(joined(Exported([said], [vote]), DRAWN_BY).left_out)


def test_a_vote_that_the_comparison_wrote_counts_and_one_with_sides_of_its_own_does_not() -> None:
    said = compared("c", ASKED, "left", "right")
    vote = blind(said, "A", secret=DRAWN_BY)
    assert checked(said, vote) == []
    assert joined(Exported([said], [vote]), DRAWN_BY).compared[0].first == vote["data"]["A"]
    vote["data"] |= {"A": vote["data"]["B"], "B": vote["data"]["A"]}
    assert checked(said, vote) == ["a blind vote whose sides are not those that were drawn"]
    assert left_out([said], [vote]) == []  # without the secret nobody can tell


@pytest.mark.parametrize(
    "change",
    [
        {"vote": "B"},
        {"versions": {"base": "another", "tuned": "version"}},
        {"prompt": None},
        {"seal": None},
        {"seal": "ü"},
    ],
)
def test_a_vote_that_somebody_posted_or_changed_has_no_seal_however_well_its_sides_are_guessed(change: Row) -> None:
    said = compared("c", ASKED, "left", "right")
    vote = blind(said, "A", secret=DRAWN_BY)
    vote["data"] |= change
    assert checked(said, vote) == ["a blind vote that the comparison did not write"]


def test_the_seal_of_one_person_or_of_other_answers_or_of_another_deployment_is_no_seal() -> None:
    said = compared("c", ASKED, "left", "right")
    others = compared("c", ASKED, "left", "right", person="eve")
    assert checked(others, blind(said, "A", secret=DRAWN_BY) | {"user_id": "eve"}) == [
        "a blind vote that the comparison did not write"
    ]
    swapped = blind(said, "A", secret=DRAWN_BY)
    swapped["meta"]["message_ids"] = {"A": "c-blind.b", "B": "c-blind.a"}
    assert checked(said, swapped) == ["a blind vote that the comparison did not write"]
    assert len(checked(said, blind(said, "A", secret=f"not {DRAWN_BY}"))) == 1


def test_of_thumbs_on_one_answer_the_last_counts_and_of_blind_votes_the_first() -> None:
    said, pair = side_by_side(), compared("d", ASKED, "left", "right")
    votes = [thumb(said, "base", up, name=f"t{at}", at=AT + at) for at, up in enumerate((True, True, False))]
    votes += [blind(pair, vote, name=f"b{at}", at=AT + at) for at, vote in enumerate("AB")]
    found = joined(Exported([said, pair], votes[::-1]))
    assert [one.liked for one in found.thumbs] == [False]
    assert [one.choice for one in found.compared] == ["base"]


def test_a_vote_without_known_versions_is_of_no_version() -> None:
    said = compared("c", ASKED, "left", "right")
    assert joined(Exported([said], [blind(said, "A")])).compared[0].versions == VERSIONS
    for versions in ({"base": "", "tuned": ""}, {"base": "1"}, {}):
        assert joined(Exported([said], [blind(said, "A", versions=versions)])).compared[0].versions is None


cast = st.lists(
    st.tuples(
        st.sampled_from(["base", "tuned", "blind"]), st.sampled_from(["A", "B", "tie", "both bad"]),
        st.sampled_from(["base", "tuned"]), st.booleans(), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


def exported(given_votes: list[tuple[str, str, str, bool, bool]]) -> Exported:
    """A chat of its own for each; the last of a tuple says whether it is still there."""
    chats, votes = [], []
    for number, (where, vote, first, up, there) in enumerate(given_votes):
        name = f"c{number}"
        said = compared(name, ASKED, "left", "right") if where == "blind" else side_by_side(name)
        votes.append(blind(said, vote, first) if where == "blind" else thumb(said, where, up))
        chats += [said] if there else []
    return Exported(chats, votes)


@given(cast)
def test_every_vote_is_joined_or_left_out_with_a_reason(votes: list[tuple[str, str, str, bool, bool]]) -> None:
    found = joined(exported(votes))
    assert len(found.compared) + len(found.thumbs) + sum(found.left_out.values()) == len(votes)
    assert sum(found.left_out.values()) == sum(not there for *_, there in votes)


@given(cast, cast)
def test_the_pool_has_the_rows_of_the_votes_that_there_are_and_no_others(
    before: list[tuple[str, str, str, bool, bool]], after: list[tuple[str, str, str, bool, bool]]
) -> None:
    lines = dict[str, PoolRow]()
    for votes in (before, after, before):
        wanted = rows_of(joined(exported(votes)))
        lines |= {row.id: row for row in renewed(lines.values(), wanted)}
        assert {row.id for row in lines.values() if row.state != "withdrawn"} == {row.id for row in wanted}
        assert not list(renewed(lines.values(), wanted))
