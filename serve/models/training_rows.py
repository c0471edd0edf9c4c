"""Rows to train on, from a file of JSON lines: what each method learns from, and what is no such row.

`messages` that end in an answer (sft); `prompt`, `chosen`, `rejected` (dpo); `prompt`, `completion`, `label` (kto). The
texts of the last two are lists of messages, or plain. Rows for sft may name `entities`, spans of their answer. It knows
nothing of tokens or trl.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from serve.errors import UsageError

Row = dict[str, Any]
ROLES = ("system", "user", "assistant", "tool")
FEWEST = 8
HELD_OUT_AT_MOST = 256
FORMS = {
    "sft": '{"messages": [{"role": "user", …}, {"role": "assistant", …}]}',
    "dpo": '{"prompt": …, "chosen": …, "rejected": …}',
    "kto": '{"prompt": …, "completion": …, "label": true}',
}


def training_rows(path: Path, method: str) -> list[Row]:
    """Rows as trl takes them: `prompt` and `completion` (or `chosen`, `rejected`), each a list of messages.

    Raises UsageError for a file without rows, for too few, and for a line that is none, with its number.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # splitlines parts at U+2028, which JSON may hold
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; set ROWS to a file of rows, one a line: {FORMS[method]}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not text; set ROWS to a file of rows, one a line: {FORMS[method]}") from None
    rows = [row(line, method, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if len(rows) < FEWEST:
        found = f"{len(rows)} rows" if rows else "no rows"
        raise UsageError(f"{path}: {found} in it, and a stage needs at least {FEWEST}; set ROWS to a file with more")
    return rows


def row(line: str, method: str, where: str) -> Row:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    made = READ[method](told) if isinstance(told, Mapping) else None
    if made is None:
        raise UsageError(f"{where}: no row to learn from by {method}; a row is {FORMS[method]}")
    return made


def answered(told: Mapping[str, Any]) -> Row | None:
    messages = told.get("messages")
    if not is_messages(messages) or not asks(messages[:-1]) or not answers(messages[-1:]):
        return None
    entities = told.get("entities", [])
    if not isinstance(entities, list) or not all(isinstance(one, str) for one in entities):
        return None
    return {"prompt": plain(messages[:-1]), "completion": plain(messages[-1:]), "entities": entities}


def paired(told: Mapping[str, Any]) -> Row | None:
    texts = {name: spoken(told.get(name), name) for name in ("prompt", "chosen", "rejected")}
    if not all(texts.values()):
        return None
    chosen, rejected = ([one["content"].strip() for one in texts[name] or ()] for name in ("chosen", "rejected"))
    return dict(texts) if chosen != rejected else None


def judged(told: Mapping[str, Any]) -> Row | None:
    texts = {name: spoken(told.get(name), name) for name in ("prompt", "completion")}
    if not all(texts.values()) or not isinstance(told.get("label"), bool):
        return None
    return {**texts, "label": told["label"]}


def spoken(told: Any, name: str) -> list[dict[str, str]] | None:
    """A text, or messages, as messages: a prompt is a user's, an answer the assistant's alone."""
    role, fits = ("user", asks) if name == "prompt" else ("assistant", answers)
    messages = [{"role": role, "content": told}] if isinstance(told, str) else told
    return plain(messages) if is_messages(messages) and fits(messages) else None


def asks(messages: Sequence[Mapping[str, Any]]) -> bool:
    return any(one["role"] == "user" and one["content"].strip() for one in messages)


def answers(messages: Sequence[Mapping[str, Any]]) -> bool:
    return all(one["role"] == "assistant" and one["content"].strip() for one in messages)


def is_messages(told: Any) -> TypeGuard[list[Mapping[str, Any]]]:
    return (
        isinstance(told, list)
        and bool(told)
        and all(isinstance(one, Mapping) for one in told)
        and all(one.get("role") in ROLES and is_text(one.get("content")) for one in told)
    )


def is_text(told: Any) -> bool:
    """Half of a surrogate pair, which JSON may hold, is none that a tokenizer takes."""
    return isinstance(told, str) and not any("\ud800" <= sign <= "\udfff" for sign in told)


def plain(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"role": one["role"], "content": one["content"]} for one in messages]


def said(row: Row) -> Iterator[str]:
    """All that is asked and answered in a row."""
    for name in ("prompt", "completion", "chosen", "rejected"):
        yield from (message["content"] for message in row.get(name, ()))


def plain_text(path: Path) -> list[str]:
    """The lines of a text that a vocabulary is learnt from. Raises UsageError for a file that is none."""
    mend = "mend `text` under `vocabulary` in the file that TUNE names"
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; {mend}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not text; {mend}") from None
    if not lines:
        raise UsageError(f"{path}: no text in it; {mend}")
    return lines


READ = {"sft": answered, "dpo": paired, "kto": judged}


def split(rows: Sequence[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """(those to train on, those held out). Rows with one answer are variants of each other, and go to one side.

    At most HELD_OUT_AT_MOST are held out, and about `share` of them; the same rows and seed give the same.
    """
    wanted = min(HELD_OUT_AT_MOST, int(len(rows) * share))
    kin: dict[str, list[int]] = {}
    for number, one in enumerate(rows):
        kin.setdefault(json.dumps(one.get("completion", one.get("chosen"))), []).append(number)
    families = list(kin.values())
    random.Random(seed).shuffle(families)
    held: set[int] = set()
    for family in families:
        if len(held) + len(family) <= wanted:
            held.update(family)
    kept = [one for number, one in enumerate(rows) if number not in held]
    return kept, [one for number, one in enumerate(rows) if number in held]
