"""The buttons under Answer A and Answer B: one vote a pair, and which is which only then."""

import asyncio
import xml.etree.ElementTree as ET
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from images.webui.functions.pairs import drawn, reveal, seal
from images.webui.functions.vote import Action
from tests.unit.images.open_webui import put_in

DRAWN_BY = "what it is drawn by"
MESSAGES = {
    "u1": {"id": "u1", "role": "user", "content": "What is a river?"},
    "a1": {"id": "a1", "role": "assistant", "model": "blind.a", "parentId": "u1", "done": True},
    "b1": {"id": "b1", "role": "assistant", "model": "blind.b", "parentId": "u1", "done": True},
}


class OpenWebUI:
    """What the action uses of it: chats, feedback, and what is emitted to whom."""

    def __init__(self, monkeypatch, messages):
        self.kept, self.emitted, self.writes = [], [], True
        action = Action()
        action.valves = Action.Valves(secret=DRAWN_BY, base_version="b0", tuned_version="t0")
        self.action = action

        async def messages_of(_):
            await asyncio.sleep(0)
            return messages

        async def of_chat(chat_id):
            await asyncio.sleep(0)
            return [one for one in self.kept if one.meta["chat_id"] == chat_id]

        async def insert(user_id, form):
            if self.writes:
                self.kept.append(SimpleNamespace(user_id=user_id, **vars(form)))
            return form if self.writes else None

        async def emitter(about):
            return self.emit_to(about["message_id"])

        parts = {
            "models.chats": {"Chats": SimpleNamespace(get_messages_map_by_chat_id=messages_of)},
            "models.feedbacks": {
                "FeedbackForm": SimpleNamespace,
                "Feedbacks": SimpleNamespace(get_feedbacks_by_chat_id=of_chat, insert_new_feedback=insert),
            },
            "socket.main": {"get_event_emitter": emitter},
        }
        put_in(monkeypatch, parts)

    def emit_to(self, message):
        async def emit(event):
            self.emitted.append((message, event))

        return emit

    async def click(self, button, under="a1", **more):
        body = {"chat_id": "c1", "id": under, **more}
        await self.action.action(body, button, {"id": "ada"}, self.emit_to(under), self.never_asked)

    async def never_asked(self, event):
        raise AssertionError(f"only who votes on a run is asked anything: {event}")


@pytest.fixture
def webui(monkeypatch):
    return OpenWebUI(monkeypatch, MESSAGES)


def test_there_are_four_buttons_with_a_title_and_a_picture_each():
    buttons = Action().actions
    assert [one["name"] for one in buttons] == ["A is better", "B is better", "Tie", "Both are bad"]
    for one in buttons:
        assert one["id"].isidentifier()
        kind, _, picture = one["icon_url"].partition(",")
        assert kind == "data:image/svg+xml"
        assert ET.fromstring(unquote(picture)).tag.endswith("svg")  # noqa: S314 - our own


@pytest.mark.parametrize(("button", "vote"), [("a", "A"), ("b", "B"), ("tie", "tie"), ("both_bad", "both bad")])
def test_a_click_is_a_vote_and_then_both_answers_say_which_is_which(webui, button, vote):
    asyncio.run(webui.click(button, under="b1"))
    (kept,) = webui.kept
    assert (kept.user_id, kept.type, kept.data["vote"]) == ("ada", "blind", vote)
    assert kept.data["versions"] == {"base": "b0", "tuned": "t0"}
    assert {name: kept.data[name] for name in "AB"} == drawn(DRAWN_BY, "c1", "u1")
    assert kept.data["seal"] == seal(DRAWN_BY, "ada", kept.data, kept.meta)
    assert [(under, event["type"]) for under, event in webui.emitted] == [("a1", "status"), ("b1", "status")]
    assert {event["data"]["description"] for _, event in webui.emitted} == {reveal(kept.data)}


@pytest.mark.parametrize("at_once", [True, False])
def test_the_first_vote_on_a_pair_stands(webui, at_once):
    async def twice():
        if at_once:
            await asyncio.gather(webui.click("a"), webui.click("b", under="b1"))
        else:
            await webui.click("a")
            await webui.click("b", under="b1")

    asyncio.run(twice())
    assert [one.data["vote"] for one in webui.kept] == ["A"]
    assert webui.emitted[-1][1]["data"]["content"].startswith("The first vote stands") or at_once
    assert [event["type"] for _, event in webui.emitted].count("notification") == 1


def test_another_try_at_an_answer_is_no_vote(webui):
    """Open WebUI calls every action of a model then, too."""
    asyncio.run(webui.click("a", event={"id": "regenerate-response", "data": {"messageId": "a1"}}))
    assert (webui.kept, webui.emitted) == ([], [])


@pytest.mark.parametrize("gone", ["a1", "b1", "everything"])
def test_there_is_no_vote_and_nothing_is_revealed_before_both_answers_are_there(monkeypatch, gone):
    messages = {} if gone == "everything" else {name: one for name, one in MESSAGES.items() if name != gone}
    webui = OpenWebUI(monkeypatch, messages)
    asyncio.run(webui.click("tie"))
    assert webui.kept == []
    ((_, event),) = webui.emitted
    assert event["data"]["content"] == "Vote once both answers are there, in a chat that is kept."


def test_a_vote_that_was_not_kept_reveals_nothing(webui):
    webui.writes = False
    asyncio.run(webui.click("a"))
    assert [event["data"]["type"] for _, event in webui.emitted] == ["error"]
