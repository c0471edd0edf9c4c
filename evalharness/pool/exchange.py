"""Rows in the formats of other programs: read from all that `import` reads, written as three of them.

It knows the formats' fields, and nothing of where a row came from.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from evalharness.errors import UsageError
from evalharness.imports.formats import FORMATS, Unfit, conversation, format_of
from evalharness.imports.records import read_records
from evalharness.pool.rows import Messages, PoolRow, given

DATASET, FILE = "tandem_pool", "rows.jsonl"
UNANSWERED = "no answer to learn from"

LeftOut = dict[str, list[str]]
"""Reason -> places in the file."""


def read(path: Path, licence: str | None, tags: Sequence[str] = ()) -> tuple[list[PoolRow], LeftOut]:
    """The rows of a file in any known format, and what of it is none. Raises UsageError where nothing is.

    Each row carries these tags, and those that its record has under `tags`.
    """
    records = read_records(path)
    name = next((name for record in records if (name := format_of(record.value))), None)
    if name is None:
        raise UsageError(f"{path}: no record of a known format ({', '.join(FORMATS)})")
    rows, left_out = list[PoolRow](), LeftOut()
    for place, value, wrong in records:
        try:
            if wrong:
                raise Unfit(wrong)
            made = conversation(value, name)
            if made.reference is None:
                raise Unfit(UNANSWERED)
        except Unfit as reason:
            left_out.setdefault(str(reason), []).append(place)
        else:
            messages = [{"role": role, "content": text} for role, text in made.messages]
            answered = [*messages, {"role": "assistant", "content": made.reference}]
            rows.append(given(answered, list(dict.fromkeys([*tags, *_tags(value)])), licence))
    if not rows:
        reasons = "; ".join(f"{len(places)} with {reason}" for reason, places in left_out.items())
        raise UsageError(f"{path}: nothing in it can be learnt from: {reasons}")
    return rows, left_out


def _tags(record: dict[str, Any]) -> list[str]:
    """Other programs keep other things under that name: what are no texts are no tags."""
    tags = record.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def openai(messages: Messages) -> dict[str, Any]:
    return {"messages": messages}


def sharegpt(messages: Messages) -> dict[str, Any]:
    names = {"user": "human", "assistant": "gpt"}
    turns = [{"from": names[one["role"]], "value": one["content"]} for one in messages if one["role"] in names]
    return {"system": _system(messages), "conversations": turns}


def alpaca(messages: Messages) -> dict[str, Any]:
    """As LLaMA-Factory has it: earlier turns as pairs under `history`."""
    said = [one["content"] for one in messages if one["role"] != "system"]
    history = [list(pair) for pair in zip(said[:-2:2], said[1:-2:2], strict=True)]
    return {
        "instruction": said[-2], "input": "", "output": said[-1], "system": _system(messages), "history": history
    }  # fmt: skip


WRITERS: dict[str, Callable[[Messages], dict[str, Any]]] = {"openai": openai, "sharegpt": sharegpt, "alpaca": alpaca}

_COLUMNS: dict[str, dict[str, Any]] = {
    "openai": {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant",
            "system_tag": "system",
        },
    },
    "sharegpt": {"formatting": "sharegpt", "columns": {"messages": "conversations", "system": "system"}},
    "alpaca": {
        "formatting": "alpaca",
        "columns": {
            "prompt": "instruction", "query": "input", "response": "output", "system": "system", "history": "history"
        },
    },
}  # fmt: skip
"""What LLaMA-Factory is told of each format (its page on data)."""


def write(folder: Path, name: str, rows: Iterable[PoolRow]) -> int:
    """rows.jsonl in that format, and beside it the dataset_info.json that LLaMA-Factory looks for; how many rows."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with (folder / FILE).open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(WRITERS[name](row.messages), ensure_ascii=False) + "\n")
            written += 1
    info = {DATASET: {"file_name": FILE, **_COLUMNS[name]}}
    (folder / "dataset_info.json").write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
    return written


def _system(messages: Messages) -> str:
    return "\n\n".join(one["content"] for one in messages if one["role"] == "system")
