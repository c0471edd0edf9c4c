"""A stand-in for models: it answers each prompt of a suite with what is given for it, by calls of tools and by turns.

It does not know which of the answers are right.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.integration.evalharness.scripted import Behaviour, Reply, Server, calling, chat
from tests.parts import TURN, taken_apart

Messages = list[dict[str, Any]]


def stand_in(server: Server, live: bool, answers: Iterable[tuple[Messages, Mapping[str, str]]]) -> Behaviour:
    """`answers`: each prompt's messages, and by model what it answers, written as a report shows it
    (runs/transcript.py). It sees the last question that came in, so they have to come one at a time."""
    known: dict[tuple[str, ...], tuple[int, Mapping[str, str]]] = {}
    for messages, said in answers:
        asked = _known_by(messages, live)
        for turn, message in enumerate(asked, 1):
            if turn == len(asked) or (live and message.startswith("user: ")):
                known[asked[:turn]] = sum(text.startswith("user: ") for text in asked[:turn]), said

    def behave(model: str, *_: Any) -> Reply:
        turn, said = known[_known_by(server.bodies[-1]["messages"], live)]
        text = [part.strip() for part in TURN.split(said[model])[1:]][turn - 1] if live else said[model]
        words, called = taken_apart(text)
        return calling([(call.name, call.arguments) for call in called], words or None) if called else chat(words)

    return behave


def _known_by(messages: Messages, live: bool) -> tuple[str, ...]:
    """Its messages, or those of others than the model where that leads the conversation itself."""
    kept = (message for message in messages if not live or message["role"] != "assistant")
    return tuple(f"{message['role']}: {message['content']}" for message in kept)
