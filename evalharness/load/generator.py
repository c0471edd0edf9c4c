"""The load generator's process: `python -m evalharness.load.generator`, users of both endpoints, all alive all the time.

Standard input is JSON lines: first a LoadPlan (it holds API keys, so never on a command line), then one Batch after
another. Each is asked as it comes, and answered on standard output: {"row": …} for every request, then {"block": …},
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
from collections.abc import Sequence

import gevent
from gevent.queue import Empty
from locust.env import Environment

from evalharness.load.profile import Batch, LoadPlan
from evalharness.load.user import ChatUser, Side
from evalharness.runs.rows import Row


def main() -> int:
    plan = LoadPlan.of(json.loads(sys.stdin.readline()))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a connection of each user of each side
    sides = [Side(plan, target) for target in plan.targets]
    classes = [side.user_class(f"ChatUser{number}") for number, side in enumerate(sides)]
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
        rows, block = ask(sides[batch.side], batch)
        for row in rows:
            write({"row": row})
        write({"block": block})
    runner.quit()

    if runner.exceptions:  # a mistake of ours: what the endpoint does wrong is a row
        sys.stderr.write("".join(f"{entry['msg']}\n{entry['traceback']}" for entry in runner.exceptions.values()))
        return 1
    return 0


def ask(side: Side, batch: Batch) -> tuple[Sequence[Row], Row]:
    """Every user of a side asks one of the prompts, all at once, and waits until the last has its answer.

    Nothing is written meanwhile. Before it one user has one token made, which is not counted: what it costs a server to
    be turned to again (to wake up, where two share a card) is no part of its answers.
    """
    side.users[0].wake()
    began, cpu = time.perf_counter(), time.process_time()
    for user, prompt in zip(side.users, batch.prompts, strict=True):
        user.turns.put(prompt)
    rows: list[Row] = []
    try:
        while len(rows) < len(batch.prompts):
            left = began + batch.limit_seconds - time.perf_counter()
            rows.append(side.answers.get(timeout=max(0.0, left)))
    except Empty:  # not in the time that is left for the whole load: nothing that the endpoint did wrong
        for user in side.users:
            user.cut()
        while len(rows) < len(batch.prompts):
            rows.append(side.answers.get())
    cpu = time.process_time() - cpu
    started = min(row["started"] for row in rows)
    seconds = max(row["started"] + row["seconds"] for row in rows) - started
    return rows, {"started": started, "seconds": round(seconds, 6), "client_cpu_seconds": round(cpu, 6)}


def write(line: dict[str, Row]) -> None:
    try:
        print(json.dumps(line, ensure_ascii=False), flush=True)
    except BrokenPipeError:
        os._exit(1)  # whoever asked for this load is gone


if __name__ == "__main__":
    sys.exit(main())
