"""The command line behind the Makefile: `python -m serve up`, and so on. `make` alone lists every target.

A UsageError is one line and exit code 2, a Failure one line and exit code 1; a traceback would be a bug.
"""

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from serve import deployment
from serve.attended import INTERRUPTED
from serve.errors import Failure, UsageError
from serve.paths import Paths
from serve.settings import Settings, example, read_settings

ROOT = Path(__file__).parents[1]
Command = Callable[[Settings, Paths], int]


def up(settings: Settings, paths: Paths) -> int:
    from serve.bringing_up import announced, bring_up
    from serve.runtimes.choice import only_one

    name = announced(settings, paths)
    with only_one(paths):
        bring_up(name, settings, paths)
    return status(settings, paths)


def plan(settings: Settings, paths: Paths) -> int:
    from serve.plan_command import show_plan

    return show_plan(settings, paths)


def down(settings: Settings, paths: Paths) -> int:
    from serve.runtimes.choice import runtime

    stopped = runtime(settings, paths).down()
    paths.runtime.unlink(missing_ok=True)
    print("Stopped; models, runs and chats are kept." if stopped else "Nothing was running.")
    return 0


def status(settings: Settings, paths: Paths) -> int:
    """Exit code 0 when everything answers, 1 otherwise."""
    from serve.display import console, table
    from serve.runtimes.choice import in_use, runtime

    here = runtime(settings, paths)
    states = here.states()
    rows = []
    for variant in deployment.VARIANTS:
        state = states[deployment.answering(settings, variant)]
        rows.append((variant, here.address(variant), variant, here.version(variant), state))
    rows.append(("Open WebUI", deployment.webui_url(settings), "base, tuned", "-", states["webui"]))
    table(("name", "URL", "model", "version", "state"), rows)
    if in_use(paths) == "docker":
        console.print(
            "\nbase and tuned answer in the network of the containers alone, as the web UI and `make eval` do."
        )
    if paths.secrets.exists():
        console.print(
            f"\nSign in as {settings.WEBUI_EMAIL}; password (WEBUI_PASSWORD) and API key (API_KEY) "
            f"are in {paths.secrets.relative_to(paths.root)}.",
            soft_wrap=True,
        )
    return 0 if set(states.values()) == {"ready"} else 1


def logs(settings: Settings, paths: Paths) -> int:
    """The end of every log, then what is added, until Ctrl-C."""
    from serve.runtimes.choice import runtime

    with suppress(KeyboardInterrupt):  # the way to end it
        runtime(settings, paths).show_logs()
    return 0


def measured(kind: str) -> Command:
    def act(settings: Settings, paths: Paths) -> int:
        from serve.runtimes.choice import runtime

        try:
            return runtime(settings, paths).measure(kind)
        except Failure as error:
            raise UsageError(str(error)) from None  # 1 would be a verdict: FAIL

    return act


def factorial(settings: Settings, paths: Paths) -> int:
    from serve import factorial

    return factorial.factorial(settings, paths)


def clean(settings: Settings, paths: Paths) -> int:
    """Deletes what Tandem made, after a yes (or YES=1)."""
    from serve.runtimes.choice import usable

    made = [folder for folder in (paths.state, paths.models, paths.runs) if folder.exists()]
    runtimes = usable(settings, paths)
    elsewhere = [thing for runtime in runtimes for thing in runtime.made_elsewhere()]
    if not made and not elsewhere:
        print("Nothing to delete.")
        return 0
    print("This stops the servers and deletes environments, secrets, chats, models and runs:")
    for thing in (*made, *elsewhere):
        print(f"  {thing}")
    if os.environ.get("YES") != "1":
        if not sys.stdin.isatty():
            raise UsageError("nobody to ask here: `make clean YES=1` deletes them")
        if input("Delete them? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Kept.")
            return 0
    for runtime in runtimes:
        runtime.down()
        runtime.delete_elsewhere()
    for folder in made:
        if folder.is_symlink():
            folder.unlink()  # and not what it points to
        else:
            shutil.rmtree(folder)
    return 0


def settings_example(_: Settings, __: Paths) -> int:
    """The text of .env.example."""
    print(example(), end="")
    return 0


COMMANDS: dict[str, tuple[Command, str]] = {
    "up": (up, "make what is missing, start everything, wait until it answers"),
    "plan": (plan, "what would fit on the GPU here, or on one of GPU_MEMORY_GIB"),
    "down": (down, "stop everything; artifacts stay"),
    "status": (status, "what runs, where, in which state"),
    "logs": (logs, "the servers' logs; follows them on a terminal"),
    "eval": (measured("eval"), "ask base and tuned the prompt suites"),
    "load": (measured("load"), "put load on base and tuned in turn"),
    "verdict": (measured("verdict"), "eval, load, and PASS, FAIL or INCONCLUSIVE with the evidence"),
    "factorial": (factorial, "tell tuning from quantization: INT4 and full precision in turn"),
    "lm-eval": (measured("lm-eval"), "ask base and tuned a task of lm-evaluation-harness"),
    "clean": (clean, "delete environments, secrets, models and runs, after asking"),
    "settings": (settings_example, "print every setting with its default, as .env.example"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m serve", description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, text) in COMMANDS.items():
        commands.add_parser(name, help=text)
    act, _ = COMMANDS[parser.parse_args().command]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return act(read_settings(ROOT / ".env"), Paths(ROOT))
    except UsageError as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 2
    except Failure as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ntandem: interrupted; `make up` goes on from where it was", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
