"""Conversations out of other programs' records: Alpaca, ShareGPT, OpenAI messages, Open WebUI's exported chats.

A conversation is cut at its last question: what stood before is kept, what answered it becomes the reference. What a
suite cannot hold (a picture, a tool's turn, an attached file) makes a record unfit, with the reason, and is never
silently dropped: a question without it would be another question.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from reprlib import repr as short
from typing import Any

Turn = tuple[str, str]  # role, text

_SHAREGPT_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "system": "system",
}
_OPENAI_ROLES = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}
_CALLS = re.compile(r'^<details type="(?:tool_calls|code_interpreter)"', re.MULTILINE)
_THOUGHTS = re.compile(r'<details type="reasoning".*?</details>\s*|\A\s*<think>.*?</think>\s*', re.DOTALL)


class Unfit(Exception):
    """Why a record cannot be asked, in words to count by."""


@dataclass(frozen=True)
class Conversation:
    """`messages` end with the question; `reference` is how it was answered, where it was."""

    messages: tuple[Turn, ...]
    reference: str | None


def format_of(record: Any) -> str | None:
    """Which format a record looks like."""
    return next((name for name, (belongs, _) in FORMATS.items() if isinstance(record, dict) and belongs(record)), None)


def conversation(record: Any, name: str) -> Conversation:
    """Raises Unfit for a record that is none of this format, or holds what a suite cannot."""
    belongs, turns = FORMATS[name]
    if not isinstance(record, dict) or not belongs(record):
        raise Unfit(f"no {name} record")
    return _cut(list(turns(record)))


def _cut(turns: Sequence[Turn]) -> Conversation:
    last = max((at for at, (role, _) in enumerate(turns) if role == "user"), default=None)
    if last is None:
        raise Unfit("no question of a user")
    messages = tuple((role, text.strip()) for role, text in turns[: last + 1])
    if not all(text for _, text in messages):
        raise Unfit("an empty turn")
    spoken = [role for role, _ in messages[messages[0][0] == "system" :]]
    if spoken != ["user", "assistant"] * (len(spoken) // 2) + ["user"]:
        raise Unfit("turns not by user and assistant in turn, which many chat templates refuse")
    answer = _without_thoughts(turns[last + 1][1]) if len(turns) > last + 1 else ""
    if not all(_is_unicode(text) for text in (answer, *(text for _, text in messages))):
        raise Unfit("text that is no Unicode")
    return Conversation(messages, answer or None)


def _without_thoughts(text: str) -> str:
    return _THOUGHTS.sub("", text).strip()


def _is_unicode(text: str) -> bool:
    """JSON can hold half of a surrogate pair, a file cannot."""
    return not re.search("[\ud800-\udfff]", text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("a turn that is no text")
    return value


def _alpaca(record: dict[str, Any]) -> Iterator[Turn]:
    """`input` is what the instruction is about; `system` and `history` (pairs) as LLaMA-Factory has them."""
    if record.get("system"):
        yield "system", _text(record["system"])
    history = record.get("history") or []
    if not isinstance(history, list) or any(not isinstance(pair, list) or len(pair) != 2 for pair in history):
        raise Unfit("a history that is no list of pairs")
    for pair in history:
        yield "user", _text(pair[0])
        yield "assistant", _text(pair[1])
    given = _text(record.get("input") or "")
    yield "user", "\n\n".join(part for part in (_text(record["instruction"]).strip(), given.strip()) if part)
    yield "assistant", _text(record.get("output") or "")


def _sharegpt(record: dict[str, Any]) -> Iterator[Turn]:
    if record.get("system"):
        yield "system", _text(record["system"])
    for turn in record["conversations"]:
        said = turn if isinstance(turn, dict) else {}
        yield _role(said.get("from"), _SHAREGPT_ROLES), _text(said.get("value"))


def _openai(record: dict[str, Any]) -> Iterator[Turn]:
    for message in record["messages"]:
        said = message if isinstance(message, dict) else {}
        role, content = _role(said.get("role"), _OPENAI_ROLES), said.get("content")
        if said.get("tool_calls") or said.get("function_call"):
            raise Unfit("a call of a tool")
        if isinstance(content, list):
            if not all(isinstance(part, dict) and part.get("type") == "text" for part in content):
                raise Unfit("a turn with a picture, sound or file")
            content = "\n".join(_text(part.get("text")) for part in content)
        yield role, _text(content)


def _open_webui(record: dict[str, Any]) -> Iterator[Turn]:
    """The branch that was open last: from currentId up by parentId; other branches are other answers."""
    chat = _chat(record)
    messages, at = chat["history"].get("messages"), chat["history"].get("currentId")
    branch, seen = list[dict[str, Any]](), set[str]()
    while at is not None:
        message = messages.get(at) if isinstance(messages, dict) and isinstance(at, str) else None
        if not isinstance(message, dict) or at in seen:
            raise Unfit("a tree of messages that is torn")
        seen.add(at)
        branch.append(message)
        at = message.get("parentId")
    parameters = chat.get("params")
    system = parameters.get("system") if isinstance(parameters, dict) else None
    if system:
        yield "system", _text(system)
    for message in reversed(branch):
        role = _role(message.get("role"), _OPENAI_ROLES)
        if message.get("files"):
            raise Unfit("an attached file")
        text = _text(message.get("content"))
        if role == "assistant" and (_CALLS.search(text) or _called(message.get("output"))):
            raise Unfit("a call of a tool")
        yield role, _without_thoughts(text) if role == "assistant" else text


def _called(output: Any) -> bool:
    """Whether the steps that newer versions keep beside the text are more than thinking and speaking."""
    steps = output if isinstance(output, list) else []
    return any(isinstance(step, dict) and step.get("type") not in ("reasoning", "message") for step in steps)


def _chat(record: dict[str, Any]) -> dict[str, Any]:
    chat = record.get("chat", record)
    return chat if isinstance(chat, dict) else {}


def _role(name: Any, roles: dict[str, str]) -> str:
    if not isinstance(name, str) or name not in roles:
        raise Unfit(f"a turn of {short(name)}, who is neither user nor assistant")
    return roles[name]


FORMATS: dict[str, tuple[Callable[[dict[str, Any]], bool], Callable[[dict[str, Any]], Iterator[Turn]]]] = {
    "open-webui": (lambda record: isinstance(_chat(record).get("history"), dict), _open_webui),
    "sharegpt": (lambda record: isinstance(record.get("conversations"), list), _sharegpt),
    "openai": (lambda record: isinstance(record.get("messages"), list), _openai),
    "alpaca": (lambda record: isinstance(record.get("instruction"), str), _alpaca),
}
"""Every format by name: how a record of it is recognised, and its turns."""
