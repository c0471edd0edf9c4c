"""`make bench`: what the harness itself adds to what it measures, side by side with its limit and its rivals."""

import argparse

from tests.bench import bench_ab, bench_load_clients

arguments = argparse.ArgumentParser(prog="make bench BENCH=…", description=__doc__)
arguments.add_argument("--questions", type=int, default=bench_ab.QUESTIONS, help="default: %(default)s")
arguments.add_argument("--rounds", type=int, default=bench_ab.ROUNDS, help="of each client (default: %(default)s)")
given = arguments.parse_args()

bench_ab.main(given.questions, given.rounds)
bench_load_clients.main()
