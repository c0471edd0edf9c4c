"""Steps: in order where they depend, side by side where they do not, over at the first failure."""

import os
import signal
import threading
import time
from functools import partial

import pytest

from serve.steps import Step, run_steps


class Silent:
    def __init__(self):
        self.events = []

    def started(self, title):
        self.events.append(("started", title))

    def at(self, title, line):
        self.events.append((line, title))

    def ended(self, title, error):
        self.events.append((f"failed: {error}" if error else "done", title))


def test_a_step_begins_when_those_before_it_are_done():
    display = Silent()
    steps = {
        "bake": Step("bake", lambda report: report("baking"), ("mix",)),
        "mix": Step("mix", lambda report: report("mixing")),
    }
    run_steps(steps, display)
    assert display.events == [
        ("started", "mix"), ("mixing", "mix"), ("done", "mix"),
        ("started", "bake"), ("baking", "bake"), ("done", "bake"),
    ]  # fmt: skip


def test_independent_steps_overlap():
    together = threading.Barrier(2, timeout=5)  # breaks unless both wait at it
    run_steps({name: Step(name, lambda _: together.wait() and None) for name in "ab"}, Silent())


def test_the_first_failure_is_raised_and_nothing_after_it_begins():
    def fail(_):
        raise OSError("no")

    display = Silent()
    with pytest.raises(OSError, match="no"):
        run_steps({"a": Step("a", fail), "b": Step("b", lambda _: None, ("a",))}, display)
    assert display.events == [("started", "a"), ("failed: no", "a")]


def test_a_failure_is_told_to_those_who_only_wait():
    def fail(_):
        raise OSError("no")

    def wait_for_it(report):
        deadline = time.monotonic() + 10
        while not report.over:
            assert time.monotonic() < deadline, "nobody told it"
            time.sleep(0.01)

    with pytest.raises(OSError, match="no"):
        run_steps({"a": Step("a", fail), "b": Step("b", wait_for_it)}, Silent())


def test_an_interruption_cancels_what_is_under_way(request):
    # A shell starts what it puts in the background with SIGINT ignored; Python then has no KeyboardInterrupt.
    request.addfinalizer(partial(signal.signal, signal.SIGINT, signal.getsignal(signal.SIGINT)))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cancelled, noticed = threading.Event(), threading.Event()

    def work(_):
        os.kill(os.getpid(), signal.SIGINT)  # as Ctrl-C, which reaches the main thread
        if cancelled.wait(10):
            noticed.set()

    with pytest.raises(KeyboardInterrupt):
        run_steps({"a": Step("a", work)}, Silent(), cancel=cancelled.set)
    assert noticed.wait(5)
