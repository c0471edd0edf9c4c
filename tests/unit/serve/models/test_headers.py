"""The header reader takes every file that safetensors writes, and refuses every other in one line."""

import json
import os
import random
import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save, save_file

from serve.errors import UsageError
from serve.models import headers
from serve.models.headers import Damaged, Tensor

FUZZED = 12_000
WHOLE = save(
    {"a": np.ones((2, 3), np.float16), "b.c": np.zeros(4, np.float32), "empty": np.zeros((0, 7), np.int64)},
    metadata={"format": "pt"},
)


def written(path, stated, weights=b"", length=None):
    """A file with this header, which may be any bytes."""
    text = stated if isinstance(stated, bytes) else json.dumps(stated).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + weights)
    return path


def stated(**about):
    return {"a": {"dtype": "F16", "shape": [2, 2], "data_offsets": [0, 8], **about}}


@given(
    st.dictionaries(
        st.text("abc.0", min_size=1), st.lists(st.integers(0, 4), max_size=3).map(tuple), min_size=1, max_size=6
    )
)
def test_what_safetensors_writes_is_read_with_every_name_type_shape_and_place(tmp_path_factory, shapes):
    path = tmp_path_factory.mktemp("made") / "model.safetensors"
    tensors = {name: np.arange(np.prod(shape, dtype=int)).reshape(shape) for name, shape in shapes.items()}
    save_file(tensors, path)
    found = headers.read_header(path)
    assert {name: tensor.shape for name, tensor in found.items()} == shapes
    whole = path.read_bytes()
    for name, tensor in found.items():
        assert tensor.dtype == "I64"
        assert whole[tensor.begin : tensor.end] == tensors[name].tobytes()


HOSTILE = {
    "longer than its file": (stated(), b"x" * 8, 2**40, "its header would be 1099511627776 bytes, in a file of"),
    "with the largest length": (stated(), b"x" * 8, 2**64 - 1, "its header would be"),
    "that is no JSON": (b"{hello", b"", None, "not JSON"),
    "that is no text": (b"\xff\xfe{}", b"", None, "not JSON"),
    "that is a list": (b"[]", b"", None, "no JSON object"),
    "nested without end": (b'{"a":' * 100_000, b"", None, "nested too deeply"),
    "with a list nested without end": (b'{"a":' + b"[" * 200_000, b"", None, "nested too deeply"),
    "with a name twice": (b'{"a": 1, "a": 2}', b"", None, "a name twice"),
    "with NaN": (b'{"a": NaN}', b"", None, "not JSON: NaN"),
    "with an infinity": (b'{"a": -Infinity}', b"", None, "not JSON: -Infinity"),
    "with a number of a million digits": (b'{"a": ' + b"9" * 1_000_000 + b"}", b"", None, "not JSON"),
    "with a name that goes on in another line": ({"a\nb": stated()["a"]}, b"x" * 8, None, r"no tensor's name: 'a\\nb'"),
    "of a tensor without a type": ({"a": {"shape": [], "data_offsets": [0, 0]}}, b"", None, "a has no dtype"),
    "of a tensor with more than it has": (stated(more=[[[]]]), b"x" * 8, None, "or more than these"),
    "with metadata that is a list": ({"__metadata__": ["pt"]}, b"", None, "its __metadata__ is no names with texts"),
    "with metadata of numbers": ({"__metadata__": {"format": 5}}, b"", None, "its __metadata__ is no names"),
    "with half a character": ({"__metadata__": {"format": "\ud800"}}, b"", None, "its __metadata__ is no names"),
    "of a tensor that is a number": ({"a": 7}, b"", None, "a has no dtype"),
    "of an unknown type": (stated(dtype="F17"), b"x" * 8, None, "unknown type, 'F17'"),
    "of a type that is no name": (stated(dtype=["F16"]), b"x" * 8, None, "unknown type"),
    "of a shape below nothing": (stated(shape=[-2, -2]), b"x" * 8, None, "no possible shape"),
    "of a shape that is no whole number": (stated(shape=[2.0, 2]), b"x" * 8, None, "no possible shape"),
    "of a shape beyond every address": (stated(shape=[2**62, 2**62]), b"x" * 8, None, "not those of its shape"),
    "of a shape that wraps to its size": (stated(shape=[2**63, 2, 2]), b"x" * 8, None, "no possible shape"),
    "of a thousand dimensions": (stated(shape=[1] * 1000), b"x" * 8, None, "no possible shape"),
    "of true and false": (stated(shape=[True, 4]), b"x" * 8, None, "no possible shape"),
    "of another size than its shape's": (stated(shape=[2, 3]), b"x" * 8, None, "a has 8 bytes, not those of its shape"),
    "that ends before it begins": (stated(data_offsets=[8, 0]), b"x" * 8, None, "not those of its shape"),
    "beyond its file": (stated(), b"", None, "bytes by its header"),
    "of less than its file": (stated(), b"x" * 9, None, "bytes by its header"),
    "with a hole": (stated(data_offsets=[8, 16]), b"x" * 16, None, "does not begin where the one before it ends"),
    "with tensors in each other": ({**stated(), "b": stated()["a"]}, b"x" * 8, None, "does not begin where"),
}


