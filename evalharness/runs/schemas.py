"""Which version of each file is written and read, by the kind of run; and the JSON schema of them all.

    python -m evalharness.runs.schemas

writes summary.schema.json anew from the types of summaries.py: after a change of these, whose version then goes up if
a reader of the older one would stumble over it.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "summary.schema.json"

SCHEMAS = {"eval": 3, "load": 2, "judge": 2, "verdict": 3, "compare": 1, "factorial": 2, "lm-eval": 1}
"""eval 2: failures, scores, with_variants. verdict 2: evidence, judge; its eval is of version 2.
eval 3: with_errors, unasked. verdict 3: each reason says in plain words (plain) what would change it.
eval 3, load 2, judge 2, factorial 2: rows, the digests of what they were made of."""


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
