"""Checkpoints written anew piece by piece: read, changed in float32, rounded once to their type, written.

A few threads do all of that to a piece at a time, in room that each of them keeps: what is in memory are those few
pieces, whatever the model's size. It knows nothing of adapters or proofs.
"""

import json
import os
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.merge.changes import Change
from serve.errors import UsageError
from serve.models.headers import INDEX, WIDTHS, Tensor, header, weight_files

if TYPE_CHECKING:
    import torch

PIECE = 2 * 1024**2  # bytes, as they lie in the file: with its numbers in float32 it stays near the core
WORKERS = 2  # pieces under way at a time
TYPES = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64"}


@dataclass(frozen=True)
class Place:
    """Where a weight lies on disk."""

    path: Path
    tensor: Tensor


@dataclass
class Weight:
    """A weight to be written: what it is made of, what is done to it, and the shape that it then has."""

    name: str
    source: Place
    shape: tuple[int, ...]
    changes: Sequence[Change] = field(default_factory=list)

    @property
    def row(self) -> int:
        """The numbers of a row."""
        return prod(self.shape[1:])

    @property
    def row_bytes(self) -> int:
        return self.row * WIDTHS[self.source.tensor.dtype]

    @property
    def bytes(self) -> int:
        return prod(self.shape) * WIDTHS[self.source.tensor.dtype]

    def pieces(self) -> Iterator[tuple[int, int]]:
        """First row and number of rows of each piece."""
        rows, each = (self.shape or (1,))[0], max(1, PIECE // max(1, self.row_bytes))
        return ((first, min(each, rows - first)) for first in range(0, rows, each))


def checkpoint(folder: Path, setting: str = "BASE_MODEL") -> dict[str, Place]:
    """The weights of a folder by name."""
    return {
        name: Place(path, tensor)
        for path in weight_files(folder, setting)
        for name, tensor in header(path, setting).items()
    }


def read_place(place: Place) -> "torch.Tensor":
    """A whole weight in its own type."""
    import torch

    with place.path.open("rb") as file:
        file.seek(place.tensor.begin)
        data = torch.frombuffer(bytearray(file.read(place.tensor.end - place.tensor.begin)), dtype=torch.uint8)
    return data.view(getattr(torch, TYPES[place.tensor.dtype])).view(place.tensor.shape)


def write(shards: Mapping[str, Sequence[Weight]], draft: Path) -> None:
    """Writes files of these names, and their index where there are several.

    Raises UsageError for a weight that is no number any more, or too large for its type.
    """
    with one_thread_each():
        for name, weights in shards.items():
            write_shard(weights, draft / name)
    if len(shards) > 1:
        index = {
            "metadata": {"total_size": sum(weight.bytes for weights in shards.values() for weight in weights)},
            "weight_map": {weight.name: name for name, weights in shards.items() for weight in weights},
        }
        (draft / INDEX).write_text(json.dumps(index, indent=2) + "\n")


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Pieces are side by side already: torch's threads for each of them as well would wait for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def write_shard(weights: Sequence[Weight], path: Path) -> None:
    head, begin = file_header(weights)
    with ExitStack() as stack:
        target = stack.enter_context(path.open("xb", buffering=0)).fileno()
        sources = {
            source: stack.enter_context(source.open("rb", buffering=0)).fileno()
            for source in {weight.source.path for weight in weights}
        }
        write_all(target, memoryview(head), 0)

        def pieces() -> Iterator[tuple[Weight, int, int, int]]:
            """Weight, first row, rows, and where in the file they are to lie."""
            place = begin
            for weight in weights:
                look(weight, sources[weight.source.path])
                for first, rows in weight.pieces():
                    yield weight, first, rows, place
                    place += rows * weight.row_bytes

        def make(piece: tuple[Weight, int, int, int]) -> None:
            weight, first, rows, place = piece
            raw = read(weight, sources[weight.source.path], first, rows)
            write_all(target, changed(weight, raw, first), place)

        for _ in stack.enter_context(ThreadPoolExecutor(WORKERS)).map(make, pieces()):
            pass  # raises what a piece has raised, and cancels those that wait


def file_header(weights: Sequence[Weight]) -> tuple[bytes, int]:
    """The header of a file of these weights, and where they begin in it."""
    stated: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for weight in weights:
        begin, end = end, end + weight.bytes
        shape = list(weight.shape)
        stated[weight.name] = {"dtype": weight.source.tensor.dtype, "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(stated, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text, 8 + len(text)


def read(weight: Weight, file: int, first: int, rows: int) -> "torch.Tensor":
    """Rows of what the weight is made of, in its type; zeros where it has other rows by now, which are all replaced.

    They lie in the thread's room, until it reads again.
    """
    import torch

    stated = weight.source.tensor
    data = room.of(rows * weight.row_bytes, torch.uint8)
    if stated.shape == weight.shape:
        read_all(file, memoryview(data.numpy()), stated.begin + first * weight.row_bytes)
    else:
        data.zero_()
    if not weight.changes:
        return data
    return data.view(getattr(torch, TYPES[stated.dtype])).view(rows, *weight.shape[1:])


def read_all(file: int, into: memoryview, offset: int) -> None:
    while into:
        count = os.preadv(file, [into], offset)
        if not count:
            raise UsageError("a file of BASE_MODEL became shorter while it was read; run again")
        into, offset = into[count:], offset + count


def write_all(file: int, data: "memoryview | torch.Tensor", offset: int) -> None:
    left = data if isinstance(data, memoryview) else memoryview(data.numpy())
    while left:
        count = os.pwrite(file, left, offset)
        left, offset = left[count:], offset + count


def changed(weight: Weight, raw: "torch.Tensor", first: int) -> "torch.Tensor":
    """The piece as bytes, when all is done to it."""
    import torch

    if not weight.changes:
        return raw
    made = room.of(raw.numel(), torch.float32).view(raw.shape).copy_(raw)
    for change in weight.changes:
        change.apply(made, first)
    low, high = made.aminmax()
    limits = torch.finfo(raw.dtype)
    if not (limits.min <= low and high <= limits.max):  # nor where one is not a number
        raise UsageError(f"{weight.name} {trouble(raw, made)}")
    raw.copy_(made)
    return raw.reshape(-1).view(torch.uint8)


class Room(threading.local):
    """Each thread's room for a piece, as bytes and in float32, kept: new memory for each piece would cost as much as
    the arithmetic.
    """

    def __init__(self) -> None:
        self.kept: dict[torch.dtype, torch.Tensor] = {}

    def of(self, numbers: int, dtype: "torch.dtype") -> "torch.Tensor":
        import torch

        if dtype not in self.kept or self.kept[dtype].numel() < numbers:
            self.kept[dtype] = torch.empty(numbers, dtype=dtype)
        return self.kept[dtype][:numbers]


room = Room()


def trouble(raw: "torch.Tensor", made: "torch.Tensor") -> str:
    """What is wrong with a piece of a weight, where something is."""
    import torch

    if not torch.isfinite(raw).all():
        return "holds what is no number (NaN) or infinite; set BASE_MODEL to weights that are whole"
    if not torch.isfinite(made).all():
        return "would be no number (NaN) or infinite with this adapter, as after a training that diverged; set ADAPTER"
    kept_as = str(raw.dtype).removeprefix("torch.")
    return f"would be too large for {kept_as} with this adapter; set ADAPTER, or save BASE_MODEL in bfloat16"


def look(weight: Weight, file: int) -> None:
    """Shows the whole weight to those of its changes that have to see it."""
    for place, change in enumerate(weight.changes):
        if change.whole:
            for first, rows in weight.pieces():
                made = read(weight, file, first, rows).float()
                for before in weight.changes[:place]:
                    before.apply(made, first)
                change.see(made, first)