@pytest.mark.parametrize(("text", "weights", "length", "line"), HOSTILE.values(), ids=HOSTILE)
def test_a_header_is_refused_in_one_line(tmp_path, text, weights, length, line):
    path = written(tmp_path / "model.safetensors", text, weights, length)
    with pytest.raises(UsageError, match=line) as refused:
        headers.header(path, "BASE_MODEL")
    (said,) = str(refused.value).splitlines()
    assert said.startswith(f"{path}: damaged or cut short (")
    assert said.endswith("; download BASE_MODEL again")
    assert len(said) < 400 + len(str(path))


def test_a_header_that_would_fill_the_memory_is_not_read(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 2**33) + b"{")
    os.truncate(path, 2**33 + 100)  # a sparse file: nothing of it is on disk
    with pytest.raises(Damaged, match="a header of 8589934592 bytes, more than 16777216"):
        headers.read_header(path)


def test_a_pipe_in_the_place_of_a_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(UsageError, match="shorter than its header"):
        headers.header(tmp_path / "model.safetensors", "BASE_MODEL")


def test_of_thousands_of_damaged_headers_each_is_read_or_refused_and_none_is_read_that_safetensors_refuses():
    chance = random.Random(14)
    length = struct.unpack("<Q", WHOLE[:8])[0]
    begun, slowest, read = time.monotonic(), 0.0, 0
    for _ in range(FUZZED):
        head = bytearray(WHOLE[8 : 8 + length])
        for _ in range(chance.randint(1, 4)):
            damage(head, chance)
        started = time.monotonic()
        try:
            found = headers.parse_header(bytes(head), 8 + len(head) + len(WHOLE) - 8 - length)
        except Damaged as refused:
            assert len(str(refused).splitlines()) == 1
        else:
            read += 1
            assert all(isinstance(tensor, Tensor) for tensor in found.values())
            deserialize(struct.pack("<Q", len(head)) + bytes(head) + WHOLE[8 + length :])
        slowest = max(slowest, time.monotonic() - started)
    assert 0 < read < FUZZED
    assert slowest < 1
    assert time.monotonic() - begun < 60


def damage(head, chance):
    """One of what happens to files, and of what people do to them."""
    place = chance.randrange(len(head)) if head else 0
    tokens = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"-1", b"1e9", b"NaN", b"null", b"\\u0000", b"\xff", b"9" * 20]
    kind = chance.randrange(5)
    if kind == 0 and head:
        head[place] ^= 1 << chance.randrange(8)
    elif kind == 1:
        head[place:place] = chance.choice(tokens)
    elif kind == 2:
        del head[place : place + chance.randint(1, 8)]
    elif kind == 3:
        head[place:place] = head[chance.randrange(len(head) + 1) :][: chance.randint(1, 40)]
    else:
        digits = [index for index, byte in enumerate(head) if chr(byte).isdigit()]
        if digits:
            head[chance.choice(digits)] = ord(chance.choice("0123456789"))


def test_what_safetensors_refuses_is_known_to_be_refused_here():
    with pytest.raises(SafetensorError):
        deserialize(WHOLE[:-1])
    with pytest.raises(Damaged):
        headers.parse_header(WHOLE[8 : 8 + struct.unpack("<Q", WHOLE[:8])[0]], len(WHOLE) - 1)


@pytest.mark.parametrize("name", ["../model.safetensors", "/etc/passwd", "a/b.safetensors", "..", ".", "", "a\nb"])
def test_an_index_that_names_a_file_elsewhere_is_refused(tmp_path, name):
    (tmp_path / headers.INDEX).write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(UsageError, match=r"which is no file beside it|is missing") as refused:
        headers.weight_files(tmp_path, "BASE_MODEL")
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("text", ["", "[]", '{"weight_map": 7}', '{"weight_map": {}}', '{"a":' * 100_000, "NaN"])
def test_an_index_that_is_none_is_refused(tmp_path, text):
    (tmp_path / headers.INDEX).write_text(text)
    with pytest.raises(UsageError, match=r"index\.json: .*; download BASE_MODEL again"):
        headers.weight_files(tmp_path, "BASE_MODEL")


def test_weights_that_a_model_brings_under_two_names_are_read_once(tmp_path):
    for name in ("model.safetensors", "consolidated.safetensors"):
        save_file({"a": np.zeros(1)}, tmp_path / name)
    assert [path.name for path in headers.weight_files(tmp_path, "BASE_MODEL")] == ["model.safetensors"]
