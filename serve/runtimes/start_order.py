"""The steps that put made models into service, in the order that the mode needs. It knows programs by name alone:
how one is started, and how it is known to answer, is the runtime's.
"""

from collections.abc import Callable

from serve.services import catalog
from serve.settings import Settings
from serve.steps import Report, Step

START_TIMEOUT = 1800.0  # seconds until a server must have answered: a large model, compiled for the first time

Start = Callable[[str], None]
Await = Callable[[str, Report], None]


def serving_steps(
    settings: Settings,
    gpu: bool,
    start: Start,
    await_ready: Await,
    chat: Callable[[Report], None],
    make_room: Callable[[], None],
) -> dict[str, Step]:
    """`start` sees to it that a program runs, `await_ready` returns when it answers, `chat` proves the whole.

    `make_room` ends the servers that will run otherwise than they do: a GPU has no room for both.
    """

    def serve(name: str) -> Callable[[Report], None]:
        def act(report: Report) -> None:
            start(name)
            await_ready(name, report)

        return act

    def only_start(name: str) -> Callable[[Report], None]:
        return lambda _: start(name)

    servers = catalog.served(settings)
    made = [f"quantize {variant}" for variant in servers]
    steps = {}
    before: tuple[str, ...] = ("prepare vllm", made[0])
    if gpu:
        steps["make room"] = Step("make room on the GPU", lambda _: make_room(), ("prepare vllm", *made))
        before = ("make room",)
    # On one GPU everything takes turns: each server would take another's loading for its own memory.
    steps["serve base"] = Step("serve base", serve("base"), before)
    if "tuned" in servers:
        before = ("serve base",) if gpu else ()
        if settings.MODE == "swap":
            # Seeing that tuned is missing, it puts base to sleep, and leaves tuned the room to load.
            steps["start switch"] = Step("start the switch", only_start("switch"), ("serve base",))
            steps["serve switch"] = Step("serve both in turn", serve("switch"), ("serve tuned",))
            before = ("start switch",)
        steps["serve tuned"] = Step("serve tuned", serve("tuned"), ("prepare vllm", "quantize tuned", *before))
    answering = [name for name in steps if name.startswith("serve ")]
    steps["start webui"] = Step("start Open WebUI", only_start("webui"), ("prepare webui",))
    steps["chat"] = Step("chat through Open WebUI", chat, ("start webui", *answering))
    return steps
