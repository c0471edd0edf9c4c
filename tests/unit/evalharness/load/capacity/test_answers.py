"""An answer is the same however its bytes were cut on the way, and each line has the moment at which its end came."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.capacity.answers import Piece, body_of, head_of, lines_of, read
from evalharness.load.sse import StreamError

EVENTS = [
    {"choices": [{"delta": {"role": "assistant", "content": ""}}]},
    {"choices": [{"delta": {"content": "one "}}]},
    {"choices": [{"delta": {"content": "two"}, "finish_reason": "length"}]},
    {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}},
]
LINES = [*(b"data: " + json.dumps(event).encode() for event in EVENTS), b"data: [DONE]"]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


WHOLE = HEAD + chunked(*(line + b"\n\n" for line in LINES))


def pieces(data: bytes, cuts: list[int]) -> list[Piece]:
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    return [(float(end), data[begin:end]) for begin, end in zip([0, *ends], ends, strict=False) if end > begin]


@given(st.lists(st.integers(0, len(WHOLE)), max_size=30))
def test_however_it_was_cut_it_says_the_same(cuts: list[int]) -> None:
    came = pieces(WHOLE, cuts)
    head = head_of(WHOLE)
    assert head is not None
    body, whole = body_of(came, head)
    assert whole
    assert [line for _, line in lines_of(body) if line] == LINES
    answer = read(came, head)
    assert (answer.error, answer.prompt_tokens, answer.output_tokens, len(answer.tokens)) == (None, 7, 2, 2)


@given(st.lists(st.integers(0, len(WHOLE)), max_size=30))
def test_a_token_has_come_when_the_last_byte_of_its_line_has(cuts: list[int]) -> None:
    head = head_of(WHOLE)
    assert head is not None
    came = pieces(WHOLE, cuts)
    ends = [WHOLE.index(line) + len(line) + 1 for line in LINES[1:3]]
    expected = [next(moment for moment, _ in came if moment >= end) for end in ends]
    assert read(came, head).tokens == expected


@given(st.integers(0, len(WHOLE) - 1))
def test_an_answer_that_is_cut_off_is_not_whole(end: int) -> None:
    head = head_of(WHOLE[:end])
    if head is None:
        return
    _, whole = body_of([(0.0, WHOLE[:end])], head)
    assert not whole or end >= len(WHOLE) - 2
    error = read([(0.0, WHOLE[:end])], head).error
    assert error is None or error.kind == "cut_stream"


def test_a_body_of_a_given_length_ends_there() -> None:
    data = b'HTTP/1.1 400 Bad\r\nContent-Length: 13\r\n\r\n{"error":"no"}'[:-1]
    head = head_of(data)
    assert head is not None
    assert not head.closes
    assert body_of([(0.0, data[:-1])], head)[1] is False
    assert body_of([(0.0, data)], head)[1] is True
    error = read([(0.0, data)], head).error
    assert error is not None
    assert error.kind == "http_400"


@pytest.mark.parametrize(
    "data", [b"nonsense\r\n\r\n", b"HTTP/1.1 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_no_http_is_said_so(data: bytes) -> None:
    with pytest.raises(StreamError, match="no HTTP"):
        head_of(data)


def test_a_chunk_without_a_size_is_malformed() -> None:
    data = HEAD + b"zz\r\nabc\r\n0\r\n\r\n"
    head = head_of(data)
    assert head is not None
    error = read([(0.0, data)], head).error
    assert error is not None
    assert error.kind == "malformed"
