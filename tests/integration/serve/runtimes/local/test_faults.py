"""Faults done to real processes: a group of two that count."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from serve.runtimes.local.faults import of_group

PROGRAM = """
import os, sys, time
os.fork()
while True:
    open(sys.argv[1] + str(os.getpid()), "a").write(".")
    time.sleep(0.01)
"""


@pytest.fixture
def counting(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    words = [sys.executable, "-c", PROGRAM, f"{tmp_path}/"]
    with subprocess.Popen(words, process_group=0) as process:
        until(lambda: len(list(tmp_path.iterdir())) == 2)
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def states(process: "subprocess.Popen[bytes]") -> set[str]:
    leader = psutil.Process(process.pid)
    return {one.status() for one in (leader, *leader.children())}


def counts(folder: Path) -> list[int]:
    return sorted(file.stat().st_size for file in folder.iterdir())


def test_killed_ends_every_process_of_the_group(counting: "subprocess.Popen[bytes]") -> None:
    (child,) = psutil.Process(counting.pid).children()
    with of_group(lambda: counting.pid)["killed"]():
        pass
    assert counting.wait(20) == -signal.SIGKILL
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_frozen_stops_every_process_and_they_go_on_afterwards(
    counting: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    with of_group(lambda: counting.pid)["frozen"]():
        until(lambda: states(counting) == {psutil.STATUS_STOPPED})
        before = counts(tmp_path)
    assert counts(tmp_path) >= before
    until(lambda: all(now > then for now, then in zip(counts(tmp_path), before, strict=True)))


def test_a_frozen_group_goes_on_even_where_the_fault_was_interrupted(counting: "subprocess.Popen[bytes]") -> None:
    with pytest.raises(KeyboardInterrupt), of_group(lambda: counting.pid)["frozen"]():
        raise KeyboardInterrupt
    until(lambda: psutil.STATUS_STOPPED not in states(counting))


def test_slowed_stops_and_goes_on_again_and_again(counting: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    with of_group(lambda: counting.pid)["slowed to half"]():
        before = counts(tmp_path)
        for _ in range(2):
            until(lambda: psutil.STATUS_STOPPED in states(counting))
            until(lambda: psutil.STATUS_STOPPED not in states(counting))
        until(lambda: counts(tmp_path) > before)
    until(lambda: psutil.STATUS_STOPPED not in states(counting))
