"""What quantizing a model takes, from the headers of its files: of the host's memory at most, of time about.

It quantizes nothing, and does not know which library will.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from serve.models import preflight
from serve.models.calibration import LONGEST, MOST

PROCESS = 3 * 2**29  # Python, PyTorch and its libraries: 1.5 GiB
PREDICTIONS = 2**29  # what the model predicted before, as images/quantize/loss.py keeps it
FLOAT32, HALF = 4, 2  # bytes of a number
# Numbers in linear layers, seconds for all of them, and where that is from. On an A100: 10.0 minutes for BLOOM 7.1B
# (Frantar et al., arXiv:2210.17323, table 2), 30 for Llama 3 8B (LLM Compressor's guide to runtimes). On two CPU cores:
# tests/bench/bench_quantizers.py, whose model is 768 wide.
A100 = (6.04e9, 600.0), (6.98e9, 1800.0)
TWO_CORES, TWO_CORES_WIDTH = (28.3e6, 41.0), 768


def host_memory(folder: Path, rows: int = MOST) -> int:
    """The whole model as it lies in its files; of its largest layer the weights five times in float32, and three
    matrices of inputs by inputs; each row's way into and out of a layer; what waits to be compared; and the process.
    """
    shapes, weights = preflight.tensor_shapes(folder, "BASE_MODEL"), preflight.weight_bytes(folder)
    work = max((FLOAT32 * (5 * outputs * inputs + 3 * inputs**2) for outputs, inputs in linear(shapes)), default=0)
    return weights + work + 2 * HALF * rows * LONGEST * hidden(shapes) + PREDICTIONS + PROCESS


def seconds(folder: Path, gpu: bool, cores: int) -> tuple[float, float]:
    """From, to: an order of magnitude, by what others and we have measured of other models.

    On a GPU by the numbers in linear layers. On the CPU the work on each of them grows with the width of its matrix at
    most, and with nothing at the least.
    """
    shapes = preflight.tensor_shapes(folder, "BASE_MODEL")
    numbers = sum(outputs * inputs for outputs, inputs in linear(shapes))
    if gpu:
        least, most = (numbers / measured * taken for measured, taken in A100)
        return least, most
    measured, taken = TWO_CORES
    least = numbers / measured * taken * 2 / cores
    return least, least * max(1.0, hidden(shapes) / TWO_CORES_WIDTH)


def linear(shapes: Mapping[str, Sequence[int]]) -> list[tuple[int, int]]:
    """Outputs and inputs of each matrix that is quantized."""
    return [(shape[0], shape[1]) for name, shape in shapes.items() if ".layers." in name and len(shape) == 2]


def hidden(shapes: Mapping[str, Sequence[int]]) -> int:
    return shapes.get("model.embed_tokens.weight", [0, 0])[1]
