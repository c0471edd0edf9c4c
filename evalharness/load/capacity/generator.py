"""The capacity's load generator: `python -m evalharness.load.capacity.generator`, a process of its own.

Standard input is JSON lines: a Plan (it holds API keys, so never on a command line), then an Order for each probe and
a line with `null` when that has shown enough. Requests leave when they are due, whatever became of the others; each is
a row on standard output when it has ended, and pulses tell what is under way. Standard input's end is this process's.
"""

import asyncio
import gc
import itertools
import json
import math
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
from evalharness.load.capacity.connections import OK, Asking, Pool, nothing
from evalharness.load.capacity.plan import Order, Plan, Pulse, Question
from evalharness.load.profile import chat_request
from evalharness.load.sse import SAID, StreamError
from evalharness.runs.rows.capacity import ScheduledRow
from evalharness.runs.rows.parts import Error
from evalharness.runs.typed import Part, as_json

PULSE = 0.25  # seconds
AHEAD = 8  # requests that are ready before they are due
SPARE = 0.0005  # seconds until the next is due: time enough to make one, or to read an answer and write its row
AWAKE = 0.0001  # so long before one is due nothing else is begun: to be woken takes as long
PILE = 64  # answers that wait for such a time; more are read though a request be late
PAUSE_AFTER_ERROR = 0.5  # seconds, of a user: who is refused at once would else keep the client busy with nothing
FEW = 4  # pieces of an answer, in which its first token usually is


@dataclass
class UnderWay:
    """A request that has no row yet. `came` is what it was answered with, or what went wrong, once it has ended."""

    number: int
    question: Question
    asking: Asking
    due: float
    sent: float = 0.0
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
        self.ahead = deque[UnderWay]()
        self.under_way: dict[int, UnderWay] = {}
        self.ended: asyncio.Queue[UnderWay] = asyncio.Queue()
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
        self.pool.between = nothing
        for task in (*work, *self.tasks):
            task.cancel()
        while not self.ended.empty():
            self._row(self.ended.get_nowait())
        self.pulse(final=True)
        await asyncio.gather(*work, *self.tasks, return_exceptions=True)
        self.pool.let_go()  # of what had just been sent, by a task that has not begun

    async def _open(self) -> None:
        """Requests are made a few ahead of their time, and leave then, whatever else the loop is at."""
        arrivals = self.arrivals()
        self.pool.between = self._leave
        while True:
            self._leave()
            while not self.ahead or (len(self.ahead) < AHEAD and self._until_due() > SPARE):
                number, arrival = next(arrivals)
                self.ahead.append(self._prepared(number, arrival))
            await asyncio.sleep(max(0.0, self._until_due() - AWAKE))

    def _leave(self) -> None:
        """All that is due, or about to be, one behind the other; only then is anything else done for them."""
        left = []
        while (wait := self._until_due()) <= AWAKE:
            if wait <= 0:
                left.append(self.ahead.popleft())
                self._send(left[-1])
        for one in left:
            task = asyncio.create_task(self._answer(one))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _until_due(self) -> float:
        """Seconds until the next request is, if one is ready."""
        return self.ahead[0].due - self.now() if self.ahead else math.inf

    async def _closed(self) -> None:
        arrivals = self.arrivals()
        # Of so many users each process has its share.
        users = len(range(self.order.part, round(self.order.level), self.order.of))

        async def user() -> None:
            for number, arrival in arrivals:
                one = self._prepared(number, arrival)
                one.due = self.now()
                self._send(one)
                await self._answer(one)
                if isinstance(one.came, StreamError) or (one.came and one.came[1].status != OK):
                    await asyncio.sleep(PAUSE_AFTER_ERROR)

        self.tasks |= {asyncio.create_task(user()) for _ in range(users)}

    def _send(self, one: UnderWay) -> None:
        self.under_way[one.number] = one
        one.sent = self.now()
        self.pool.send(one.asking)

    async def _answer(self, one: UnderWay) -> None:
        try:
            one.came = await self.pool.answer(one.asking)
        except StreamError as wrong:
            one.came = wrong
        except OSError as wrong:
            one.came = StreamError("connection", f"{type(wrong).__name__}: {wrong}"[:SAID])
        one.ended = self.now()
        self.ended.put_nowait(one)

    async def _report(self) -> None:
        """Rows of what has ended, one at a time and after whatever else is to be done: where hundreds of answers end
        together, reading them at once would be what their users' next requests wait for.
        """
        while True:
            one = await self.ended.get()
            while (wait := self._until_due()) < SPARE and self.ended.qsize() < PILE:
                await asyncio.sleep(max(0.0, wait))
            self._row(one)
            await asyncio.sleep(0)

    def _row(self, one: UnderWay) -> None:
        del self.under_way[one.number]
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
                wanted_output_tokens=one.question.output_tokens,
                error=Error(kind=answer.error.kind, detail=answer.error.detail) if answer.error else None,
            ),
        )

    def _prepared(self, number: int, arrival: Arrival) -> UnderWay:
        question = self._question(number, arrival)
        asking = Asking(self.pool.request(self._body(number, question), self.target.headers))
        return UnderWay(number, question, asking, arrival.due)

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
