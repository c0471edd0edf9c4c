"""The rows that guide a quantizer, from a person's own file: JSON lines, a suite, Alpaca or ShareGPT records, chats.

Which of them a file is shows in its content. It reads and picks, and knows nothing of tokens or quantizers.
"""

import json
import random
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

from serve.errors import UsageError

LONGEST = 2048  # tokens of a row that are used
FEWEST, MOST = 16, 146  # rows; of those, 127 guide the quantizer: about as many as in GPTQ's own paper
SEED = 0
SPEAKERS = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "system",
}
TOOLS = ("tool", "function", "observation")
KINDS = "JSON lines with messages or text, a suite, Alpaca or ShareGPT records, or exported chats"
Row = dict[str, Any]


def calibration_rows(path: Path) -> list[Row]:
    """Rows `{"messages": [...]}` or `{"text": "..."}`, each once; of a file with many, MOST that SEED picks.

    Raises UsageError for a file of any other kind, with the line or number of the record that is none, and for too few.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; set CALIBRATION to {KINDS}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not text; set CALIBRATION to {KINDS}") from None
    rows = list({json.dumps(row): row for row in read(text, path)}.values())
    if len(rows) < FEWEST:
        raise UsageError(f"{path}: {len(rows)} rows that differ; CALIBRATION needs at least {FEWEST}")
    return random.Random(SEED).sample(rows, MOST) if len(rows) > MOST else rows


def read(text: str, path: Path) -> list[Row]:
    """Every row of a file's text. Raises UsageError for a record that is none, and says which."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip()[:1] not in ("{", "["):
            return of_suite(text, path)
        numbered = ((f"{path}:{number}", line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
        return [row_of(parsed(line, where), where) for where, line in numbered]
    if isinstance(whole, Mapping) and "prompts" in whole:
        whole = whole["prompts"]
    records = whole if isinstance(whole, list) else [whole]
    return [row_of(record, f"{path}: record {number}") for number, record in enumerate(records, 1)]


def parsed(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise refused(where) from None


def of_suite(text: str, path: Path) -> list[Row]:
    """The prompts of a suite, which is YAML."""
    import yaml

    try:
        prompts = yaml.safe_load(text)["prompts"]
        return [row_of(prompt, f"{path}: prompt {number}") for number, prompt in enumerate(prompts, 1)]
    except (yaml.YAMLError, ValueError, TypeError, LookupError, RecursionError):
        raise UsageError(f"{path}: none of what CALIBRATION takes: {KINDS}") from None


def row_of(record: Any, where: str) -> Row:
    """A record of any of the kinds as a row."""
    try:
        return next(row for read_as in (plain, alpaca, sharegpt, chat) if (row := read_as(record)))
    except (StopIteration, LookupError, TypeError, AttributeError):
        raise refused(where) from None


def refused(where: str) -> UsageError:
    return UsageError(
        f'{where}: not a row like {{"messages": [...]}} or {{"text": "..."}}, and no Alpaca or ShareGPT record or chat'
    )


def plain(record: Mapping[str, Any]) -> Row | None:
    """OpenAI messages, a suite's prompt, or a text."""
    if record.get("messages"):
        return turns(record["messages"], "role", "content")
    return {"text": record["text"]} if isinstance(record.get("text"), str) and record["text"].strip() else None


def alpaca(record: Mapping[str, Any]) -> Row | None:
    """`instruction`, and where they are there `input` and `output`."""
    if not record.get("instruction"):
        return None
    asked = "\n\n".join(part for part in (record["instruction"], record.get("input")) if part)
    answer = [{"role": "assistant", "content": record["output"]}] if record.get("output") else []
    return turns([{"role": "user", "content": asked}, *answer], "role", "content")


def sharegpt(record: Mapping[str, Any]) -> Row | None:
    return turns(record["conversations"], "from", "value") if record.get("conversations") else None


def chat(record: Mapping[str, Any]) -> Row | None:
    """A chat as Open WebUI exports it: a tree of messages, of which the branch is taken that was seen last."""
    kept = record["chat"]
    history = kept.get("history") or {}
    messages, at = history.get("messages") or {}, history.get("currentId")
    branch: list[Any] = []
    while at in messages and len(branch) < len(messages):
        branch.insert(0, messages[at])
        at = messages[at].get("parentId")
    return turns(branch or kept["messages"], "role", "content")


def turns(said: list[Mapping[str, Any]], who: str, what: str) -> Row:
    """What was said up to the first call of a tool. Raises TypeError or LookupError for what is no conversation."""
    plainly = list(takewhile(lambda turn: turn[who] not in TOOLS and not turn.get("tool_calls"), said))
    messages = [{"role": SPEAKERS[turn[who]], "content": turn[what]} for turn in plainly]
    if not all(isinstance(message["content"], str) for message in messages):
        raise TypeError
    if "user" not in [message["role"] for message in messages]:
        raise LookupError
    return {"messages": messages}
