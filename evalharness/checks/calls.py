"""The checks of calls of tools: which, with which arguments, or none at all.

They know what was called, and neither what the tools are nor, but for the marks of a call, what was said beside it.
Their order is free, as they are to be run side by side.
"""

import re
from collections.abc import Sequence
from itertools import permutations
from operator import getitem
from typing import Any

from evalharness.checks import values
from evalharness.checks.as_json import is_schema, same, strict_json, valid
from evalharness.checks.base import CallCheck, unless
from evalharness.checks.reading.text import plain
from evalharness.runs.failures import Failure
from evalharness.runs.rows.eval import Call

MARKS = re.compile(r"</?tool_(?:call|response)>|<\|(?:tool_call|python_tag)\|>|\[TOOL_CALLS\]|<function=")
"""In which the families' templates write calls and results, and which a parser takes away where it can read them."""


def calls(_: str, called: Sequence[Call], wanted: Sequence[dict[str, Any]]) -> Failure | None:
    """Just these calls, each once.

    `arguments` are all those that are given, by their values: numbers are equal as numbers, texts as they read (see
    text.plain) with the spaces around them aside. `schema` is a JSON Schema of them: where more than one value will do.
    """
    if sorted(call.name for call in called) != sorted(one["name"] for one in wanted):
        return "call"
    try:
        given = [(call.name, _arguments(call)) for call in called]
    except ValueError:
        return "format"
    return unless(_matched(given, list(wanted)), "arguments")


def no_call(answer: str, called: Sequence[Call], _: None) -> Failure | None:
    """Neither a call, nor the marks of one that no parser could read, or of a tool's result said after it."""
    return unless(not called and not MARKS.search(answer), "call")


def _arguments(call: Call) -> dict[str, Any]:
    """Raises ValueError for what is no JSON object. Some servers send nothing at all for no arguments."""
    found = strict_json(call.arguments) if call.arguments.strip() else {}
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _matched(given: Sequence[tuple[str, dict[str, Any]]], wanted: Sequence[dict[str, Any]]) -> bool:
    """Whether each given call is another one of the wanted: there are a few of them, so all ways are tried."""
    fits = [[_fits(name, arguments, one) for one in wanted] for name, arguments in given]
    return any(all(map(getitem, fits, order)) for order in permutations(range(len(wanted))))


def _fits(name: str, arguments: dict[str, Any], one: dict[str, Any]) -> bool:
    by_value = "arguments" not in one or same(_as_read(arguments), _as_read(one["arguments"]))
    return name == one["name"] and by_value and ("schema" not in one or valid(arguments, one["schema"]))


def _as_read(value: Any) -> Any:
    """The same JSON, its texts in normal form; its keys stay."""
    if isinstance(value, dict):
        return {key: _as_read(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_as_read(member) for member in value]
    return plain(value).strip() if isinstance(value, str) else value


_CALL = values.mapping({"name": values.text}, {"arguments": lambda value: isinstance(value, dict), "schema": is_schema})
_MOST = 8  # calls of one answer: all ways to match them are tried

CHECKS = {
    "calls": CallCheck(
        calls,
        lambda value: isinstance(value, list) and 0 < len(value) <= _MOST and all(map(_CALL, value)),
        f"a list of 1 to {_MOST} calls, each with name and perhaps arguments (a mapping) or a JSON Schema of them",
    ),
    "no_call": CallCheck(no_call, values.nothing, "nothing"),
}
