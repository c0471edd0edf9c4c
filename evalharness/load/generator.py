"""The load generator's process: `python -m evalharness.load.generator`, one round against one endpoint.

It reads a RoundPlan as JSON on standard input (it holds the API key, so never on a command line) and writes
JSON lines on standard output: a row for every request, and last one of the window that was
measured and what it cost this process. A process of its own keeps gevent's patched sockets and threads out
of the rest of the harness, and its CPU time is the load generator's alone.
"""

import gc
import json
import os
import sys
import time

import gevent
from locust.env import Environment

from evalharness.load.profile import RoundPlan
from evalharness.load.user import ChatUser, Shared
from evalharness.runs.rows import RequestRow, RoundRow
from evalharness.runs.typed import as_json


def main() -> int:
    plan = RoundPlan(**json.load(sys.stdin))
    ChatUser.shared = Shared(plan, write)
    ChatUser.connection_timeout = ChatUser.network_timeout = plan.patience_seconds
    environment = Environment(user_classes=[ChatUser], host=plan.url, stop_timeout=plan.patience_seconds)
    runner = environment.create_local_runner()
    # A full collection walks all that was imported and stops every user meanwhile: 23 ms, after freezing 0.
    gc.collect()
    gc.freeze()

    runner.start(plan.users, spawn_rate=plan.users)
    gevent.sleep(ChatUser.shared.measured_from - time.perf_counter())
    window, cpu = time.perf_counter(), time.process_time()
    ChatUser.shared.full.wait(timeout=plan.seconds)
    seconds, cpu = time.perf_counter() - window, time.process_time() - cpu
    ChatUser.shared.closed = True
    runner.quit()

    if runner.exceptions:  # a mistake of ours: what the endpoint does wrong is a row
        sys.stderr.write("".join(f"{entry['msg']}\n{entry['traceback']}" for entry in runner.exceptions.values()))
        return 1
    write(
        RoundRow(
            endpoint=plan.endpoint,
            round=plan.round,
            started=ChatUser.shared.unix_zero + window,
            seconds=seconds,
            client_cpu_seconds=cpu,
        )
    )
    return 0


def write(row: RequestRow | RoundRow) -> None:
    try:
        print(json.dumps(row, ensure_ascii=False, default=as_json), flush=True)
    except BrokenPipeError:
        os._exit(1)  # whoever asked for this load is gone


if __name__ == "__main__":
    sys.exit(main())
