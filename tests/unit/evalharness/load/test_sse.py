"""What one line of a stream means."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.sse import Event, StreamError, parse_line

# Lines as vLLM 0.32 sends them.
ROLE = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n'
TOKEN = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n'
HIDDEN_TOKEN = b'data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}\n'
LAST_TOKEN = b'data: {"choices":[{"index":0,"delta":{"content":"!"},"finish_reason":"length"}]}\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":9,"total_tokens":13,"completion_tokens":4}}\n'
REASONING = b'data: {"choices":[{"index":0,"delta":{"reasoning":"well"},"finish_reason":null}]}\n'
FINISH_ONLY = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n'

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["choices", "delta", "usage", "x"]), inner),
)


@pytest.mark.parametrize("line", [TOKEN, HIDDEN_TOKEN, LAST_TOKEN, REASONING])
def test_every_generated_token_is_output_even_one_without_text(line: bytes) -> None:
    event = parse_line(line)
    assert event is not None and event.output


@pytest.mark.parametrize("line", [ROLE, USAGE, FINISH_ONLY])
def test_what_no_token_was_generated_for_is_no_output(line: bytes) -> None:
    event = parse_line(line)
    assert event is not None and not event.output


def test_token_counts_finish_reason_and_the_end_are_read() -> None:
    assert parse_line(USAGE) == Event(prompt_tokens=9, output_tokens=4)
    assert parse_line(LAST_TOKEN) == Event(output=True, finish_reason="length")
    assert parse_line(b"data: [DONE]\r\n") == Event(done=True)


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b": keep-alive\n", b"event: message\n", b""])
def test_lines_without_data_say_nothing(line: bytes) -> None:
    assert parse_line(line) is None


def test_a_server_that_fails_in_mid_stream_is_a_server_error() -> None:
    with pytest.raises(StreamError, match="the engine died") as caught:
        parse_line(b'data: {"error": {"message": "the engine died"}}\n')
    assert caught.value.kind == "server_error"


def test_an_error_that_is_null_is_none() -> None:
    assert parse_line(TOKEN.replace(b'"choices"', b'"error":null,"choices"')) == parse_line(TOKEN)


@given(json_values | st.dictionaries(st.sampled_from(["choices", "usage"]), json_values))
def test_any_json_is_an_event_or_malformed(value: object) -> None:
    try:
        event = parse_line(b"data: " + json.dumps(value).encode())
    except StreamError as error:
        assert error.kind == "malformed"
    else:
        assert event is not None
        assert event.output_tokens is None or isinstance(event.output_tokens, int)


@given(st.binary().filter(lambda data: data.strip() != b"[DONE]"))
def test_any_bytes_are_an_event_or_malformed(data: bytes) -> None:
    try:
        parse_line(b"data:" + data)
    except StreamError as error:
        assert error.kind == "malformed"


def test_half_of_a_surrogate_pair_is_output_too() -> None:
    assert parse_line(rb'data: {"choices": [{"delta": {"content": "\ud83d"}}]}') == Event(output=True)
