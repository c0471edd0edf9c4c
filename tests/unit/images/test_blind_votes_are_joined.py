"""A vote that the blind comparison writes inside Open WebUI is one that `feedback` joins to both of its answers."""

from hypothesis import given
from hypothesis import strategies as st

from evalharness.pool.people import genuine
from evalharness.pool.people.joined import Exported, joined
from images.webui.functions import pairs
from tests.webui_export import VERSIONS, Row, compared

PAIRS, SECRET = 1000, "a secret"
VOTES = ("A", "B", "tie", "both bad")


def voted(number: int) -> tuple[Row, Row]:
    """A chat with both answers, and its row of feedback as the function makes it."""
    name = f"c{number}"
    said = compared(name, f"Question {number}?", f"left {number}", f"right {number}", person=f"p{number % 9}")
    messages = said["chat"]["history"]["messages"]
    clicked = f"{name}-blind.{'ab'[number % 2]}"
    ids = pairs.answers(messages, clicked)
    assert ids is not None
    made = pairs.row(VOTES[number % 4], said["user_id"], SECRET, VERSIONS, name, messages[f"{name}-q"], clicked, ids)
    about = {"id": f"v{number}", "user_id": said["user_id"], "version": 0, "snapshot": None, "created_at": 1}
    return said, {**made, **about, "updated_at": 1}


def test_every_one_of_a_thousand_blind_votes_is_joined_and_no_pair_is_of_one_model() -> None:
    chats, votes = zip(*map(voted, range(PAIRS)), strict=True)
    found = joined(Exported(chats, votes), SECRET)
    assert (len(found.compared), found.left_out) == (PAIRS, {})
    for vote in found.compared:
        number = int(vote.vote.removeprefix("v"))
        first, second = f"left {number}", f"right {number}"
        assert vote.answers == ({"base": first, "tuned": second} if vote.first == "base" else
                                {"base": second, "tuned": first})  # fmt: skip
        assert vote.versions == VERSIONS
        if VOTES[number % 4] in "AB":
            assert vote.answers[vote.choice] == (first if VOTES[number % 4] == "A" else second)
    assert 0.46 <= sum(vote.first == "tuned" for vote in found.compared) / PAIRS <= 0.54


@given(secret=st.text(min_size=1), chat=st.text(), message=st.text(), person=st.text())
def test_both_sides_draw_and_seal_the_same(secret: str, chat: str, message: str, person: str) -> None:
    drawn = pairs.drawn(secret, chat, message)
    assert genuine.drawn(secret, chat, message) == drawn
    data = {"vote": "A", **drawn, "versions": VERSIONS, "prompt": "0123456789ab"}
    meta = {"chat_id": chat, "user_message_id": message, "message_id": "a", "message_ids": {"A": "a", "B": "b"}}
    assert genuine.seal(secret, person, data, meta) == pairs.seal(secret, person, data, meta)
