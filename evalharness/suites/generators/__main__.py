"""Writes the generated suites beside this folder: `python -m evalharness.suites.generators`."""

from evalharness.suites.files import SHIPPED
from evalharness.suites.generators import drafts
from evalharness.suites.generators.drafts import as_yaml

for draft in drafts():
    path = SHIPPED / f"{draft.name}.yaml"
    path.write_text(as_yaml(draft), encoding="utf-8")
    print(f"{path}: {len(draft.items)} prompts")
