"""What was said, as a person reads it: messages and answers in words, calls of tools among them. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from evalharness.runs.rows.eval import AnswerRow


def message_in_words(message: Mapping[str, Any]) -> str:
    """Of a message as the OpenAI API has it."""
    called = ((call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls") or ())
    return _joined(message["content"] or "", called)


def answer_in_words(row: AnswerRow) -> str:
    """Of a conversation that the model led itself, every turn of its own."""
    last = _joined(row.answer or "", ((call.name, call.arguments) for call in row.calls or ()))
    if not row.earlier:
        return last
    said = [*(turn.answer for turn in row.earlier), last]
    return "\n\n".join(f"[turn {number}] {text}" for number, text in enumerate(said, 1))


def _joined(text: str, called: Iterable[tuple[str, str]]) -> str:
    """A text, and under it a line a call: `→ name({"argument": "value"})`."""
    lines = [f"→ {name}({arguments})" for name, arguments in called]
    return "\n".join([*([text] if text.strip() or not lines else []), *lines])
