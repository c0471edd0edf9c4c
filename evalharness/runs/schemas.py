"""Which version of a summary.json is written and read, by the kind of run. summary.schema.json describes them all.

A version goes up with every change that a reader of the older one would stumble over.
"""

from pathlib import Path

FILE = Path(__file__).parent / "summary.schema.json"

SCHEMAS = {"eval": 2, "load": 1, "verdict": 3, "compare": 1}
"""eval 2: failures, scores, with_variants. verdict 2: evidence, judge; its eval is of version 2.
verdict 3: each reason says in plain words (plain) what would change it."""
