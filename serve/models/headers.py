"""The headers of safetensors files: name, type, shape and place of every tensor, read without a single weight.

It believes nothing that a file says of itself, needs only the standard library, and knows nothing of models.
"""

import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from serve.errors import UsageError

# Bytes a number, by safetensors' names of the types (its `Dtype`, less those of fewer than eight bits).
WIDTHS = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
}  # fmt: skip
LARGEST_HEADER = 16 * 1024**2  # bytes; 70B parameters take 0.1 MB in all
LARGEST_JSON = 64 * 1024**2  # bytes; the largest tokenizers take 35
MOST_DIMENSIONS = 8
INDEX = "model.safetensors.index.json"
ONE_FILE = ("model.safetensors", "adapter_model.safetensors")


class Damaged(ValueError):
    """What a file says is no safetensors header, or not of that file."""


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies: `begin` and `end` are offsets in its file, in bytes."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read_header(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, in the order in which they lie there.

    Raises Damaged for a header that is not whole or not true to the file, OSError for one that cannot be read.
    """
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        first = file.read(8)
        if len(first) < 8:
            raise Damaged("shorter than its header")
        length = struct.unpack("<Q", first)[0]
        if length > size - 8:
            raise Damaged(f"its header would be {length} bytes, in a file of {size}")
        if length > LARGEST_HEADER:
            raise Damaged(f"a header of {length} bytes, more than {LARGEST_HEADER}")
        return parse_header(file.read(length), size)


def opened(path: Path) -> BinaryIO:
    """The file, to be read. A pipe, whose other end would be waited for, is empty."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")


def parse_header(text: bytes, file_size: int) -> dict[str, Tensor]:
    """The tensors that a header states, for a file of this size. Raises Damaged."""
    stated = parse_json(text, object_pairs_hook=no_name_twice)
    if not isinstance(stated, dict):
        raise Damaged("its header is no JSON object")
    if not texts(stated.pop("__metadata__", None)):
        raise Damaged("its __metadata__ is no names with texts")
    begin = 8 + len(text)
    tensors = {checked_name(name): tensor(name, about, begin) for name, about in stated.items()}
    in_order = dict(sorted(tensors.items(), key=lambda item: (item[1].begin, item[1].end)))
    place = begin
    for name, found in in_order.items():
        if found.begin != place:
            raise Damaged(f"{name} does not begin where the one before it ends")
        place = found.end
    if place != file_size:
        raise Damaged(f"{place} bytes by its header, {file_size} in the file")
    return in_order


def checked_name(name: str) -> str:
    if not name.isprintable() or not name or len(name) > 512:
        raise Damaged(f"no tensor's name: {name[:64]!a}")
    return name


def tensor(name: str, about: Any, begin: int) -> Tensor:
    """`begin` is where the weights begin. Raises Damaged."""
    if not isinstance(about, dict) or about.keys() != {"dtype", "shape", "data_offsets"}:
        raise Damaged(f"{name} has no dtype, shape and data_offsets, or more than these")
    dtype, shape, offsets = about["dtype"], about["shape"], about["data_offsets"]
    if not isinstance(dtype, str) or dtype not in WIDTHS:
        raise Damaged(f"{name} is of an unknown type, {ascii(dtype)[:64]}")
    if not sizes(shape) or len(shape) > MOST_DIMENSIONS:
        raise Damaged(f"{name} has no possible shape")
    if not sizes(offsets) or len(offsets) != 2:
        raise Damaged(f"{name} has no possible data_offsets")
    if offsets[1] - offsets[0] != prod(shape) * WIDTHS[dtype]:
        raise Damaged(f"{name} has {offsets[1] - offsets[0]} bytes, not those of its shape")
    return Tensor(dtype, tuple(shape), begin + offsets[0], begin + offsets[1])


def texts(metadata: Any) -> bool:
    """Whether it is what safetensors takes for metadata: nothing, or texts by name, of whole characters."""
    if metadata is None:
        return True
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        return False
    try:
        "".join((*metadata, *metadata.values())).encode()
    except UnicodeEncodeError:  # half a character
        return False
    return True


def sizes(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(number) is int and 0 <= number < 2**63 for number in numbers)


def no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Damaged("it has a name twice")
    return found


def parse_json(text: bytes, **options: Callable[[Any], Any]) -> Any:
    """Raises Damaged for what is no JSON: also for what is nested without end, and for numbers that are none."""
    try:
        return json.loads(text, parse_constant=refuse_constant, **options)  # type: ignore[arg-type]
    except RecursionError:
        raise Damaged("nested too deeply") from None
    except Damaged:
        raise
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are some
        raise Damaged(f"not JSON: {str(error)[:80]}") from None


def refuse_constant(name: str) -> Any:
    raise Damaged(f"not JSON: {name}")


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises Damaged, and OSError."""
    with opened(path) as file:
        if os.fstat(file.fileno()).st_size > LARGEST_JSON:
            raise Damaged(f"more than {LARGEST_JSON} bytes")
        return parse_json(file.read(LARGEST_JSON + 1))


def header(path: Path, setting: str) -> dict[str, Tensor]:
    """The tensors of a file. Raises UsageError for one that cannot be used; `setting` is where it came from."""
    try:
        return read_header(path)
    except (Damaged, OSError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: damaged or cut short ({said}); download {setting} again") from None


def weight_files(folder: Path, setting: str) -> list[Path]:
    """The files that a folder's weights are in: those of its index, or its one file. Raises UsageError where none is.

    Others beside them are the same weights under other names, as some models bring them.
    """
    files = sorted(folder.glob("*.safetensors"))
    index = folder / INDEX
    if index.exists():
        return [folder / name for name in shards(index, setting)]
    single = [path for path in files if path.name in ONE_FILE]
    if single or files:
        return single or files
    pickled = next((path for pattern in ("*.bin", "*.pt", "*.pth") for path in sorted(folder.glob(pattern))), None)
    if pickled:
        raise UsageError(f"{pickled}: pickled weights can run code when loaded; save {setting} again as safetensors")
    raise UsageError(f"{folder}: no .safetensors file in it; set {setting} to a folder with weights")


def shards(index: Path, setting: str) -> list[str]:
    """The names of the files that an index names, all of which are there. Raises UsageError."""
    try:
        stated = read_json(index)
        names = sorted({str(name) for name in stated["weight_map"].values()})
    except (Damaged, OSError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{index}: no index of weights ({error}); download {setting} again") from None
    outside = next((name for name in names if Path(name).name != name or not name.isprintable()), None)
    if outside is not None or not names:
        raise UsageError(f"{index}: names {outside!a}, which is no file beside it; download {setting} again")
    for name in names:
        if not (index.parent / name).is_file():
            raise UsageError(f"{index.parent}: {name} is missing; download {setting} again")
    return names
