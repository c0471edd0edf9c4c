"""Conversations out of other programs' records: Alpaca, ShareGPT, OpenAI messages, Open WebUI's exported chats.

A conversation is cut at its last question: what stood before is kept, what answered it becomes the reference. What a
suite cannot hold (a picture, a format that a server was to enforce, documents) makes a record unfit, with the reason: a
question without it would be another question. So do tools: which calls would be right, no record says. What can be
done without is noted. Nothing goes in silence.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from reprlib import repr as short
from typing import Any, NamedTuple

Turn = tuple[str, str]  # role, text

_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "system",
}
_FILES, _TOOLS = "a turn with a picture, sound or file", "tools to call"
_BESIDE_THE_TURNS = {
    "tools": _TOOLS,
    "functions": _TOOLS,
    "response_format": "a format that the server is to enforce (response_format)",
    "image": _FILES,
    "images": _FILES,
    "audios": _FILES,
    "videos": _FILES,
}
"""Fields of a record that make its question another one, and what they say."""
_NOTHING: tuple[Any, ...] = (None, "", "[]", [], {}, {"type": "text"})
_FROM_DOCUMENTS = ("sources", "citations")  # what Open WebUI keeps beside an answer that it looked up; the old name

BYTES_A_TOKEN = 4
GREETING = "a greeting before the first question, which is left out"
WEIGHTLESS = "an answer of weight 0, which is no reference"
_CALLS = re.compile(r'^<details type="(?:tool_calls|code_interpreter)"', re.MULTILINE)
_THOUGHTS = re.compile(r'<details type="reasoning".*?</details>\s*|\A\s*<think>.*?</think>\s*', re.DOTALL)


class Unfit(Exception):
    """Why a record cannot be asked, in words to count by."""


class _Said(NamedTuple):
    """A turn as a record has it. `weight` is 0 for an answer that nobody is to learn from."""

    role: str
    text: str
    weight: float = 1


@dataclass(frozen=True)
class Conversation:
    """`messages` end with the question; `reference` is how it was answered, where it was; `notes` say what of the
    record is neither."""

    messages: tuple[Turn, ...]
    reference: str | None
    notes: tuple[str, ...] = ()


def format_of(record: Any) -> str | None:
    """Which format a record looks like."""
    return next((name for name, (belongs, _) in FORMATS.items() if isinstance(record, dict) and belongs(record)), None)


def conversation(record: Any, name: str) -> Conversation:
    """Raises Unfit for a record that is none of this format, or holds what a suite cannot."""
    belongs, turns = FORMATS[name]
    if not isinstance(record, dict) or not belongs(record):
        raise Unfit(f"no {name} record")
    _check_beside_the_turns(record)
    return _cut(list(turns(record)))


def tokens(made: Conversation) -> int:
    """About how many its messages take: one for four bytes of text, which holds for English and for Chinese alike."""
    return -(-sum(len(text.encode()) for _, text in made.messages) // BYTES_A_TOKEN)


def _check_beside_the_turns(record: Mapping[str, Any]) -> None:
    for field, reason in _BESIDE_THE_TURNS.items():
        if record.get(field) not in _NOTHING:
            raise Unfit(reason)


def _cut(turns: Sequence[_Said]) -> Conversation:
    turns = [said for said in turns if said.role != "system" or said.text.strip()]
    last = max((at for at, said in enumerate(turns) if said.role == "user"), default=None)
    if last is None:
        raise Unfit("no question of a user")
    messages = [(said.role, said.text.strip()) for said in turns[: last + 1]]
    if not all(text for _, text in messages):
        raise Unfit("an empty turn")
    notes, first = list[str](), int(messages[0][0] == "system")
    if messages[first][0] == "assistant":
        del messages[first]
        notes.append(GREETING)
    spoken = [role for role, _ in messages[first:]]
    if spoken != ["user", "assistant"] * (len(spoken) // 2) + ["user"]:
        raise Unfit("turns not by user and assistant in turn, which many chat templates refuse")
    answered = turns[last + 1] if len(turns) > last + 1 else _Said("assistant", "")
    answer = _without_thoughts(answered.text)
    if answer and not answered.weight:
        answer = ""
        notes.append(WEIGHTLESS)
    if not all(_is_unicode(text) for text in (answer, *(text for _, text in messages))):
        raise Unfit("text that is no Unicode")
    return Conversation(tuple(messages), answer or None, tuple(notes))


def _without_thoughts(text: str) -> str:
    return _THOUGHTS.sub("", text).strip()


def _is_unicode(text: str) -> bool:
    """JSON can hold half of a surrogate pair, a file cannot."""
    return not re.search("[\ud800-\udfff]", text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("a turn that is no text")
    return value


def _alpaca(record: dict[str, Any]) -> Iterator[_Said]:
    """`input` is what the instruction is about; `system` and `history` (pairs) as LLaMA-Factory has them."""
    yield _Said("system", _text(record.get("system") or ""))
    history = record.get("history") or []
    if not isinstance(history, list) or any(not isinstance(pair, list) or len(pair) != 2 for pair in history):
        raise Unfit("a history that is no list of pairs")
    for pair in history:
        yield _Said("user", _text(pair[0]))
        yield _Said("assistant", _text(pair[1]))
    given = _text(record.get("input") or "")
    yield _Said("user", "\n\n".join(part for part in (_text(record["instruction"]).strip(), given.strip()) if part))
    yield _Said("assistant", _text(record.get("output") or ""))


def _sharegpt(record: dict[str, Any]) -> Iterator[_Said]:
    yield _Said("system", _text(record.get("system") or ""))
    yield from _spoken(record["conversations"])


def _openai(record: dict[str, Any]) -> Iterator[_Said]:
    yield from _spoken(record["messages"])


def _spoken(turns: Iterable[Any]) -> Iterator[_Said]:
    """Turns under either pair of names, role and content or from and value: each is met under either heading."""
    for turn in turns:
        said = turn if isinstance(turn, dict) else {}
        role, content = _role(said.get("role", said.get("from"))), said.get("content", said.get("value"))
        if said.get("tool_calls") or said.get("function_call"):
            raise Unfit("a call of a tool")
        if isinstance(content, list):
            if not all(isinstance(part, dict) and part.get("type") == "text" for part in content):
                raise Unfit(_FILES)
            content = "\n".join(_text(part.get("text")) for part in content)
        yield _Said(role, _text(content), 0 if said.get("weight") == 0 else 1)


def _open_webui(record: dict[str, Any]) -> Iterator[_Said]:
    """The branch that was open last: from currentId up by parentId; other branches are other answers."""
    chat = _chat(record)
    if chat.get("files"):
        raise Unfit("an attached file")
    messages, at = chat["history"].get("messages"), chat["history"].get("currentId")
    branch, seen = list[dict[str, Any]](), set[str]()
    while at is not None:
        message = messages.get(at) if isinstance(messages, dict) and isinstance(at, str) else None
        if not isinstance(message, dict) or at in seen:
            raise Unfit("a tree of messages that is torn")
        seen.add(at)
        branch.append(message)
        at = message.get("parentId")
    parameters = chat["params"] if isinstance(chat.get("params"), dict) else {}
    for given in (parameters, parameters.get("custom_params")):
        _check_beside_the_turns(given if isinstance(given, dict) else {})
    yield _Said("system", _text(parameters.get("system") or ""))
    for message in reversed(branch):
        role = _role(message.get("role"))
        if message.get("files"):
            raise Unfit("an attached file")
        if any(message.get(field) for field in _FROM_DOCUMENTS):
            raise Unfit("an answer from documents (sources), which are not in its messages")
        text = _text(message.get("content"))
        if role == "assistant" and (_CALLS.search(text) or _called(message.get("output"))):
            raise Unfit("a call of a tool")
        yield _Said(role, _without_thoughts(text) if role == "assistant" else text)


def _called(output: Any) -> bool:
    """Whether the steps that newer versions keep beside the text are more than thinking and speaking."""
    steps = output if isinstance(output, list) else []
    return any(isinstance(step, dict) and step.get("type") not in ("reasoning", "message") for step in steps)


def _chat(record: dict[str, Any]) -> dict[str, Any]:
    chat = record.get("chat", record)
    return chat if isinstance(chat, dict) else {}


def _role(name: Any) -> str:
    if not isinstance(name, str) or name not in _ROLES:
        raise Unfit(f"a turn of {short(name)}, who is neither user nor assistant")
    return _ROLES[name]


FORMATS: dict[str, tuple[Callable[[dict[str, Any]], bool], Callable[[dict[str, Any]], Iterator[_Said]]]] = {
    "open-webui": (lambda record: isinstance(_chat(record).get("history"), dict), _open_webui),
    "sharegpt": (lambda record: isinstance(record.get("conversations"), list), _sharegpt),
    "openai": (lambda record: isinstance(record.get("messages"), list), _openai),
    "alpaca": (lambda record: isinstance(record.get("instruction"), str), _alpaca),
}
"""Every format by name: how a record of it is recognised, and its turns."""
