"""Writes calibration.jsonl: questions like the adapter's training rows, which the quantizer lets each model answer.

    python images/demo/calibration.py

Training questions, never those of the suites: a quantizer fitted to the exam would flatter the result.
"""

import json
import random
from pathlib import Path

from questions import adapter_row

ROWS = 128
FILE = Path(__file__).with_name("calibration.jsonl")


def calibration(seed: int = 0) -> str:
    """JSON lines, each one conversation of one question."""
    rng = random.Random(f"calibration {seed}")
    questions = [adapter_row(rng).question for _ in range(ROWS)]
    return "".join(json.dumps({"messages": [{"role": "user", "content": q}]}) + "\n" for q in questions)


if __name__ == "__main__":
    FILE.write_text(calibration())
