"""`make bench`: what the harness itself adds to what it measures, side by side with its limit and its rivals."""

from tests.bench import bench_ab, bench_load_clients

bench_ab.main()
bench_load_clients.main()
