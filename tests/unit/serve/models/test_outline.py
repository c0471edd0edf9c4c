"""Of a file of weights on the hub no more than its header is read, whatever it says of itself."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from serve.models.headers import LARGEST_HEADER
from serve.models.outline import FIRST, Outlines, header_bytes


def reader(content, asked):
    def read(count):
        asked.append(count)
        return content[:count]

    return read


@given(st.binary(max_size=300), st.integers(0, 2**64 - 1))
def test_no_more_is_asked_for_than_a_header_that_is_believed_takes(rest, length):
    asked = []
    content = struct.pack("<Q", length) + rest
    found = header_bytes(reader(content, asked))
    assert content.startswith(found)
    assert sum(asked) <= FIRST + 8 + LARGEST_HEADER


def test_a_long_header_takes_a_second_question_and_a_short_one_takes_none():
    for length, questions in ((20, 1), (FIRST + 1, 2)):
        asked = []
        content = struct.pack("<Q", length) + b" " * length + b"weights" * 100_000
        assert header_bytes(reader(content, asked)) == content[: 8 + length]
        assert len(asked) == questions


def test_what_was_given_stands_in_lines_in_place_of_the_outlines_folder(tmp_path):
    made = Outlines(tmp_path, "", names={str(tmp_path / "a"): "me/a", str(tmp_path / "a-b"): r"me\1b"})
    line = f"{tmp_path}/a: not {tmp_path}/a-b, nor {tmp_path}/a/config.json or {tmp_path}/a.b"
    assert made.named(line) == rf"me/a: not me\1b, nor me/a/config.json or {tmp_path}/a.b"
