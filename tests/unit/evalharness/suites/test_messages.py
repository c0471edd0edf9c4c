"""What a prompt may say of tools, calls and live conversations, and how the OpenAI API has it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from evalharness.suites.schema import Prompt

SEARCH: dict[str, Any] = {
    "name": "search",
    "description": "Looks something up.",
    "parameters": {"type": "object", "properties": {"q": {"type": "string"}}},
}
ASKED = {"role": "user", "content": "Who wrote Emma?"}
CALLED = {"role": "assistant", "tool_calls": [{"id": "c1", "name": "search", "arguments": {"q": "Émma"}}]}
FOUND = {"role": "tool", "tool_call_id": "c1", "content": "Jane Austen"}
NO_CALL = [{"type": "no_call"}]
SAID = [{"type": "contains", "value": ["Austen"]}]


def prompt(*messages: Any, checks: Any = SAID, **more: Any) -> Prompt:
    return Prompt.model_validate({"id": "p", "messages": list(messages), "checks": checks, **more})


def test_calls_and_their_results_are_sent_as_the_openai_api_has_them() -> None:
    made = prompt(ASKED, CALLED, FOUND, tools=[SEARCH])
    _, called, found = (message.sent() for message in made.messages)
    [call] = called["tool_calls"]
    assert (call["id"], call["type"], call["function"]["name"]) == ("c1", "function", "search")
    assert json.loads(call["function"]["arguments"]) == {"q": "Émma"}
    assert found == {"role": "tool", "content": "Jane Austen", "tool_call_id": "c1"}
    assert made.tools
    assert made.tools[0].sent() == {"type": "function", "function": SEARCH}


def test_a_message_without_tools_is_sent_as_it_ever_was() -> None:
    assert prompt(ASKED).messages[0].sent() == ASKED


@pytest.mark.parametrize(
    ("messages", "more", "said"),
    [
        ([ASKED], {"checks": NO_CALL}, "no_call is a check of what is called, but there are no tools"),
        ([ASKED], {"tools": [SEARCH, SEARCH]}, "two tools are called search"),
        ([ASKED], {"tool_choice": "auto"}, "tool_choice is there, but no tools"),
        ([ASKED], {"tools": [{**SEARCH, "parameters": {"type": "string"}}]}, "a JSON Schema of type object"),
        ([ASKED], {"tools": [SEARCH], "checks": [{"type": "calls", "value": [{"name": "find"}]}]}, "wants find, which"),
        ([ASKED, CALLED, FOUND], {}, "a tool is called, but there are no tools"),
        ([ASKED, FOUND], {"tools": [SEARCH]}, "no call before it has the tool_call_id 'c1'"),
        ([{"role": "tool", "content": "x"}], {"tools": [SEARCH]}, "has a tool_call_id"),
        ([{**CALLED, "role": "user"}], {"tools": [SEARCH]}, "tool_calls are an assistant's alone"),
        ([{"role": "assistant"}], {"tools": [SEARCH]}, "content is missing"),
        ([ASKED], {"checks": [{**SAID[0], "turn": 1}]}, "turn is of live conversations alone"),
        ([ASKED], {"live": True}, "two turns of the user or more"),
        ([ASKED, {"role": "assistant", "content": "x"}, ASKED], {"live": True}, "two turns of the user or more"),
        ([ASKED, ASKED], {"live": True, "tools": [SEARCH]}, "a live conversation has no tools"),
        ([ASKED, ASKED], {"live": True, "checks": [{**SAID[0], "turn": 3}]}, "turn 3 is none of its 2"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(messages: list[Any], more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        prompt(*messages, **more)
