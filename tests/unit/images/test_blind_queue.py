"""A run's answers put up to vote on: each pair in a chat of its own for each person, as drawn, one after another."""

import asyncio
import json
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.pool.people.joined import Exported, joined
from evalharness.pool.people.votes import asked, vote_rows
from evalharness.runs.rows.eval import PromptRow
from images.webui.functions.pairs import COLUMNS, answers, drawn, reveal
from images.webui.functions.pipe import Pipe
from images.webui.functions.queued import chat_of, compared, ids, next_of, numbers
from images.webui.functions.vote import Action
from tests.unit.images.open_webui import put_in

DRAWN_BY = "what it is drawn by"
VERSIONS = {"base": "b-of-the-run", "tuned": "t-of-the-run"}
TURNS = [
    {"role": "user", "content": "Name a river."},
    {"role": "assistant", "content": "The Rhine."},
    {"role": "user", "content": "Where does it end?"},
]
QUEUE = {
    "run": "20261121T120000-eval",
    "versions": VERSIONS,
    "pairs": [
        {"messages": TURNS[:1], "base": "In prose: the Rhine.", "tuned": '{"river": "Rhine"}'},
        {"messages": TURNS, "base": "In the North Sea.", "tuned": '{"sea": "North Sea"}'},
    ],
}


def texts(chat, own):
    return {name: chat["history"]["messages"][own[name]]["content"] for name in COLUMNS}


@pytest.mark.parametrize("number", [0, 1])
def test_a_pair_lies_in_a_chat_of_its_own_as_drawn_and_nothing_of_it_names_a_model(number):
    pair, own = QUEUE["pairs"][number], ids(QUEUE, "ada", number)
    chat = chat_of(QUEUE, "ada", number, DRAWN_BY, 1)
    columns = drawn(DRAWN_BY, own["chat"], own["question"])
    assert texts(chat, own) == {name: pair[columns[name]] for name in COLUMNS}
    assert answers(chat["history"]["messages"], own["A"]) == {name: own[name] for name in COLUMNS}
    assert not re.search("base|tuned|of-the-run", json.dumps(chat))
    assert chat["history"]["messages"][own["question"]]["models"] == ["blind.a", "blind.b"]


@pytest.mark.parametrize("number", [0, 1])
def test_each_message_hangs_on_the_one_before_it(number):
    messages = chat_of(QUEUE, "ada", number, DRAWN_BY, 1)["history"]["messages"]
    for name, message in messages.items():
        assert message["id"] == name
        assert all(messages[child]["parentId"] == name for child in message["childrenIds"])
        if message["parentId"]:
            assert name in messages[message["parentId"]]["childrenIds"]


@given(people=st.lists(st.text(), min_size=2, max_size=2, unique=True), number=st.integers(0, 50))
def test_no_two_people_and_no_two_pairs_share_a_chat(people, number):
    first, second = (ids(QUEUE, person, number) for person in people)
    assert not set(first.values()) & set(second.values())
    assert not set(first.values()) & set(ids(QUEUE, people[0], number + 1).values())
    assert first == ids(QUEUE, people[0], number)


def test_next_is_the_first_that_this_person_has_not_voted_on():
    first, second = (ids(QUEUE, "ada", number)["chat"] for number in range(2))
    assert next_of(QUEUE, "ada", set()) == 0
    assert next_of(QUEUE, "ada", {first}) == 1
    assert next_of(QUEUE, "ada", {second}) == 0
    assert next_of(QUEUE, "ada", {first, second}) is None
    assert next_of(QUEUE, "eve", {first, second}) == 0
    assert numbers({}, "ada") == {}


def test_people_get_the_sides_of_a_pair_each_as_drawn_for_them():
    """Who always takes the left answer of one pair prefers no model."""
    left = [drawn(DRAWN_BY, own["chat"], own["question"])["A"] for own in (ids(QUEUE, f"p{n}", 0) for n in range(1000))]
    assert 460 <= left.count("base") <= 540


class OpenWebUI:
    """Chats and votes of one that keeps them, for both functions."""

    def __init__(self, monkeypatch, goes_on=True):
        self.chats, self.votes, self.emitted, self.asked = {}, [], [], []
        self.goes_on = goes_on

        async def messages_of(chat):
            return self.chats[chat].chat["history"]["messages"]

        async def chat_by(chat):
            return self.chats.get(chat)

        async def insert_chat(chat, person, form):
            assert chat not in self.chats
            self.chats[chat] = SimpleNamespace(id=chat, user_id=person, chat=form.chat)

        async def of_chat(chat):
            return [one for one in self.votes if one.meta["chat_id"] == chat]

        async def of_type(kind):
            return [one for one in self.votes if one.type == kind]

        async def insert(person, form):
            self.votes.append(SimpleNamespace(user_id=person, **vars(form)))
            return form

        async def emitter(_):
            return self.emit

        chats = SimpleNamespace(
            get_messages_map_by_chat_id=messages_of, get_chat_by_id=chat_by, insert_new_chat=insert_chat
        )
        feedbacks = SimpleNamespace(
            get_feedbacks_by_chat_id=of_chat, get_feedbacks_by_type=of_type, insert_new_feedback=insert
        )
        parts = {
            "models.chats": {"Chats": chats, "ChatForm": SimpleNamespace},
            "models.feedbacks": {"FeedbackForm": SimpleNamespace, "Feedbacks": feedbacks},
            "socket.main": {"get_event_emitter": emitter},
        }
        put_in(monkeypatch, parts)
        self.pipe, self.action = Pipe(), Action()
        self.pipe.valves = Pipe.Valves(secret=DRAWN_BY, queue=QUEUE)
        self.action.valves = Action.Valves(secret=DRAWN_BY, base_version="b1", tuned_version="t1", queue=QUEUE)

    async def emit(self, event):
        self.emitted.append(event)

    async def call(self, event):
        self.asked.append(event["data"]["message"])
        return self.goes_on

    def next(self, person):
        said = asyncio.run(self.pipe.pipe({"model": "blind.run", "messages": []}, {}, __user__={"id": person}))
        found = re.search(r"\(/c/([^)]+)\)", said)
        return said, found and found[1]

    def click(self, chat, button, under, person="ada"):
        body = {"chat_id": chat, "id": under}
        asyncio.run(self.action.action(body, button, {"id": person}, self.emit, self.call))


