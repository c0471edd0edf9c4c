"""The suite `structured`: JSON, tables and CSV, of 48 kinds: what a prompt says or asks to be invented (told.py), JSON
from JSON (reshaped.py), and to and from other formats (formats.py).
"""

import random
from collections.abc import Callable, Iterator, Sequence

from evalharness.suites.generators.drafts import Draft, Item, first_of_each, templates
from evalharness.suites.generators.structured import formats, reshaped, told

SEED = 12
KEPT = 3  # prompts that are asked of a kind
HEAD = (
    "Whether data comes out in the form that a program can read: JSON with nothing around it, by keys or by a schema, "
    "nested, with null for what is not said; also CSV and Markdown tables. What has one right answer is compared with "
    "it value by value. A code fence around JSON is counted as wrong, because the prompts ask for none: the suite "
    "measures obedience to the letter, not what a lenient reader could still rescue. To demand a gain from a model "
    "that was tuned for this, copy the file and make its purpose superiority."
)
_KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (  # they draw in turn: a new one goes last
    told.cities, told.known_cities, told.nulls, told.orders, formats.from_csv, formats.to_csv, formats.tables,
    reshaped.repairs, reshaped.changes, told.groups, formats.from_yaml, told.invented, reshaped.flattened,
    reshaped.nested, reshaped.grouped, reshaped.sorted_by, reshaped.filtered, reshaped.tallied, reshaped.renamed,
    reshaped.without_nulls, reshaped.merged, reshaped.inverted, reshaped.iso_dates, reshaped.table_of_arrays,
    reshaped.objects_to_rows, reshaped.typed, formats.from_toml, formats.from_ini, formats.from_xml,
    formats.from_query, formats.from_markdown, formats.from_log, formats.from_outline, formats.quoted_csv,
    reshaped.computed, reshaped.distinct, reshaped.extremes, reshaped.changed_keys, told.escaped, told.unit_values,
    formats.to_json_lines, formats.to_yaml, formats.to_xml, formats.to_query, formats.to_tsv, formats.to_env,
    reshaped.key_paths, reshaped.paired_arrays,
)  # fmt: skip


def suite() -> Draft:
    rng = random.Random(SEED)
    items = templates(first_of_each((item for kind in _KINDS for item in kind(rng)), KEPT))
    return Draft(
        "structured", "JSON, tables and CSV to the letter", "non-inferiority", 0.11, 400, HEAD, items, version=5
    )
