"""The load generator's process: `python -m evalharness.load.generator`, users of both endpoints, all alive throughout.

Standard input is JSON lines: first a LoadPlan (it holds API keys, so never on a command line), then one Batch after
another. Each is asked as it comes, and answered on standard output: a row for every request, then that of the block,
when it was and what it cost this process. Standard input's end is this process's. When to ask whom, and when it is
enough, is for the other end to say. A process of its own keeps gevent's patched sockets and threads out of the rest of
the harness, and its CPU time is the load generator's alone.
"""

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Iterator

import gevent
from gevent.queue import Empty
from locust import User
from locust.env import Environment

from evalharness.load.profile import Batch, LoadPlan
from evalharness.load.user import Side
from evalharness.runs.rows.load import BlockRow, RequestRow
from evalharness.runs.typed import as_json


def main() -> int:
    plan = LoadPlan.of(json.loads(sys.stdin.readline()))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a connection of each user of each side
    sides = [Side(plan, target) for target in plan.targets]
    classes: list[type[User]] = [side.user_class(f"ChatUser{number}") for number, side in enumerate(sides)]
    environment = Environment(user_classes=classes, stop_timeout=0)
    runner = environment.create_local_runner()
    # A full collection walks all that was imported and stops every user meanwhile: 23 ms, after freezing 0.
    gc.collect()
    gc.freeze()

    runner.start(plan.users * len(sides), spawn_rate=plan.users * len(sides))
    while any(len(side.users) < plan.users for side in sides):
        gevent.sleep(0.01)
    for line in sys.stdin:
        batch = Batch(**json.loads(line))
        for row in ask(sides[batch.side], batch):
            write(row)
    runner.quit()

    if runner.exceptions:  # a mistake of ours: what the endpoint does wrong is a row
        sys.stderr.write("".join(f"{entry['msg']}\n{entry['traceback']}" for entry in runner.exceptions.values()))
        return 1
    return 0


def ask(side: Side, batch: Batch) -> list[RequestRow | BlockRow]:
    """Every user of a side asks one of the prompts, all at once, and waits until the last has its answer.

    Nothing is written meanwhile. Before it one user has one token made, which is not recorded: what it costs a server
    to be turned to again (to wake up, where two share a card) is no part of its answers.
    """
    side.users[0].wake()
    began, cpu = time.perf_counter(), time.process_time()
    for user, prompt in zip(side.users, batch.prompts, strict=True):
        user.turns.put((batch, prompt))
    rows = list(answers(side, batch, began + batch.limit_seconds))
    cpu = time.process_time() - cpu
    started = min(row.started for row in rows)
    block = BlockRow(
        endpoint=side.target.endpoint,
        pair=batch.pair,
        phase=batch.phase,
        started=started,
        seconds=round(max(row.started + row.seconds for row in rows) - started, 6),
        client_cpu_seconds=round(cpu, 6),
    )
    return [*rows, block]


def answers(side: Side, batch: Batch, deadline: float) -> Iterator[RequestRow]:
    """One for each prompt, as they come; those that have not come by the deadline are cut off."""
    for left in range(len(batch.prompts), 0, -1):
        try:
            yield side.answers.get(timeout=max(0.0, deadline - time.perf_counter()))
        except Empty:
            for user in side.users:
                user.cut()
            yield from (side.answers.get() for _ in range(left))
            return


def write(row: RequestRow | BlockRow) -> None:
    try:
        print(json.dumps(row, ensure_ascii=False, default=as_json), flush=True)
    except BrokenPipeError:
        os._exit(1)  # whoever asked for this load is gone


if __name__ == "__main__":
    sys.exit(main())
