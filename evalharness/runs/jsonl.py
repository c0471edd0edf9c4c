"""Rows in a file of JSON lines: added one by one, read one by one, told apart by a digest.

This file knows how they lie there, and what a kill leaves of the last; not what they mean.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO, TypeVar

from evalharness.errors import UsageError
from evalharness.runs.typed import Part, as_json, parsed

Row = TypeVar("Row", bound=Part)
Key = TypeVar("Key")


def read_rows(path: Path, kind: type[Row]) -> Iterator[Row]:
    """The whole rows of a file of rows of this kind; a last line torn by a kill is left out.

    Raises UsageError for any other line that is none. There need not be a file.
    """
    return (row for _, row in _placed(path, kind))


class Rows(Mapping[Key, Row]):
    """The rows of a file by a key, of two with the same key the later; none where there is no file.

    Kept in memory is only where they begin: a row is read again each time it is asked for.
    """

    def __init__(self, path: Path, kind: type[Row], key: Callable[[Row], Key]) -> None:
        self.path, self.kind = path, kind
        self.begins = {key(row): begins for begins, row in _placed(path, kind)}

    def __getitem__(self, key: Key) -> Row:
        with open(self.path, "rb") as lines:  # noqa: PTH123 - twice as quick as Path.open, and called for every row
            lines.seek(self.begins[key])
            return parsed(self.kind, lines.readline())

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


def append_row(file: TextIO, row: Part) -> None:
    file.write(json.dumps(row, ensure_ascii=False, default=as_json) + "\n")


def digest(rows: Iterable[Part]) -> str:
    """SHA-256 of prompt rows: the same for the same questions, sampling and checks, however laid out."""
    total = hashlib.sha256()
    for row in rows:
        total.update(json.dumps(row, sort_keys=True, default=as_json).encode() + b"\n")
    return total.hexdigest()


def _placed(path: Path, kind: type[Row]) -> Iterator[tuple[int, Row]]:
    """Every row and where in the file it begins."""
    if not path.exists():
        return
    begins = 0
    with path.open("rb") as lines:  # a kill may also have torn a character
        for number, line in enumerate(lines, start=1):
            if line.endswith(b"\n"):
                try:
                    yield begins, parsed(kind, line)
                except ValueError as error:
                    raise UsageError(f"{path}, line {number}: {error}") from None
            begins += len(line)
