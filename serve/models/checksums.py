"""Files and their digests: what a version is made of, and whether it still is what was published.

A file verified before is not read again within a day, if its size, its inode and its times of change are the same: no
program can change a byte without moving one of them, so restarts are quick. A disk that forgets moves none of them:
that is why what was verified is believed for a day and no longer. Standard library alone.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from serve.errors import UsageError

MANIFEST = "manifest.json"
BELIEVED = 24 * 3600  # seconds
CLOCK_SKEW = 60  # seconds by which a file may have been verified in the future


def describe(folder: Path, known: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """Size in bytes, time of change and SHA-256 of each file of a model folder, by its path inside it.

    A file that `known` lists with the same size and time keeps its digest: hashing 16 GB takes seconds.
    """
    files = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name == MANIFEST or in_hidden_folder(path, folder):
            continue
        name, stat = str(path.relative_to(folder)), path.stat()
        try:
            name.encode()
        except UnicodeEncodeError:
            raise UsageError(f"{folder}: the name of {name!a} is no text; rename or remove this file") from None
        same = {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        before = (known or {}).get(name, {})
        unchanged = before.items() >= same.items()
        files[name] = {**same, "sha256": before["sha256"] if unchanged else digest(path)}
    return files


def in_hidden_folder(path: Path, folder: Path) -> bool:
    """Whether a path lies in something like `.cache/` or `.git/`: not part of the model."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs_digest(inputs: Mapping[str, Any]) -> str:
    """The name of the version that these inputs (digests, parameters, library versions) make: 12 hex digits."""
    canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def damaged(
    folder: Path, files: Mapping[str, Any], memory: Path | None = None, now: Callable[[], float] = time.time
) -> list[str]:
    """Of the files that a manifest lists, the names of those that are missing or are not what was published.

    `memory` is the file that keeps what was found whole, and when; without it every byte is read.
    """
    known = remembered(memory) if memory else {}
    found, wrong = {}, []
    for name, stated in files.items():
        path = folder / name
        try:
            same = identity(path)
            before, when = known.get(name, {}), now()
            fresh = before.get("file") == same and -CLOCK_SKEW <= when - before["at"] <= BELIEVED
            if same["bytes"] != stated["bytes"] or not (fresh or digest(path) == stated["sha256"]):
                wrong.append(name)
                continue
        except OSError:
            wrong.append(name)
            continue
        found[name] = before if fresh else {"file": same, "at": when}
    if memory and found != known:
        remember(memory, found)
    return wrong


def identity(path: Path) -> dict[str, int]:
    stat = path.stat()
    return {
        "bytes": stat.st_size,
        "inode": stat.st_ino,
        "modified_ns": stat.st_mtime_ns,
        "changed_ns": stat.st_ctime_ns,  # which `touch` cannot set back
    }


def remembered(memory: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(memory.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def remember(memory: Path, found: Mapping[str, Any]) -> None:
    """By one rename. Where it cannot be written, the next time reads every byte again."""
    draft = memory.with_name(f"{memory.name}.draft")
    with suppress(OSError):
        draft.write_text(json.dumps(found))
        draft.replace(memory)
