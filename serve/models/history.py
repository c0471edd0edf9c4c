"""Which version of a variant was put in force when, and how: a JSON line an event in `models/<variant>/history.jsonl`.

It knows nothing of files' contents or servers. A version that somebody rolled back from is withdrawn: what settings ask
for does not put it in force again, only a person who names it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

How = Literal["published", "asked for again", "rolled back", "named"]


@dataclass(frozen=True)
class Event:
    """`version` came into force at `at` (ISO 8601, UTC) in place of `instead_of` (empty: there was none)."""

    at: str
    version: str
    how: How
    instead_of: str = ""


def read(file: Path) -> list[Event]:
    """Oldest first. A line cut short, as by a power cut, is left out: it tells of nothing that counts."""
    events = []
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            events.append(Event(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return events


def append(file: Path, version: str, how: How, instead_of: str) -> None:
    event = Event(datetime.now(UTC).isoformat(timespec="seconds"), version, how, instead_of)
    with file.open("a") as lines:
        lines.write(json.dumps(asdict(event)) + "\n")


def withdrawn(events: Sequence[Event]) -> set[str]:
    """The versions that were rolled back from, and not named since."""
    versions: set[str] = set()
    for event in events:
        if event.how == "rolled back":
            versions.add(event.instead_of)
        versions.discard(event.version)
    return versions


def before(events: Sequence[Event], current: str, standing: Sequence[str]) -> str | None:
    """The version to go back to: what was in force before the current one, else the newest other; of those that stand
    (newest first) and were not withdrawn. None where there is none.
    """
    open_to = [version for version in standing if version != current and version not in withdrawn(events)]
    earlier = [event.version for event in reversed(events) if event.version in open_to]
    return next(iter([*earlier, *open_to]), None)
