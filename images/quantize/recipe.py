"""What an INT4 checkpoint is made by, beside its model: by this its version in the store is named.

The quantize job goes by it, and the merge before it, which need not begin where what alone it is for stands already. It
knows nothing of how either is done, and needs the standard library alone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from images.job import version_of
from serve.models.store import digest

RECIPE = 2  # of the quantize job: raised when what it makes of the same inputs changes
BITS = 4
ENGINES = ("auto-gptq", "gptqmodel")


@dataclass(frozen=True)
class Recipe:
    engine: str
    group_size: int
    calibration: Path

    def parameters(self) -> dict[str, Any]:
        return {
            "recipe": RECIPE,
            "engine": self.engine,
            "bits": BITS,
            "group_size": self.group_size,
            "sym": True,
            "desc_act": False,
            "calibration": digest(self.calibration),
        }

    def packages(self) -> tuple[str, ...]:
        """The libraries that a manifest names: those that what is made hangs on."""
        return ("torch", "transformers", self.engine)

    def pinned(self) -> dict[str, str]:
        """Their versions in the quantize job's environment, for whoever is in another."""
        lines = Path(__file__).with_name(f"requirements-{self.engine}.txt").read_text().splitlines()
        stated = dict(line.split("==") for line in lines if "==" in line)
        return {package: stated[package] for package in self.packages()}

    def version_of_merged(self, merged: str) -> str:
        """What the quantize job would make of this version of `merged`."""
        model = {"variant": "merged", "version": merged}
        return version_of({"model": model}, self.parameters(), self.pinned())
