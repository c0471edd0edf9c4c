"""Run folders: `runs/<time>-<kind>/`, from which everything can be reported again.

A folder holds `run.json` (what was run, on what), raw rows as JSON lines, and what was concluded from them.
This file knows where things lie and how they are written whole, not what they mean.
"""

import json
import os
import platform
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar

from evalharness.errors import UsageError

Row = dict[str, Any]
Key = TypeVar("Key")


def create(root: Path, kind: str, about: Mapping[str, Any]) -> Path:
    """A new folder `root/<UTC time>-<kind>` with its run.json; the name sorts by time."""
    created = datetime.now(UTC)
    stem = f"{created:%Y%m%dT%H%M%S}-{kind}"
    for attempt in range(100):
        folder = root / (stem if attempt == 0 else f"{stem}-{attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise UsageError(f"{root}: no place for a run folder ({error.strerror}); --runs names one") from None
        about = {"kind": kind, "created": created.isoformat(timespec="seconds"), "host": host(), **about}
        write_json(folder / "run.json", about)
        return folder
    raise UsageError(f"{root}: a hundred runs began in this second")


def finished(root: Path, kind: str) -> list[Path]:
    """The finished runs of a kind (those that have their summary), the newest first."""
    folders = (path.parent for path in root.glob("*/summary.json"))
    return sorted((path for path in folders if re.fullmatch(rf"\d+T\d+-{kind}(-\d+)?", path.name)), reverse=True)


def read_json(path: Path) -> Any:
    """A file of a run folder. Raises UsageError when it is missing or torn."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; is this a run folder?") from None
    except ValueError as error:
        raise UsageError(f"{path}: not JSON ({error})") from None


def write_json(path: Path, value: Any) -> None:
    """Written beside its place and renamed into it, so that a reader never sees half a file."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)


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


def append(file: TextIO, row: Row) -> None:
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


def host() -> dict[str, Any]:
    """The machine a figure was measured on, without its name or address."""
    return {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
