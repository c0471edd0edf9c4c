"""The pool's folder: rows.jsonl, to which lines are only ever added; of two lines of one row the later holds.

A kill loses at most the line that was being written. It knows nothing of what the rows are.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from evalharness.pool.rows import PoolRow
from evalharness.runs.jsonl import Rows, append_row, open_rows
from evalharness.runs.typed import Part, as_json, parsed

FILE = "rows.jsonl"


class Pool:
    """The rows of a folder, which need not be there yet; kept in memory is only where they begin."""

    def __init__(self, folder: Path) -> None:
        """Raises UsageError for a line that is no row."""
        self.path = folder / FILE
        self._rows = Rows(self.path, PoolRow, lambda row: row.id)

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[PoolRow]:
        """Every row as it is now, in the order in which they came; rows added meanwhile are left out."""
        if not self._rows:
            return
        with self.path.open("rb") as lines:  # once: as a mapping they open it for each row
            for begins in self._rows.begins.values():
                lines.seek(begins)
                yield parsed(PoolRow, lines.readline())


def write_anew(path: Path, rows: Iterable[Part]) -> None:
    """A file of rows that is made whole each time, and never seen half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    lines = (json.dumps(row, ensure_ascii=False, default=as_json) + "\n" for row in rows)
    draft.write_text("".join(lines), encoding="utf-8")
    draft.replace(path)


def add(folder: Path, rows: Iterable[PoolRow]) -> int:
    """Writes the rows behind those that are there; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with open_rows(folder / FILE) as file:
        for row in rows:
            append_row(file, row)
            written += 1
    return written
