"""The records of a JSON or JSON-lines file, each with the place in the file where it begins.

It knows the two layouts, and nothing of what a record means. Everything is read at once: exports are some megabytes.
No library does it: ijson reads arrays, but does not say in which line an element begins, and that is a prompt's name.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from evalharness.errors import UsageError


class Record(NamedTuple):
    """`place` is its line, or line:column where several begin in one line. `wrong` says why there is no value."""

    place: str
    value: Any
    wrong: str | None = None


class _Found(NamedTuple):
    line: int
    column: int
    value: Any
    wrong: str | None = None


def read_records(path: Path) -> list[Record]:
    """An array's elements, or the lines of a file, or the one object that is the whole file.

    A line that is no JSON becomes a record without a value. Raises UsageError for a file that cannot be read, and for
    an array that breaks off or is torn: what comes after that place cannot be told apart.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None
    found = _array(path, text) if text.lstrip().startswith("[") else _lines(text)
    if not found:
        raise UsageError(f"{path}: nothing in it")
    beginning = Counter(record.line for record in found)
    return [
        Record(str(line) if beginning[line] == 1 else f"{line}:{column}", value, wrong)
        for line, column, value, wrong in found
    ]


def _array(path: Path, text: str) -> list[_Found]:
    decoder, found = json.JSONDecoder(), list[_Found]()
    at = _skip(text, text.index("[") + 1)
    line, begins, counted = 1, 0, 0  # of the line that `at` is in: its number, its first character
    while text[at : at + 1] != "]" or found:
        line += text.count("\n", counted, at)
        begins, counted = max(begins, text.rfind("\n", counted, at) + 1), at
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            said = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            raise UsageError(f"{path}, line {line}: not JSON ({said}), and what follows cannot be read") from None
        found.append(_Found(line, at - begins + 1, value))
        at = _skip(text, end)
        if text[at : at + 1] != ",":
            break
        at = _skip(text, at + 1)
    if text[at : at + 1] != "]":
        raise UsageError(f"{path}, line {line}: behind the entry that begins here a comma or ] is missing")
    if text[at + 1 :].strip():
        raise UsageError(f"{path}: there is more behind the end of its array")
    return found


def _skip(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def _lines(text: str) -> list[_Found]:
    found = [_line(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if found and found[0].wrong:  # one object over many lines
        try:
            return [_Found(found[0].line, 1, json.loads(text))]
        except (ValueError, RecursionError):
            pass
    return found


def _line(number: int, line: str) -> _Found:
    try:
        return _Found(number, 1, json.loads(line))
    except (ValueError, RecursionError):
        return _Found(number, 1, None, "not JSON")
