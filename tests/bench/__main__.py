"""`make bench`: what the harness itself adds to what it measures, side by side with its limit and its rivals."""

import argparse

from tests.bench import (
    bench_ab,
    bench_augment,
    bench_load_clients,
    bench_rows,
    bench_schedule,
    bench_searches,
    bench_streams,
)

arguments = argparse.ArgumentParser(prog="make bench BENCH=…", description=__doc__)
arguments.add_argument("--questions", type=int, default=bench_ab.QUESTIONS, help="default: %(default)s")
arguments.add_argument("--rounds", type=int, default=bench_ab.ROUNDS, help="of each client (default: %(default)s)")
BENCHES = {
    "eval": lambda: bench_ab.main(given.questions, given.rounds),
    "load": lambda: bench_load_clients.main(given.rounds),
    "streams": bench_streams.main,
    "schedule": bench_schedule.main,
    "searches": bench_searches.main,
    "rows": bench_rows.main,
    "augment": bench_augment.main,
}
arguments.add_argument("--only", nargs="+", choices=BENCHES, default=BENCHES, help="default: all")
given = arguments.parse_args()

for name in given.only:
    BENCHES[name]()
