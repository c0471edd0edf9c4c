"""A request leaves at once on a connection that waits, and what is let go is closed."""

import asyncio

from evalharness.load.capacity.connections import Asking, Pool

SECONDS = 20.0  # at most, for what takes a millisecond
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_request_leaves_before_anybody_waits_for_its_answer_and_can_still_be_let_go() -> None:
    """A probe ends between the two now and then: the server must not go on for nobody."""
    asyncio.run(asyncio.wait_for(let_go(), SECONDS))


async def let_go() -> None:
    came, gone = asyncio.Queue[bytes](), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                came.put_nowait(body := await reader.readexactly(1))
                if body == b"1":
                    writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            gone.set()
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        pool = Pool(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        first, second = (Asking(pool.request(body, {})) for body in (b"1", b"2"))
        pool.send(first)
        assert first.connection is None  # none waits
        _, head = await pool.answer(first)
        assert (head.status, await came.get()) == (200, b"1")
        pool.send(second)
        assert second.connection is first.connection
        assert await came.get() == b"2"
        pool.let_go()
        await gone.wait()