@pytest.fixture
def webui(monkeypatch):
    return OpenWebUI(monkeypatch)


def test_a_person_votes_on_pair_after_pair_and_each_vote_names_the_runs_versions(webui):
    for number in range(2):
        said, chat = webui.next("ada")
        assert said.startswith(f"[Open pair {number + 1} of 2](/c/")
        webui.click(chat, "a", ids(QUEUE, "ada", number)["B"])
    assert [vote.data["versions"] for vote in webui.votes] == [VERSIONS] * 2
    assert webui.asked == [f"{reveal(webui.votes[0].data)}. On to pair 2 of 2?"]
    second = ids(QUEUE, "ada", 1)["chat"]
    assert {"type": "execute", "data": {"code": f"location.assign('/c/{second}')"}} in webui.emitted
    assert webui.emitted[-1]["data"]["content"] == "That was the last of 2 pairs. Thank you."
    assert webui.next("ada") == ("You have voted on all 2 pairs. Thank you.", None)
    assert webui.next("eve")[0].startswith("[Open pair 1 of 2]")


def test_who_does_not_go_on_stays_and_finds_the_next_pair_later(webui):
    webui.goes_on = {"error": "Client session disconnected."}
    _, chat = webui.next("ada")
    assert webui.next("ada")[1] == chat  # asked again it is the same, and there once
    webui.click(chat, "tie", ids(QUEUE, "ada", 0)["A"])
    assert not [event for event in webui.emitted if event["type"] == "execute"]
    assert webui.next("ada")[0].startswith("[Open pair 2 of 2]")


def test_a_vote_is_on_the_runs_own_answers_and_on_no_other_try_or_edited_text(webui):
    _, chat = webui.next("ada")
    own, messages = ids(QUEUE, "ada", 0), webui.chats[chat].chat["history"]["messages"]
    again = {**messages[own["B"]], "id": "again", "timestamp": 99, "content": "Another try."}
    messages["again"] = again
    webui.click(chat, "b", "again")
    assert webui.votes == []
    assert "not the run's own answer" in webui.emitted[-1]["data"]["content"]
    webui.click(chat, "b", own["A"])
    assert webui.votes[-1].meta["message_ids"] == {name: own[name] for name in COLUMNS}
    assert compared(QUEUE, "ada", 0, DRAWN_BY, {**messages, own["A"]: {"content": "edited"}}, own["B"]) is None


def test_what_is_asked_behind_a_pair_is_of_what_is_served_and_leads_nowhere(webui):
    _, chat = webui.next("ada")
    own, messages = ids(QUEUE, "ada", 0), webui.chats[chat].chat["history"]["messages"]
    messages["q2"] = {"id": "q2", "role": "user", "content": "And then?", "parentId": own["A"]}
    for name in COLUMNS:
        model = f"blind.{name.lower()}"
        messages[name] = {"id": name, "role": "assistant", "model": model, "parentId": "q2", "content": "Well."}
    webui.click(chat, "a", "A")
    assert webui.votes[-1].data["versions"] == {"base": "b1", "tuned": "t1"}
    assert webui.asked == []


def test_the_model_that_hands_out_pairs_is_there_only_while_there_are_some(webui):
    assert [one["id"] for one in webui.pipe.pipes()] == ["a", "b", "run"]
    webui.pipe.valves = Pipe.Valves(secret=DRAWN_BY)
    assert [one["id"] for one in webui.pipe.pipes()] == ["a", "b"]


def test_the_votes_are_joined_to_the_runs_prompts(webui):
    prompts = [
        PromptRow(suite="own", sampling={}, id=f"p{number}", messages=pair["messages"], checks=[], tags=[])
        for number, pair in enumerate(QUEUE["pairs"])
    ]
    for number in range(2):
        _, chat = webui.next("ada")
        webui.click(chat, "a", ids(QUEUE, "ada", number)["A"])
    chats = [vars(chat) | {"meta": {}} for chat in webui.chats.values()]
    about = {"updated_at": 1, "snapshot": None}
    votes = [{**vars(vote), "id": f"v{number}", **about} for number, vote in enumerate(webui.votes)]
    found = joined(Exported(chats, votes), DRAWN_BY)
    assert found.left_out == {}
    assert [vote.answers for vote in found.compared] == [
        {side: pair[side] for side in ("base", "tuned")} for pair in QUEUE["pairs"]
    ]
    assert [row.id for row in vote_rows(found.compared, asked(prompts), VERSIONS)] == ["p0", "p1"]
