"""Which version of each file of a run is written and read, by the kind of run."""

SCHEMAS = {"eval": 3, "load": 3, "capacity": 1, "judge": 2, "verdict": 4, "compare": 1, "factorial": 2, "lm-eval": 1}
"""eval 2: failures, scores, with_variants. verdict 2: evidence, judge; its eval is of version 2.
eval 3: with_errors, unasked, groups, company, design_effect, together.
verdict 3: each reason says in plain words (plain) what would change it. verdict 4: people.
eval 3, load 2, judge 2, factorial 2: rows, the digests of what they were made of.
load 3: seconds, pairs, and of each ratio how many it is of (ratios, pairs_a_ratio); p99.9; no rounds."""
