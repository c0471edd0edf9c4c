"""The capacity's load generator: `python -m evalharness.load.capacity.generator`, a process of its own.

Standard input is JSON lines: a Plan (it holds API keys, so never on a command line), then an Order for each probe and
a line with `null` when that has shown enough. Requests leave when they are due, whatever became of the others; each is
a row on standard output when it has ended, and pulses tell what is under way. Standard input's end is this process's.
"""

import asyncio
import gc
import itertools
import json
import os
import resource
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TextIO

from evalharness.load.arrivals import Arrival
from evalharness.load.arrivals.named import named
from evalharness.load.capacity import punctual
from evalharness.load.capacity.answers import Answer, Head, Piece, read
from evalharness.load.capacity.connections import Asking, Pool
from evalharness.load.capacity.plan import Order, Plan, Pulse, Question
from evalharness.load.profile import chat_request
from evalharness.load.sse import SAID, StreamError
from evalharness.runs.rows import Error, ScheduledRow
from evalharness.runs.typed import Part, as_json

PULSE = 0.25  # seconds
AHEAD = 8  # requests that are ready before they are due,
SPARE = 0.0002  # made while there are so many seconds until the next;
AWAKE = 0.0001  # so long before it is due nothing is waited for any more: to be woken takes as long
FEW = 4  # pieces of an answer, in which its first token usually is


@dataclass
class UnderWay:
    """A request that has no row yet. `came` is what it was answered with, or what went wrong, once it has ended."""

    question: Question
    due: float
    sent: float
    asking: Asking
    ended: float = 0.0
    came: tuple[list[Piece], Head] | StreamError | None = None
    first: float | None = None

    def first_token(self, began: float) -> float | None:
        """In seconds since it was due; looked for only until it is found."""
        if (
            self.first is None
            and self.came is None
            and self.asking.connection
            and (head := self.asking.connection.head)
        ):
            pieces = self.asking.connection.pieces
            tokens = read(pieces[:FEW], head).tokens or read(pieces, head).tokens
            self.first = round(tokens[0] - began - self.due, 6) if tokens else None
        return self.first


