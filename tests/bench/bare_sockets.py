"""As little as a client can do: bare asyncio sockets. `python -m tests.bench.bare_sockets PORT QUESTIONS CONCURRENCY`

What this takes beyond the endpoint's own time is the machine's, and nobody's overhead.
"""

import asyncio
import json
import sys

from tests.bench.fixed_latency import HEAD_END, length


async def ask(port: int, questions: int, concurrency: int) -> None:
    left = iter(range(questions))

    async def user() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in left:
            body = json.dumps(
                {"model": "base", "messages": [{"role": "user", "content": f"Question {number}"}]}
            ).encode()
            writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            json.loads(await reader.readexactly(length(await reader.readuntil(HEAD_END))))
        writer.close()

    await asyncio.gather(*(user() for _ in range(concurrency)))


if __name__ == "__main__":
    asyncio.run(ask(*map(int, sys.argv[1:])))
