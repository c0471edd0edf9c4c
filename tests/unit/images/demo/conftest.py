"""Makes the demo's modules importable: its scripts run from their folder and import each other by name."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[4] / "images" / "demo"))
