"""What a prompt's conversation is made of: messages, calls of tools and their results, and the tools that are offered.

It says what is valid, and how the OpenAI API has it; it knows nothing of suites or of what makes an answer right.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from evalharness.checks.as_json import is_schema
from evalharness.runs.typed import Json

Text = Annotated[str, Field(min_length=1)]
ToolName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
NO_PARAMETERS: Json = {"type": "object", "properties": {}}


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Tool(Model):
    """A tool that a model may call. `parameters` is the JSON Schema of its arguments."""

    name: ToolName
    description: Text
    parameters: dict[str, JsonValue] | None = None

    @model_validator(mode="after")
    def _takes_an_object(self) -> Self:
        if self.parameters is not None and not (self.parameters.get("type") == "object" and is_schema(self.parameters)):
            raise ValueError(f"parameters of {self.name} want a JSON Schema of type object")
        return self

    def sent(self) -> Json:
        function = {"name": self.name, "description": self.description, "parameters": self.parameters or NO_PARAMETERS}
        return {"type": "function", "function": function}


class ToolCall(Model):
    """A call that an assistant's message made; `id` is what its result refers to."""

    id: Text
    name: ToolName
    arguments: dict[str, JsonValue] = {}


class Message(Model):
    """`tool_calls` are an assistant's, who need not say anything then; `tool_call_id` is of a tool's, its result."""

    role: Literal["system", "user", "assistant", "tool"]
    content: Text | None = None
    tool_calls: Annotated[list[ToolCall], Field(min_length=1)] | None = None
    tool_call_id: Text | None = None

    @model_validator(mode="after")
    def _fields_fit_the_role(self) -> Self:
        if self.tool_calls and self.role != "assistant":
            raise ValueError("tool_calls are an assistant's alone")
        if (self.tool_call_id is None) != (self.role != "tool"):
            raise ValueError("a message of role tool, and no other, has a tool_call_id: that of the call it answers")
        if self.content is None and not self.tool_calls:
            raise ValueError("content is missing: only an assistant that calls tools may say nothing")
        return self

    def sent(self) -> Json:
        message: Json = {"role": self.role, "content": self.content}
        if self.tool_calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
                }
                for call in self.tool_calls
            ]
        if self.tool_call_id:
            message["tool_call_id"] = self.tool_call_id
        return message


def complaint_of_calls(
    messages: Iterable[Message],
    tools: Sequence[Tool] | None,
    choice: str | None,
    checks: Iterable[tuple[str, Any, int | None]],
) -> str | None:
    """What is wrong with a prompt's tools, its calls of them and the checks (type, value, turn) of such, or None."""
    offered = [tool.name for tool in tools or ()]
    twice = next((name for name in offered if offered.count(name) > 1), None)
    if twice:
        return f"two tools are called {twice}"
    if choice and not tools:
        return "tool_choice is there, but no tools"
    called = set[str]()
    for message in messages:
        called |= {call.id for call in message.tool_calls or ()}
        if message.tool_call_id and message.tool_call_id not in called:
            return f"no call before it has the tool_call_id {message.tool_call_id!r}"
    if called and not tools:
        return "a tool is called, but there are no tools"
    for kind, value, _ in checks:
        if kind in ("calls", "no_call") and not tools:
            return f"{kind} is a check of what is called, but there are no tools"
        strangers = {call["name"] for call in value} - set(offered) if kind == "calls" else None
        if strangers:
            return f"calls wants {min(strangers)}, which is none of its tools"
    return None


def complaint_of_live(
    messages: Sequence[Message], live: bool, tools: object, turns: Iterable[int | None]
) -> str | None:
    """What is wrong with the turns of a conversation that a model leads itself, and of the checks of them, or None."""
    named = [turn for turn in turns if turn is not None]
    if not live:
        return "turn is of live conversations alone: live: true" if named else None
    roles = [message.role for message in messages]
    spoken = roles[1:] if roles[0] == "system" else roles
    if len(spoken) < 2 or set(spoken) != {"user"}:
        return "of a live conversation two turns of the user or more are given, after a system's or none"
    if tools:
        return "a live conversation has no tools: nobody would give it their results"
    if named and max(named) > len(spoken):
        return f"turn {max(named)} is none of its {len(spoken)}"
    return None
