"""What quantizing a model takes of the host's memory: an upper bound, in bytes, from the headers of its files.

It quantizes nothing, and does not know which library will.
"""

from pathlib import Path

from serve.models import preflight
from serve.models.calibration import LONGEST, MOST

PROCESS = 3 * 2**29  # Python, PyTorch and its libraries: 1.5 GiB
PREDICTIONS = 2**29  # what the model predicted before, as images/quantize/loss.py keeps it
FLOAT32, HALF = 4, 2  # bytes of a number


def host_memory(folder: Path, rows: int = MOST) -> int:
    """The whole model as it lies in its files; of its largest layer the weights five times in float32, and three
    matrices of inputs by inputs; each row's way into and out of a layer; what waits to be compared; and the process.
    """
    shapes, weights = preflight.tensor_shapes(folder, "BASE_MODEL"), preflight.weight_bytes(folder)
    linear = [shape for name, shape in shapes.items() if ".layers." in name and len(shape) == 2]
    work = max((FLOAT32 * (5 * shape[0] * shape[1] + 3 * shape[1] ** 2) for shape in linear), default=0)
    hidden = shapes.get("model.embed_tokens.weight", [0, 0])[1]
    return weights + work + 2 * HALF * rows * LONGEST * hidden + PREDICTIONS + PROCESS
