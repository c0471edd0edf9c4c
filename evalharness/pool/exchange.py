"""Rows in the formats of other programs: read from all that `import` reads, written as three of them.

A record that prefers one answer to another (`chosen`, `rejected`) or says whether one is good (`label`) is read and
written as trl has it, and as LLaMA-Factory has it in ShareGPT's and Alpaca's fields. It knows the formats' fields, and
nothing of where a row came from.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from evalharness.errors import UsageError
from evalharness.imports.formats import FORMATS, Unfit, conversation, format_of
from evalharness.imports.records import read_records
from evalharness.pool.rows import DISLIKED, LIKED, PREFERRED, Messages, PoolRow, given, preference

DATASET, FILE = "tandem_pool", "rows.jsonl"
UNANSWERED = "no answer to learn from"

LeftOut = dict[str, list[str]]
"""Reason -> places in the file."""


def read(path: Path, licence: str | None, tags: Sequence[str] = ()) -> tuple[list[PoolRow], LeftOut]:
    """The rows of a file in any known format, and what of it is none. Raises UsageError where nothing is.

    Each row carries these tags, and those that its record has under `tags`.
    """
    records = read_records(path)
    name = next((name for record in records if (name := format_of(_answered(record.value)))), None)
    if name is None:
        raise UsageError(f"{path}: no record of a known format ({', '.join(FORMATS)})")
    rows, left_out = list[PoolRow](), LeftOut()
    for place, value, wrong in records:
        try:
            if wrong:
                raise Unfit(wrong)
            made = conversation(_answered(value), name)
            if made.reference is None:
                raise Unfit(UNANSWERED)
            rejected = _rejected(value)
            if rejected == made.reference:
                raise Unfit("two answers that are the same")
        except Unfit as reason:
            left_out.setdefault(str(reason), []).append(place)
        else:
            messages = [{"role": role, "content": text} for role, text in made.messages]
            messages.append({"role": "assistant", "content": made.reference})
            carried = list(dict.fromkeys([*tags, *_texts(value, "tags")]))
            rows.append(_row(messages, rejected, value, carried, licence))
    if not rows:
        reasons = "; ".join(f"{len(places)} with {reason}" for reason, places in left_out.items())
        raise UsageError(f"{path}: nothing in it can be learnt from: {reasons}")
    return rows, left_out


def _texts(record: dict[str, Any], name: str) -> list[str]:
    """Other programs keep other things under that name: what are no texts are not read."""
    found = record.get(name)
    return [text for text in found if isinstance(text, str) and text] if isinstance(found, list) else []


def _answered(record: Any) -> Any:
    """A preference as the format that it would be with its better answer, or its only one, for its answer."""
    if not isinstance(record, dict):
        return record
    answer = record.get("chosen", record.get("completion"))
    if answer is None:
        return record
    if "prompt" in record:
        asked = record["prompt"]
        return {"messages": [*(_turns(asked, "user") or ()), *(_turns(answer, "assistant") or ())]}
    for turns in ("conversations", "messages"):
        if isinstance(record.get(turns), list):
            return {**record, turns: [*record[turns], *(_turns(answer, "assistant") or ())]}
    if isinstance(answer, list):
        return {"messages": answer}  # the question stands in both
    return {**record, "output": answer}


def _rejected(record: dict[str, Any]) -> str | None:
    if "rejected" not in record:
        return None
    turns = _turns(record["rejected"], "assistant")
    text = turns[-1].get("content", turns[-1].get("value")) if turns and isinstance(turns[-1], dict) else None
    if not isinstance(text, str):
        raise Unfit("a rejected answer that is no text")
    return text.strip()


def _turns(said: Any, role: str) -> list[Any] | None:
    """A text, a turn or turns, as turns."""
    if isinstance(said, str):
        return [{"role": role, "content": said}]
    return said if isinstance(said, list) else [said] if isinstance(said, dict) else None


def _row(
    messages: Messages, rejected: str | None, record: dict[str, Any], tags: list[str], licence: str | None
) -> PoolRow:
    label = record.get("label")
    if rejected is not None:
        return preference(messages, PREFERRED, rejected, tags=tags, licence=licence)
    if isinstance(label, bool):
        return preference(messages, LIKED if label else DISLIKED, tags=tags, licence=licence)
    return given(messages, tags, licence, _texts(record, "entities"))


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


METHODS: dict[str, Callable[[PoolRow], bool]] = {
    "sft": lambda row: row.kind not in (DISLIKED, PREFERRED),
    "dpo": lambda row: row.kind == PREFERRED,
    "kto": lambda row: row.kind in (LIKED, DISLIKED),
}
"""Every method of training, and which rows it learns from."""


def record(row: PoolRow, name: str, method: str) -> dict[str, Any]:
    """A row in the format of this name, for this method; of `openai`, preferences are as trl has them."""
    whole = WRITERS[name](row.messages)
    if method == "sft":  # the others' loaders know no such field
        return {**whole, "entities": row.named} if row.named and name == "openai" else whole
    if name == "openai":
        prompt, answer = row.messages[:-1], row.messages[-1:]
        if method == "kto":
            return {"prompt": prompt, "completion": answer, "label": row.kind == LIKED}
        return {"prompt": prompt, "chosen": answer, "rejected": [{**answer[0], "content": row.rejected}]}
    if method == "kto":
        return {**whole, "label": row.kind == LIKED}
    if name == "sharegpt":
        *turns, answer = whole["conversations"]
        return {**whole, "conversations": turns, "chosen": answer, "rejected": {**answer, "value": row.rejected}}
    answer = whole.pop("output")
    return {**whole, "chosen": answer, "rejected": row.rejected}


def dataset_info(name: str, method: str) -> dict[str, Any]:
    """What LLaMA-Factory is told of the file; of preferences in trl's own fields there is nothing to tell."""
    about = _COLUMNS[name]
    if method == "sft":
        return about
    if method == "kto":
        return {**about, "columns": {**about["columns"], "kto_tag": "label"}}
    columns = {key: column for key, column in about["columns"].items() if key != "response"}
    return {**about, "ranking": True, "columns": {**columns, "chosen": "chosen", "rejected": "rejected"}}


def write(folder: Path, name: str, rows: Iterable[PoolRow], method: str = "sft") -> int:
    """rows.jsonl in that format, and beside it the dataset_info.json that LLaMA-Factory looks for; how many rows."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with (folder / FILE).open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(record(row, name, method), ensure_ascii=False) + "\n")
            written += 1
    if method == "sft" or name != "openai":
        info = {DATASET: {"file_name": FILE, **dataset_info(name, method)}}
        (folder / "dataset_info.json").write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
    return written


def _system(messages: Messages) -> str:
    return "\n\n".join(one["content"] for one in messages if one["role"] == "system")
