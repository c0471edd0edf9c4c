"""The JSON schema of all that a run concludes.

    python -m evalharness.runs.schemas

writes summary.schema.json anew from the types of summaries/: after a change of these, whose version (versions.py)
then goes up if a reader of the older one would stumble over it.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "summary.schema.json"


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of everything that a run concludes."""
    from evalharness.runs.summaries import Summary
    from evalharness.runs.typed import adapter

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "summary.json of a Tandem run",
        "description": "What a run folder concludes from its rows (of a judge it is judge.json). `kind` says which "
        "shape it has, `schema` which version of it. Rates and differences are shares of prompts, times are seconds.",
        **adapter(Summary).json_schema(),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(FILE)
