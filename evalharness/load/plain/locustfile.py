"""Plain Locust against a deployment's endpoints: its own page, charts, options and exit codes, with Tandem's user.

    locust -f evalharness/load/plain/locustfile.py          # base and tuned at once; open http://127.0.0.1:8089
    locust -f evalharness/load/plain/locustfile.py Tuned    # one of them

Run it where the endpoints file is found (`--endpoints`, or `.tandem/endpoints.json` of the folder you are in): that
names the endpoints, and the files of their keys. A user asks as soon as it has its answer, one prompt of `--suites`
after the other, every answer `--output-tokens` long. In Locust's table an answer is a row of the type `answer`; two
more rows an endpoint, `first token` and `per token`, have its TTFT and TPOT and count for no total. Both sides at once
share the machine: which of them is faster is for `make load` to say.
"""

import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import gevent
from locust import events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.rpc import Message
from locust.runners import MasterRunner

from evalharness.client.endpoints import ENDPOINTS_FILE, Endpoint, read_endpoints
from evalharness.errors import UsageError
from evalharness.load.measure import latencies
from evalharness.load.profile import DEFAULT, LoadPlan, Target, prompts_in_turn, within_limits
from evalharness.load.sse import StreamError
from evalharness.load.user import AskingUser, Side
from evalharness.runs.rows.parts import Messages
from evalharness.suites.files import load_suites, shipped

GRACE = 60.0  # seconds more than an answer is given to end, as Locust waits where its page's button stops a load
PARTS = {"ttft": "first token", "tpot": "per token"}


class Answering(AskingUser):
    """One side's user; `prompts` and `endpoint` are those of all its kind."""

    abstract = True
    endpoint: ClassVar[Endpoint]
    prompts: ClassVar[Iterator[tuple[str, Messages]]]

    @task
    def chat(self) -> None:
        row = self.answer(*next(self.prompts))
        wrong = StreamError(row.error.kind, self.endpoint.redacted(row.error.detail)[:300]) if row.error else None
        self.environment.events.request.fire(
            request_type="answer",
            name=row.endpoint,
            response_time=row.seconds * 1000,
            response_length=row.output_tokens or 0,
            exception=wrong,
            context={},
        )
        if wrong is None:
            found = latencies(row)
            for latency, words in PARTS.items():
                for seconds in found[latency]:
                    self.environment.stats.get(row.endpoint, words).log(seconds * 1000, 0)


class Base(Answering):
    """Of the first endpoint of the file."""


class Tuned(Answering):
    """Of the second."""


def add_arguments(parser: LocustArgumentParser) -> None:
    def add(flag: str, **kind: Any) -> None:
        parser.add_argument(flag, include_in_web_ui=False, **kind)  # once the page is there it has all been read

    add("--endpoints", type=str, default=str(ENDPOINTS_FILE), metavar="FILE", help="default: %(default)s")
    add("--suites", type=str, default="", metavar="A,B", help="whose prompts are asked (default: the demo suites)")
    tokens = DEFAULT.output_tokens
    add("--output-tokens", type=int, default=tokens, metavar="N", help="of every answer (default: %(default)s)")
    # All of Tandem listens on loopback; Locust's own default is every address of the machine.
    parser.set_defaults(web_host="127.0.0.1", master_bind_host="127.0.0.1")


def read_what_to_ask(environment: Environment, **_: Any) -> None:
    """Ends the process where that is not there: a listener that raised would end it with a traceback."""
    options: Any = environment.parsed_options
    try:
        tokens = within_limits(replace(DEFAULT, output_tokens=options.output_tokens)).output_tokens
        demo = [name for name in shipped() if name.startswith("demo-")]
        prompts = prompts_in_turn(load_suites(options.suites.split(",") if options.suites else demo), seed=0)
        endpoints = read_endpoints(Path(options.endpoints))
        if len(endpoints) != 2:
            raise UsageError(f"{options.endpoints}: Base and Tuned are two endpoints, this names {len(endpoints)}")
    except UsageError as error:
        sys.stderr.write(f"tandem: {error}\n")
        sys.exit(2)
    for kind, endpoint in zip((Base, Tuned), endpoints, strict=True):
        target = Target(endpoint.name, endpoint.url, endpoint.model, endpoint.headers)
        kind.side = Side(LoadPlan([target], [], 0, tokens), target)
        kind.endpoint, kind.host, kind.prompts = endpoint, endpoint.url, itertools.cycle(prompts)
    gevent.get_hub().loop.update_now()  # or what reading took would be taken off Locust's --run-time


def hear_of_the_last_answers(environment: Environment, **_: Any) -> None:
    """Of a master without a page: waits until each worker has reported those that were under way when the time was up.

    Locust's own gives workers half a second to let them end and to report them, however long --stop-timeout is.
    """
    runner, options = environment.runner, environment.parsed_options
    if isinstance(runner, MasterRunner) and options and options.headless:
        for worker in runner.clients.all:
            quit_message = Message("quit", None, worker.id)  # type: ignore[no-untyped-call]
            runner.server.send_to_client(quit_message)  # it ends its users, then reports
        with gevent.Timeout((environment.stop_timeout or 0) + GRACE, exception=False):
            while runner.user_count:
                gevent.sleep(0.05)


events.init_command_line_parser.add_listener(add_arguments)  # type: ignore[no-untyped-call]
events.init.add_listener(read_what_to_ask)  # type: ignore[no-untyped-call]
events.test_stop.add_listener(hear_of_the_last_answers)  # type: ignore[no-untyped-call]
