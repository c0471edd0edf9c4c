"""Answer A and Answer B inside Open WebUI: handed on together, as text alone, by one of each."""

import asyncio
import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from images.webui.functions import pipe as module
from images.webui.functions.pairs import COLUMNS, drawn
from images.webui.functions.pipe import PAIRS, Pipe

BODY = {"messages": [{"role": "user", "content": "What is a river?", "id": "u1"}], "stream": True}
DRAWN_BY = "what it is drawn by"
TURN = {"chat_id": "c1", "user_message_id": "u1"}


class Slow(Pipe):
    """Each variant answers when it is let go."""

    def __init__(self):
        super().__init__()
        self.valves = self.Valves(secret=DRAWN_BY)
        self.gates = {"base": asyncio.Event(), "tuned": asyncio.Event()}
        self.asked = []

    async def answer(self, variant, _):
        self.asked.append(variant)
        await self.gates[variant].wait()
        return f"as {variant} says"

    def ask(self, column, turn=TURN, **more):
        body = {**BODY, "model": f"blind.{column.lower()}"}
        return asyncio.create_task(self.pipe(body, dict(turn), **more))


async def turns_of_the_loop(count=20):
    for _ in range(count):
        await asyncio.sleep(0)


def test_its_two_models_are_answer_a_and_answer_b():
    assert Pipe().pipes() == [{"id": "a", "name": "Answer A"}, {"id": "b", "name": "Answer B"}]


@pytest.mark.parametrize("first", ["base", "tuned"])
def test_an_answer_is_held_until_the_other_is_there(first):
    async def way():
        slow = Slow()
        tasks = [slow.ask(name) for name in COLUMNS]
        slow.gates[first].set()
        await turns_of_the_loop()
        assert not any(task.done() for task in tasks)
        for gate in slow.gates.values():
            gate.set()
        assert sorted(await asyncio.gather(*tasks)) == ["as base says", "as tuned says"]

    asyncio.run(way())
    assert PAIRS == {}


def test_of_a_thousand_pairs_each_asks_both_models_and_each_column_the_one_that_was_drawn():
    async def way():
        slow = Slow()
        for gate in slow.gates.values():
            gate.set()
        for number in range(1000):
            turn = {"chat_id": "c1", "user_message_id": f"u{number}"}
            said = await asyncio.gather(*(slow.ask(name, turn) for name in COLUMNS))
            columns = drawn(DRAWN_BY, "c1", f"u{number}")
            assert said == [f"as {columns[name]} says" for name in COLUMNS]
        assert slow.asked.count("base") == slow.asked.count("tuned") == 1000

    asyncio.run(way())


def test_a_column_that_is_asked_alone_answers_by_itself(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.01)

    async def way():
        slow = Slow()
        for gate in slow.gates.values():
            gate.set()
        return await slow.ask("A")

    assert asyncio.run(way()) == f"as {drawn(DRAWN_BY, 'c1', 'u1')['A']} says"


@pytest.mark.parametrize("how", ["it fails", "it is stopped"])
def test_an_answer_is_not_held_for_one_that_will_not_come(how):
    async def way():
        slow = Slow()
        kept, lost = slow.ask("A"), slow.ask("B")
        slow.gates[drawn(DRAWN_BY, "c1", "u1")["A"]].set()
        await turns_of_the_loop()
        assert not kept.done()
        lost.cancel()
        return await kept

    async def failing():
        slow = Slow()

        async def answer(variant, _):
            if variant == drawn(DRAWN_BY, "c1", "u1")["B"]:
                raise RuntimeError("This answer did not come; ask again.")
            return "whole"

        slow.answer = answer
        return (await asyncio.gather(slow.ask("A"), slow.ask("B"), return_exceptions=True))[0]

    assert asyncio.run(failing() if how == "it fails" else way()).startswith(("as ", "whole"))
    assert PAIRS == {}


def test_titles_and_the_like_come_from_the_same_model_in_both_columns_and_wait_for_none():
    async def way():
        slow = Slow()
        slow.gates["base"].set()
        return [await slow.ask(name, __task__="title_generation") for name in COLUMNS]

    assert asyncio.run(way()) == ["as base says"] * 2


@pytest.mark.parametrize("turn", [{}, {"chat_id": "c1"}, {"user_message_id": "u1"}])
def test_without_a_message_of_a_chat_there_is_no_pair_and_no_answer(turn):
    async def way():
        return await Slow().ask("A", turn)

    with pytest.raises(RuntimeError, match="ask in a chat with both"):
        asyncio.run(way())


async def answered_by(handler):
    """What a column hands on where both variants are this server."""
    application = web.Application()
    application.router.add_post("/v1/chat/completions", handler)
    async with TestServer(application) as server:
        pipe, url = Pipe(), str(server.make_url("/v1"))
        pipe.valves = Pipe.Valves(secret=DRAWN_BY, api_key="key", base_url=url, tuned_url=url)
        body = {**BODY, "model": "blind.a", "temperature": 0, "user": {"name": "Ada"}}
        other = {**BODY, "model": "blind.b"}
        return await asyncio.gather(pipe.pipe(body, dict(TURN)), pipe.pipe(other, dict(TURN)), return_exceptions=True)


def test_a_model_is_asked_the_conversation_and_the_sampling_and_its_text_alone_is_handed_on():
    seen = []

    async def handler(request):
        seen.append((request.headers["Authorization"], await request.json()))
        said = {"role": "assistant", "content": "It flows.", "reasoning_content": "I am tuned"}
        return web.json_response({"model": seen[-1][1]["model"], "choices": [{"message": said}]})

    assert asyncio.run(answered_by(handler)) == ["It flows."] * 2
    assert {key for key, _ in seen} == {"Bearer key"}
    asked = sorted((body for _, body in seen), key=lambda body: body["model"])
    assert [body.pop("model") for body in asked] == ["base", "tuned"]
    messages = [{"role": "user", "content": "What is a river?"}]
    assert sorted(asked, key=len) == [{"messages": messages}, {"messages": messages, "temperature": 0}]


@pytest.mark.parametrize(
    ("status", "body"), [(500, "base is out of memory"), (404, "no model tuned"), (200, "no JSON"), (200, "{}")]
)
def test_an_error_names_no_model(status, body):
    async def handler(_):
        return web.Response(status=status, text=body, content_type="application/json")

    for error in asyncio.run(answered_by(handler)):
        assert isinstance(error, RuntimeError)
        assert not re.search("base|tuned|127", f"{error} {error.__cause__}")
