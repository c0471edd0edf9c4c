"""The answers of an eval run as pairs to vote on: what the blind comparison shows instead of asking anew.

It knows three files of a run's folder, as evalharness/runs describes them, and nothing of Open WebUI.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from serve.errors import UsageError
from serve.modes import VARIANTS

CHARACTERS = 8000  # of a conversation and both of its answers: more of it nobody reads

Row = Mapping[str, Any]


class Queue(NamedTuple):
    """`told` is what the functions are given (images/webui/functions/queued.py); `left_out`: reason to how many."""

    told: dict[str, Any]
    left_out: dict[str, int]


def queue_of(folder: Path) -> Queue:
    """The pairs of an eval run of base and tuned, in an order of their own: whoever stops early has seen a sample.

    Raises UsageError where the folder holds no such run, or none of its prompts can be shown.
    """
    about = _about(folder)
    try:
        pairs, left_out = _pairs(folder)
        versions = {side["name"]: side["version"] for side in about["endpoints"]}
    except (LookupError, TypeError, AttributeError):
        raise UsageError(f"{folder}: its rows are not what an eval run writes there") from None
    if not pairs:
        why = ", ".join(f"{many} {reason}" for reason, many in left_out.items()) or "it has no prompts"
        raise UsageError(f"{folder}: no pair of answers to vote on ({why})")
    ordered = [pair for _, pair in sorted(pairs, key=lambda pair: pair[0])]
    return Queue({"run": folder.name, "versions": versions, "pairs": ordered}, dict(left_out))


def _pairs(folder: Path) -> tuple[list[tuple[str, dict[str, Any]]], Counter[str]]:
    """Each pair with what it is put in order by, and why others are left out."""
    answers = _answers(folder)
    pairs, left_out = list[tuple[str, dict[str, Any]]](), Counter[str]()
    for prompt in _lines(folder / "prompts.jsonl"):
        said = [answers.get((prompt["suite"], prompt["id"], variant)) for variant in VARIANTS]
        reason = unfit(prompt, said)
        if reason:
            left_out[reason] += 1
            continue
        messages = [{"role": one["role"], "content": one["content"]} for one in prompt["messages"]]
        order = hashlib.sha256(f"{prompt['suite']} {prompt['id']}".encode()).hexdigest()
        pairs.append((order, {"messages": messages, **dict(zip(VARIANTS, said, strict=True))}))
    return pairs, left_out


def unfit(prompt: Row, said: list[str | None]) -> str | None:
    """Why a prompt and the answers of both are no pair to vote on in a chat."""
    if prompt.get("of") or prompt.get("repeat") or prompt.get("tools") or prompt.get("live"):
        return "asked otherwise, repeatedly, turn by turn or with tools"
    if any(one["role"] not in ("user", "assistant") for one in prompt["messages"]):
        return "with a system message, which a chat does not show"
    if not all(said):
        return "without an answer of both"
    if said[0] == said[1]:
        return "answered the same by both"
    if sum(map(len, [*(one["content"] for one in prompt["messages"]), *map(str, said)])) > CHARACTERS:
        return f"of more than {CHARACTERS} characters"
    return None


def _about(folder: Path) -> Row:
    try:
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        names = [str(side["name"]) for side in about["endpoints"]]
    except OSError:
        raise UsageError(f"{folder}: no run in it; RUN names the folder of an eval run, such as runs/…-eval") from None
    except (ValueError, LookupError, TypeError, RecursionError):
        raise UsageError(f"{folder / 'run.json'}: not what a run writes there") from None
    if about.get("kind") != "eval":
        raise UsageError(f"{folder}: a run of {about.get('kind')}; RUN names the folder of an eval run")
    if sorted(names) != sorted(VARIANTS):
        raise UsageError(f"{folder}: a run of {' and '.join(names)}; people vote on base and tuned")
    return dict(about)


def _answers(folder: Path) -> dict[tuple[str, str, str], str | None]:
    """By suite, prompt and endpoint; without what a model thought aloud before its answer."""
    found: dict[tuple[str, str, str], str | None] = {}
    for row in _lines(folder / "answers.jsonl"):
        text = None if row.get("error") else (row.get("answer") or "")[row.get("thought_characters") or 0 :].strip()
        found[row["suite"], row["id"], row["endpoint"]] = text
    return found


def _lines(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: it cannot be read ({getattr(error, 'strerror', None) or 'no JSON lines'})") from None