class Probing:
    """One probe while it lasts."""

    def __init__(self, plan: Plan, pools: list[Pool], order: Order, out: TextIO) -> None:
        self.plan, self.order, self.out = plan, order, out
        self.target, self.pool = plan.targets[order.side], pools[order.side]
        self.process = named(plan.arrivals)
        self.questions = plan.questions[order.side]
        self.began = time.perf_counter()
        self.unix = time.time()
        self.cpu = time.process_time()
        self.under_way: dict[int, UnderWay] = {}
        self.ended: asyncio.Queue[int] = asyncio.Queue()
        self.tasks: set[asyncio.Task[None]] = set()
        self.lag = 0.0

    def arrivals(self) -> Iterator[tuple[int, Arrival]]:
        """Those of this process, with their numbers among all."""
        level = self.order.level
        every = enumerate(self.process.arrivals(level, self.order.seed))
        return itertools.islice(every, self.order.part, None, self.order.of)

    def now(self) -> float:
        """In seconds since this began."""
        return time.perf_counter() - self.began

    async def run(self, enough: asyncio.Event) -> None:
        work = [asyncio.create_task(self._closed() if self.process.closed else self._open())]
        work += [asyncio.create_task(self._pulses()), asyncio.create_task(self._report())]
        await enough.wait()
        for task in (*work, *self.tasks):
            task.cancel()
        while not self.ended.empty():
            self._row(self.ended.get_nowait())
        self.pulse(final=True)
        await asyncio.gather(*work, *self.tasks, return_exceptions=True)
        self.pool.let_go()  # of what had just been sent, by a task that has not begun

    async def _open(self) -> None:
        """Requests are made a few ahead of their time, so that those which are due together leave together."""
        arrivals, ahead = self.arrivals(), deque[tuple[float, int, tuple[Question, Asking]]]()
        while True:
            while ahead and ahead[0][0] <= self.now():
                due, number, prepared = ahead.popleft()
                task = asyncio.create_task(self._answer(number, self._send(number, prepared, due)))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
            while not ahead or (len(ahead) < AHEAD and ahead[0][0] - self.now() > SPARE):
                number, arrival = next(arrivals)
                ahead.append((arrival.due, number, self._prepared(number, arrival)))
            await asyncio.sleep(max(0.0, ahead[0][0] - self.now() - AWAKE))

    async def _closed(self) -> None:
        arrivals = self.arrivals()
        # Of so many users each process has its share.
        users = len(range(self.order.part, round(self.order.level), self.order.of))

        async def user() -> None:
            for number, arrival in arrivals:
                await self._answer(number, self._send(number, self._prepared(number, arrival), self.now()))

        self.tasks |= {asyncio.create_task(user()) for _ in range(users)}

    def _send(self, number: int, prepared: tuple[Question, Asking], due: float) -> UnderWay:
        question, asking = prepared
        one = self.under_way[number] = UnderWay(question, due, self.now(), asking)
        self.pool.send(asking)
        return one

    async def _answer(self, number: int, one: UnderWay) -> None:
        try:
            one.came = await self.pool.answer(one.asking)
        except StreamError as wrong:
            one.came = wrong
        except OSError as wrong:
            one.came = StreamError("connection", f"{type(wrong).__name__}: {wrong}"[:SAID])
        one.ended = self.now()
        self.ended.put_nowait(number)

    async def _report(self) -> None:
        """Rows of what has ended, one at a time and after whatever else is to be done: where hundreds of answers end
        together, reading them at once would be what their users' next requests wait for.
        """
        while True:
            self._row(await self.ended.get())
            await asyncio.sleep(0)

    def _row(self, number: int) -> None:
        one = self.under_way.pop(number)
        assert one.came is not None
        answer = Answer(error=one.came) if isinstance(one.came, StreamError) else read(*one.came)
        tokens = [round(moment - self.began - one.due, 6) for moment in answer.tokens]
        write(
            self.out,
            ScheduledRow(
                endpoint=self.target.endpoint,
                probe=self.order.probe,
                prompt=one.question.prompt,
                due=round(one.due, 6),
                late=round(one.sent - one.due, 6),
                first_token=tokens[0] if tokens else None,
                last_token=tokens[-1] if tokens else None,
                seconds=round(one.ended - one.due, 6),
                prompt_tokens=answer.prompt_tokens,
                wanted_prompt_tokens=one.question.prompt_tokens,
                output_tokens=answer.output_tokens,
                error=Error(kind=answer.error.kind, detail=answer.error.detail) if answer.error else None,
            ),
        )

    def _prepared(self, number: int, arrival: Arrival) -> tuple[Question, Asking]:
        question = self._question(number, arrival)
        return question, Asking(self.pool.request(self._body(number, question), self.target.headers))

    def _question(self, number: int, arrival: Arrival) -> Question:
        if self.plan.fillers and arrival.prompt_tokens and arrival.output_tokens:
            return self.plan.fillers[self.order.side].question(arrival.prompt_tokens, arrival.output_tokens)
        return self.questions[number % len(self.questions)]

    def _body(self, number: int, question: Question) -> bytes:
        salt = self.plan.salt if self.plan.warm else f"{self.plan.salt}-{self.order.probe}-{number}"
        return json.dumps(chat_request(self.target.model, question.messages, question.output_tokens, salt)).encode()

    async def _pulses(self) -> None:
        """And how late the loop is: what this wakes up late by, everything else does too."""
        for turn in itertools.count(1):
            for _ in range(5):
                wanted = time.perf_counter() + PULSE / 5
                await asyncio.sleep(PULSE / 5)
                self.lag = max(self.lag, time.perf_counter() - wanted)
            for one in list(self.under_way.values()):
                if one.first is None and one.first_token(self.began):
                    await asyncio.sleep(0)  # where hundreds have just begun, no stream is to wait for all to be read
            self.pulse(final=False)
            self.lag = 0.0
            if turn % 40 == 0:
                gc.collect(0)

    def pulse(self, final: bool) -> None:
        write(
            self.out,
            Pulse(
                at=round(self.now(), 6),
                began=self.unix,
                under_way=[(round(one.due, 6), one.first_token(self.began)) for one in self.under_way.values()],
                cpu_seconds=round(time.process_time() - self.cpu, 6),
                lag=round(self.lag, 6),
                final=final,
            ),
        )
        flush(self.out)


async def work(out: TextIO) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**30)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    plan = Plan.of(json.loads(await reader.readline()))
    pools = [Pool(target.url) for target in plan.targets]
    while line := await reader.readline():
        enough = asyncio.Event()
        probing = asyncio.create_task(Probing(plan, pools, Order(**json.loads(line)), out).run(enough))
        over = asyncio.create_task(reader.readline())
        await asyncio.wait([probing, over], return_when=asyncio.FIRST_COMPLETED)
        enough.set()
        await probing
        await over
        gc.collect()


def write(out: TextIO, row: Part) -> None:
    """It leaves with the next pulse: whoever reads it is not to be woken for each, on what may be the same core."""
    with leaving():
        out.write(json.dumps(row, ensure_ascii=False, default=as_json) + "\n")


def flush(out: TextIO) -> None:
    with leaving():
        out.flush()


@contextmanager
def leaving() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        os._exit(1)  # whoever asked for this load is gone


def main() -> int:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a connection of each request under way
    # A full collection walks all that was imported and stops every stream meanwhile.
    gc.collect()
    gc.freeze()
    gc.disable()
    with asyncio.Runner(loop_factory=punctual.loop) as runner:
        runner.run(work(sys.stdout))
    return 0


if __name__ == "__main__":
    sys.exit(main())
