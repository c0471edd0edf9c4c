"""The bytes of an HTTP answer, as they came → its lines, each with the moment that its last byte came. Pure.

It is done when an answer has ended, so that while others are under way there is next to nothing to do for a chunk but
to note the time: at 512 streams of 50 tokens a second that is what keeps one core ahead of them. HTTP/1.1: a body in
chunks, of a given length, or until the connection ends.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from evalharness.load.sse import SAID, StreamError, parse_line

Piece = tuple[float, bytes]
"""What was read from a socket at once, and when."""


@dataclass(frozen=True)
class Head:
    """Of an answer: how its body ends. `length` is None where it says none; `size` is the head's own, in bytes."""

    status: int
    size: int
    chunked: bool
    length: int | None
    closes: bool


def head_of(data: bytes) -> Head | None:
    """None while it has not all come. Raises StreamError for what is no HTTP."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    try:
        status, length = int(first.split()[1]), headers.get("content-length")
        return Head(
            status=status,
            size=end + 4,
            chunked="chunked" in headers.get("transfer-encoding", "").lower(),
            length=None if length is None else int(length),
            closes=headers.get("connection", "").lower() == "close" or not first.startswith("HTTP/1.1"),
        )
    except (IndexError, ValueError):
        raise StreamError("malformed", f"no HTTP: {first[:SAID]}") from None


def body_of(pieces: Iterable[Piece], head: Head) -> tuple[list[Piece], bool]:
    """The body's own bytes, with when they came, and whether all of it is there."""
    return _unchunked(pieces, head.size) if head.chunked else _plain(pieces, head)


def _plain(pieces: Iterable[Piece], head: Head) -> tuple[list[Piece], bool]:
    found, skip, size = [], head.size, 0
    for moment, data in pieces:
        rest = data[skip:]
        skip = max(0, skip - len(data))
        size += len(rest)
        found.append((moment, rest))
    return found, head.length is not None and size >= head.length


def _unchunked(pieces: Iterable[Piece], skip: int) -> tuple[list[Piece], bool]:
    found: list[Piece] = []
    waiting, left, ended = b"", 0, False  # `left`: of the chunk that has begun, with the line's end after it
    for moment, data in pieces:
        rest = data[skip:]
        skip = max(0, skip - len(data))
        rest, waiting = waiting + rest, b""
        while rest and not ended:
            if left:
                found.append((moment, rest[: max(0, left - 2)] if left > 2 else b""))
                taken = min(left, len(rest))
                left, rest = left - taken, rest[taken:]
                continue
            line, newline, after = rest.partition(b"\r\n")
            if not newline:
                waiting = rest
                break
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError:
                raise StreamError("malformed", f"no chunk size: {line[:80]!r}") from None
            left, rest, ended = size + 2, after, size == 0
    return found, ended


def lines_of(body: Iterable[Piece]) -> Iterator[Piece]:
    """Whole lines, each at the moment at which its end came."""
    rest = b""
    for moment, data in body:
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            yield moment, line.rstrip(b"\r")


@dataclass
class Answer:
    """What came of one answer. `tokens` are the moments at which chunks of output came."""

    tokens: list[float] = field(default_factory=list)
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    error: StreamError | None = None


def read(pieces: list[Piece], head: Head) -> Answer:
    """An answer whose bytes have all come, or all that will. What is wrong with it is its `error`."""
    answer, done = Answer(), False
    try:
        body, _ = body_of(pieces, head)
        if head.status != 200:
            said = b"".join(data for _, data in body).decode(errors="replace")
            raise StreamError(f"http_{head.status}", said[:SAID])
        for moment, line in lines_of(body):
            event = parse_line(line)
            if event is None:
                continue
            if event.output:
                answer.tokens.append(moment)
            if event.output_tokens is not None:
                answer.output_tokens, answer.prompt_tokens = event.output_tokens, event.prompt_tokens
            done = done or event.done
        if not done:
            raise StreamError("cut_stream", "the answer ended without [DONE]")
        if not answer.tokens or answer.output_tokens is None:
            raise StreamError("malformed", "an answer without content or without usage.completion_tokens")
    except StreamError as error:
        # Its traceback holds this frame, and with it the answer: a circle that a collection would have to stop all for.
        answer.error = error.with_traceback(None)
    return answer
