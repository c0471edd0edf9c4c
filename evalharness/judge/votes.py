"""People's votes on the prompts of a run, from a file of JSON lines: {"id": …, "choice": …, "suite": … if needed}.

`choice` is an endpoint's name or `tie`; an `id` of null is of a vote on what no run has asked. It knows the file and
the run's prompts, nothing of judges.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from evalharness.errors import UsageError
from evalharness.runs.rows.judged import TIE
from evalharness.runs.rows.parts import Place


def read_votes(path: Path, prompts: Collection[Place], endpoints: Collection[str]) -> dict[Place, str]:
    """What people chose, by prompt: of several votes on one prompt the majority, a tie where there is none.

    Raises UsageError naming the file, the line and what is wrong with it.
    """
    counted: dict[Place, Counter[str]] = {}
    for where, row in _rows(path):
        if not isinstance(row, dict) or not row.keys() >= {"id", "choice"}:
            raise UsageError(f"{where}: a vote has an id and a choice")
        if row["id"] is None:
            continue
        places = [(suite, name) for suite, name in prompts if name == row["id"] and row.get("suite") in (None, suite)]
        if len(places) != 1:
            wrong = "more than one suite has it, name the suite" if places else "this run has no such prompt"
            raise UsageError(f"{where}: {row['id']!r}: {wrong}")
        if row["choice"] not in (*endpoints, TIE):
            raise UsageError(f"{where}: choice {row['choice']!r} is not one of {', '.join((*endpoints, TIE))}")
        counted.setdefault(places[0], Counter())[row["choice"]] += 1
    return {prompt: _majority(votes) for prompt, votes in counted.items()}


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    """Every row and where it stands. A person's file may have empty lines, and need not end its last."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--votes {path}: {getattr(error, 'strerror', 'not UTF-8')}") from None
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        try:
            if line.strip():
                yield where, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{where}: not JSON ({error})") from None


def _majority(votes: Counter[str]) -> str:
    (choice, most), *others = votes.most_common(2)
    return TIE if others and others[0][1] == most else choice
