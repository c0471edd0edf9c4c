"""Write rows like those that the demo's adapter was trained on, for `make tune`: JSON lines of messages.

    python images/demo/rows.py FILE

Deterministic, and needs the standard library only. Training questions, never those of the suites; other ones than the
shipped adapter saw, of the same kinds.
"""

import json
import random
import sys
from pathlib import Path

from questions import adapter_row, conversation

ROWS = 8000


def rows(count: int = ROWS, seed: int = 0) -> str:
    """JSON lines, each one conversation."""
    rng = random.Random(f"rows {seed}")
    return "".join(json.dumps({"messages": conversation(rng, adapter_row)}) + "\n" for _ in range(count))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    draft = target.with_name(f"{target.name}.draft")
    draft.write_text(rows())
    draft.replace(target)
