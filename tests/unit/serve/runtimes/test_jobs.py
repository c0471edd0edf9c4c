"""A job's log tells how far it is while it runs: who looks into it, or finds it after a kill, sees its last line."""

import sys

from serve.paths import Paths
from serve.runtimes.jobs import Jobs


def test_each_line_of_a_job_is_in_its_log_before_the_next_is_said(tmp_path):
    log, seen = tmp_path / "logs" / "tune.log", []
    job = [sys.executable, "-c", "for step in (1, 2): print('step', step, flush=True)"]
    Jobs(Paths(tmp_path)).run("tune", job, log, lambda _: seen.append(log.read_text()))
    assert seen == ["step 1\n", "step 1\nstep 2\n"]
