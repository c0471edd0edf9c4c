"""Users of both endpoints who never stop asking: `python -m evalharness.load.steady`, and how it is started and heard.

Its standard input is a LoadPlan (it holds API keys, so never on a command line), and then nothing until the load is to
end. Its standard output is a row for every request as it ends, and last how many each endpoint was asked. What happens
to the servers meanwhile is for others to know.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evalharness.errors import Failure
from evalharness.load.profile import LoadPlan
from evalharness.runs.rows.load import RequestRow
from evalharness.runs.typed import as_json, parsed

ROOT = Path(__file__).parents[2]
LAST_WORDS = 30.0  # seconds for answers under way once the load is to end


def main() -> None:
    """All that imports Locust is imported here: whoever only starts this process must not be patched by gevent."""
    import itertools

    import gevent
    from gevent.event import Event
    from locust import task
    from locust.env import Environment

    from evalharness.load.user import AskingUser, Side

    plan = LoadPlan.of(json.loads(sys.stdin.readline()))
    prompts = itertools.cycle(plan.prompts)
    over = Event()
    users: list[Any] = []

    class SteadyUser(AskingUser):
        abstract = True

        def on_start(self) -> None:
            super().on_start()
            users.append(self)

        @task
        def chat(self) -> None:
            if over.is_set():
                gevent.sleep(LAST_WORDS)
            else:
                say(as_json(self.answer(*next(prompts))))

    sides = [Side(plan, target) for target in plan.targets]
    settings = [{"side": side, "host": side.target.url, "fixed_count": plan.users} for side in sides]
    patience = {"connection_timeout": plan.patience_seconds, "network_timeout": plan.patience_seconds}
    kinds: list[Any] = [type(f"User{n}", (SteadyUser,), {**mine, **patience}) for n, mine in enumerate(settings)]
    runner = Environment(user_classes=kinds, stop_timeout=0).create_local_runner()
    runner.start(plan.users * len(sides), spawn_rate=plan.users * len(sides))
    gevent.get_hub().threadpool.apply(sys.stdin.read)

    over.set()
    with gevent.Timeout(LAST_WORDS, False):
        while any(user.asking for user in users):
            gevent.sleep(0.05)
    for user in users:
        user.cut()
    while any(user.asking for user in users):
        gevent.sleep(0.05)
    gevent.sleep(1.0)  # a user that pauses after an error has its row still to say
    runner.quit()
    say({"asked": {side.target.endpoint: next(side.asked) for side in sides}})


def say(words: Any) -> None:
    print(json.dumps(words, ensure_ascii=False, default=as_json), flush=True)


class Steady:
    """The load while it is on; `asked` is known once it is over."""

    def __init__(self, take: Callable[[RequestRow], None]) -> None:
        self.take = take
        self.asked: dict[str, int] = {}

    def hear(self, lines: Iterator[str]) -> None:
        for line in lines:
            if line.startswith('{"asked"'):
                self.asked = json.loads(line)["asked"]
            elif line.endswith("\n"):
                self.take(parsed(RequestRow, line.encode()))


@contextmanager
def steady_load(plan: LoadPlan, take: Callable[[RequestRow], None]) -> Iterator[Steady]:
    """Load on every target until the block ends; `take` gets each row, in a thread, as it comes.

    Raises Failure when the process does not come to its end by itself.
    """
    steady = Steady(take)
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        # A session of its own: Ctrl-C is for this process, which then ends the load itself.
        subprocess.Popen(
            [sys.executable, "-m", "evalharness.load.steady"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
            start_new_session=True,
        ) as process,
    ):
        assert process.stdin
        assert process.stdout
        listener = threading.Thread(target=steady.hear, args=(process.stdout,))
        listener.start()
        try:
            process.stdin.write(json.dumps(asdict(plan)) + "\n")
            process.stdin.flush()
            yield steady
            process.stdin.close()
            listener.join(3 * LAST_WORDS)
        finally:
            process.kill()
            listener.join()
        if not steady.asked:
            complaints.seek(0)
            last = complaints.read().rstrip().rpartition("\n")[2] or "it said nothing"
            raise Failure(f"the load generator failed: {last}")


if __name__ == "__main__":
    main()
