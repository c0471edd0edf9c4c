"""The verdicts that were reached, by the version of the tuned model: from what run folders say of themselves.

Read are `run.json` and `summary.json` as the harness writes them; it is not imported.
"""

import json
from pathlib import Path
from typing import Any


def verdicts(runs: Path) -> dict[str, tuple[str, str]]:
    """Of each version of a tuned model, the word of the last verdict on it and the name of its run's folder.

    A base held against itself is no verdict on a tuned model.
    """
    found: dict[str, tuple[str, str]] = {}
    for folder in sorted(runs.glob("*-verdict*")):
        try:
            word = read(folder / "summary.json")["verdict"]
            asked = read(runs / Path(read(folder / "run.json")["eval"]).name / "run.json")["endpoints"]
            base, tuned = asked[0], asked[1]
            if (base["model"], base["version"]) != (tuned["model"], tuned["version"]):
                found[str(tuned["version"])] = (str(word), folder.name)
        except (OSError, ValueError, LookupError, TypeError):  # a run that was cut, or is none of ours
            continue
    return found


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
