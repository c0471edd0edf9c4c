"""Run folders: `runs/<time>-<kind>/`, from which everything can be reported again.

A folder holds `run.json` (what was run, on what), raw rows as JSON lines, and what was concluded from them.
This file knows where things lie and how they are written whole, not what they mean.
"""

import hashlib
import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalharness.errors import UsageError
from evalharness.runs.typed import Json, Part, as_json

if TYPE_CHECKING:
    from evalharness.runs.summaries.capacity import CapacitySummary
    from evalharness.runs.summaries.eval import EvalSummary, FactorialSummary
    from evalharness.runs.summaries.judged import JudgeSummary
    from evalharness.runs.summaries.load import LoadSummary

ROWS: Mapping[str, Sequence[str]] = {
    "eval": ("answers.jsonl",),
    "factorial": ("answers.jsonl",),
    "judge": ("answers.jsonl", "judge.jsonl"),
    "load": ("requests.jsonl", "blocks.jsonl"),
    "capacity": ("requests.jsonl", "probes.jsonl", "server.jsonl"),
}
"""The files that each kind of summary is made of."""


def create_run(root: Path, kind: str, about: Mapping[str, Any]) -> Path:
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
        told = {"kind": kind, "created": created.isoformat(timespec="seconds"), "host": host(), **about}
        write_json(folder / "run.json", told)
        return folder
    raise UsageError(f"{root}: a hundred runs began in this second")


def finished_runs(root: Path, kind: str) -> list[Path]:
    """The finished runs of a kind (those that have their summary), the newest first."""
    folders = (path.parent for path in root.glob("*/summary.json"))
    return sorted((path for path in folders if re.fullmatch(rf"\d+T\d+-{kind}(-\d+)?", path.name)), reverse=True)


def read_json(path: Path) -> Json:
    """The object in a file of a run folder. Raises UsageError when it is missing, torn or something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; is this a run folder?") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON ({error})") from None
    if not isinstance(found, dict):
        raise UsageError(f"{path}: not a JSON object")
    return found


def write_json(path: Path, value: Part | Mapping[str, Any]) -> None:
    """Written beside its place and renamed into it, so that a reader never sees half a file."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(value, indent=2, ensure_ascii=False, default=as_json) + "\n", encoding="utf-8")
    draft.replace(path)


def write_concluded(
    path: Path, summary: "CapacitySummary | EvalSummary | FactorialSummary | JudgeSummary | LoadSummary"
) -> None:
    """A summary, with the digests of the rows beside it that it was made of."""
    write_json(path, replace(summary, rows=digests(path.parent, summary.kind)))


def digests(folder: Path, kind: str) -> dict[str, str]:
    """SHA-256 of each file of rows that a summary of this kind is made of, as far as they are there."""
    return {name: _digest(folder / name) for name in ROWS[kind] if (folder / name).exists()}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def host() -> dict[str, Any]:
    """The machine a figure was measured on, without its name or address."""
    return {"cores": os.cpu_count() or 1, "machine": platform.machine(), "python": platform.python_version()}
