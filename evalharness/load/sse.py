"""What one line of a streamed chat completion says. Pure: it knows no socket and no clock.

It is read while hundreds of other streams wait for the same core: a line of the usual kind costs it some microseconds.

Server-sent events as OpenAI-compatible servers send them: `data: {json}` lines, blank lines, `:` comments
and a last `data: [DONE]`.
"""

import json
from operator import index
from typing import Any, NamedTuple

from pydantic_core import from_json

SAID = 4000  # characters kept of what went wrong; cut short only once the key is out of it


class StreamError(Exception):
    """A request that failed: `kind` is counted, `detail` is for a person."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


class Event(NamedTuple):
    """One `data:` line: whether it brought output, and what else it told."""

    output: bool = False
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    done: bool = False


def parse_line(line: bytes) -> Event | None:
    """The event of a line, or None for a line that carries no data.

    Raises StreamError: `malformed` when the data is no chat completion chunk, `server_error` when the server
    reports in mid-stream that it failed.
    """
    if not line.startswith(b"data:"):
        return None
    data = line[len(b"data:") :].strip()
    if data == b"[DONE]":
        return Event(done=True)
    try:
        chunk = decoded(data)
        if error := chunk.get("error"):  # some servers say null in every chunk
            raise StreamError("server_error", str(error)[:SAID])
        return _event(chunk)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise StreamError("malformed", data[:SAID].decode(errors="replace")) from None


def decoded(data: bytes) -> Any:
    """Of two that read JSON the quicker, and for what only the other takes (half of a surrogate pair) that one."""
    try:
        return from_json(data)
    except ValueError:
        return json.loads(data)


def _event(chunk: dict[str, Any]) -> Event:
    usage = chunk.get("usage") or {}
    choices = chunk["choices"]
    choice = choices[0] if choices else {}
    reason = choice.get("finish_reason")
    delta = choice.get("delta") or {}
    return Event(
        output=bool(delta.get("content")) or _brings_output(delta),
        finish_reason=reason if isinstance(reason, str) else None,
        prompt_tokens=_count(usage.get("prompt_tokens")) if usage else None,
        output_tokens=_count(usage.get("completion_tokens")) if usage else None,
    )


def _count(value: Any) -> int | None:
    return None if value is None else int(index(value))


def _brings_output(delta: dict[str, Any]) -> bool:
    """Whether a delta stands for generated tokens.

    Empty text counts: vLLM sends a chunk for every token, and half a character or a hidden special token
    has no text yet. The empty text that only announces the role does not: no token has been generated for
    it.
    """
    texts = [delta.get(name) for name in ("content", "reasoning", "reasoning_content")]
    return any(texts) or ("role" not in delta and any(text == "" for text in texts))
