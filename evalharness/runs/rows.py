"""Rows of a run: JSON lines, added one by one, read one by one, told apart by a digest.

This file knows how they lie in a file, and what a kill leaves of the last; not what they mean.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO, TypeVar

from evalharness.errors import UsageError

Row = dict[str, Any]
Key = TypeVar("Key")


def read_rows(path: Path) -> Iterator[Row]:
    """The whole rows of a JSON-lines file; a last line torn by a kill is left out.

    Raises UsageError for any other line that is no JSON.
    """
    return (row for _, row in _placed(path))


class Rows(Mapping[Key, Row]):
    """The rows of a JSON-lines file by a key, of two with the same key the later; none where there is no file.

    Kept in memory is only where they begin: a row is read again each time it is asked for.
    """

    def __init__(self, path: Path, key: Callable[[Row], Key]) -> None:
        self.path = path
        self.begins = {key(row): begins for begins, row in _placed(path)}

    def __getitem__(self, key: Key) -> Row:
        with open(self.path, "rb") as lines:  # noqa: PTH123 - twice as quick as Path.open, and called for every row
            lines.seek(self.begins[key])
            row: Row = json.loads(lines.readline())
        return row

    def __iter__(self) -> Iterator[Key]:
        return iter(self.begins)

    def __len__(self) -> int:
        return len(self.begins)


def open_rows(path: Path) -> TextIO:
    """The file opened for more rows, a torn last line cut off; line-buffered: a kill loses at most one."""
    path.touch()
    with path.open("rb+") as raw:
        raw.truncate(sum(len(line) for line in raw if line.endswith(b"\n")))
    return path.open("a", buffering=1, encoding="utf-8", errors="replace")  # a server may send lone surrogates


def append_row(file: TextIO, row: Row) -> None:
    file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _placed(path: Path) -> Iterator[tuple[int, Row]]:
    """Every row and where in the file it begins."""
    if not path.exists():
        return
    begins = 0
    with path.open("rb") as lines:  # a kill may also have torn a character
        for number, line in enumerate(lines, start=1):
            if line.endswith(b"\n"):
                try:
                    yield begins, json.loads(line)
                except ValueError as error:
                    raise UsageError(f"{path}, line {number}: not JSON ({error})") from None
            begins += len(line)


def digest(rows: Iterable[Row]) -> str:
    """SHA-256 of prompt rows: the same for the same questions, sampling and checks, however laid out."""
    total = hashlib.sha256()
    for row in rows:
        total.update(json.dumps(row, sort_keys=True).encode() + b"\n")
    return total.hexdigest()
