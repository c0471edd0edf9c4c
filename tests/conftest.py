"""What holds for every test: property tests are judged by what they find, never by how fast the machine is; Ctrl-C
interrupts, whatever the tests were started from; and of several workers none disturbs a test that has to be alone."""

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
SHARED = ("tests/e2e", "tests/containers", "tests/e2e/jobs", "tests/integration/evalharness/simulation")
"""Folders whose tests share what takes minutes to make, those first that take longest."""
MACHINE = os.open(HERE, os.O_RDONLY)  # has the lock of all workers' tests, or of the one that is alone
DOOR = os.open(__file__, os.O_RDONLY)  # so that who waits for the machine has it before those who come later


def scope(nodeid: str) -> str:
    """What one worker has to itself, in order: such a folder, or a file."""
    file = nodeid.partition("::")[0]
    folder = file.rpartition("/")[0]
    return folder if folder in SHARED else file


class BySharedThings(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BySharedThings | None:
    if config.getoption("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False  # else those with most tests come first, which are not those that last
    return BySharedThings(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left with one at the end; and those files last whose tests are to be
    alone: the fewer tests of others there are by then, the less is waited for."""
    lonely = {scope(item.nodeid) for item in items if to_be_alone(item)}

    def rank(item: pytest.Item) -> tuple[int, bool]:
        own = scope(item.nodeid)
        return (SHARED.index(own), False) if own in SHARED else (len(SHARED), own in lonely)

    items.sort(key=rank)


def to_be_alone(item: pytest.Item | None) -> bool:
    return item is not None and item.get_closest_marker("alone") is not None


alone = False  # whether this worker has the machine to itself


@pytest.hookimpl(wrapper=True, tryfirst=True)  # so that no time limit of a test counts its wait
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """A test that is to be alone waits until those of other workers have ended, and they for it."""
    global alone
    if not (alone and to_be_alone(item)):
        fcntl.flock(DOOR, fcntl.LOCK_EX)
        fcntl.flock(MACHINE, fcntl.LOCK_EX if to_be_alone(item) else fcntl.LOCK_SH)
        fcntl.flock(DOOR, fcntl.LOCK_UN)
    try:
        return (yield)
    finally:
        alone = to_be_alone(item) and to_be_alone(nextitem)
        if not alone:
            fcntl.flock(MACHINE, fcntl.LOCK_UN)
