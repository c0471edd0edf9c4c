"""In which order a stage sees its rows: each pass shuffled anew, rows of like length in one batch.

Pure: the whole order is known before the first step, so a training that was cut goes on with the rows that it
would have seen. It knows nothing of tokens: length is that of the text.
"""

import json
import random
from collections.abc import Sequence

from serve.models.training_rows import Row

WINDOW = 16  # batches that are sorted by length together: less padding, order still random


def in_order(rows: Sequence[Row], steps: int, batch: int, seed: int) -> list[Row]:
    """`steps` times `batch` rows; all of them before any comes again."""
    draw = random.Random(seed)
    numbers: list[int] = []
    while len(numbers) < steps * batch:
        numbers += draw.sample(range(len(rows)), len(rows))
    del numbers[steps * batch :]
    lengths = [len(json.dumps(row)) for row in rows]
    ordered: list[int] = []
    for begin in range(0, len(numbers), WINDOW * batch):
        window = sorted(numbers[begin : begin + WINDOW * batch], key=lambda number: lengths[number])
        batches = [window[at : at + batch] for at in range(0, len(window), batch)]
        draw.shuffle(batches)
        ordered += [number for one in batches for number in one]
    return [rows[number] for number in ordered]
