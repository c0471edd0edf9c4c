"""What holds for every test: property tests are judged by what they find, never by how fast the machine is; Ctrl-C
interrupts, whatever the tests were started from; and of several workers none disturbs one that measures."""

import fcntl
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("tandem", deadline=None)
settings.load_profile("tandem")

# A shell starts what it puts in the background with SIGINT ignored, and all that this starts inherits it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).parent
SHARED = ("tests/e2e/", "tests/containers/", "tests/integration/evalharness/simulation/")
"""Folders whose tests share what takes minutes to make: a deployment, or what `make simulate` prints."""
MACHINE = os.open(HERE, os.O_RDONLY)  # has the lock of all workers' tests, or of the one that measures
DOOR = os.open(__file__, os.O_RDONLY)  # so that who waits for the machine has it before those who come later


class BySharedThings(LoadScopeScheduling):
    """Gives a worker all tests of such a folder, or of a file, in order, before it gives it others."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in SHARED if nodeid.startswith(folder)), nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BySharedThings | None:
    return BySharedThings(config, log) if config.getoption("dist") == "loadscope" else None


def measures(item: pytest.Item | None) -> bool:
    return item is not None and item.get_closest_marker("measures") is not None


alone = False  # whether this worker has the machine to itself


@pytest.hookimpl(wrapper=True, tryfirst=True)  # so that no time limit of a test counts its wait
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """A test that measures time waits until those of other workers have ended, and they for it."""
    global alone
    if not (alone and measures(item)):
        fcntl.flock(DOOR, fcntl.LOCK_EX)
        fcntl.flock(MACHINE, fcntl.LOCK_EX if measures(item) else fcntl.LOCK_SH)
        fcntl.flock(DOOR, fcntl.LOCK_UN)
    try:
        return (yield)
    finally:
        alone = measures(item) and measures(nextitem)
        if not alone:
            fcntl.flock(MACHINE, fcntl.LOCK_UN)
