"""The command line behind the Makefile: `python -m serve up`, and so on. `make` alone lists every target.

A UsageError is one line and exit code 2, a Failure one line and exit code 1; a traceback would be a bug.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from serve import deployment, harness
from serve.errors import Failure, UsageError
from serve.paths import Paths
from serve.settings import Settings, example, read_settings

ROOT = Path(__file__).parents[1]
INTERRUPTED = 130


def up(settings: Settings, paths: Paths) -> int:
    from serve.display import StepDisplay, console
    from serve.runtimes.local import Local

    runtime = Local(settings, paths)
    why = "set by RUNTIME" if settings.RUNTIME == "local" else "the only one that this version has"
    console.print(f"Runtime: local processes ({why}), on {'an NVIDIA GPU' if runtime.gpu else 'CPU: no GPU found'}.")
    if settings.demo:
        console.print("Model: the embedded demo; set BASE_MODEL and ADAPTER in .env for your own.")
    begun = time.monotonic()
    with StepDisplay() as display:
        runtime.up(display)
    console.print(f"All is up and answering ({time.monotonic() - begun:.0f} s).\n")
    return status(settings, paths)


def down(settings: Settings, paths: Paths) -> int:
    from serve.runtimes.local import Local

    stopped = Local(settings, paths).down()
    print("Stopped; models, runs and chats are kept." if stopped else "Nothing was running.")
    return 0


def status(settings: Settings, paths: Paths) -> int:
    """Exit code 0 when everything answers, 1 otherwise."""
    from serve.display import console, table
    from serve.runtimes.local import Local
    from serve.store import Store

    states = Local(settings, paths).states()
    rows = []
    for variant in deployment.VARIANTS:
        current = Store(paths.models).current(variant)
        version = current.name if current else "-"
        rows.append((variant, deployment.url(settings, variant), variant, version, states[variant]))
    rows.append(("Open WebUI", deployment.webui_url(settings), "base, tuned", "-", states["webui"]))
    table(("name", "URL", "model", "version", "state"), rows)
    if paths.secrets.exists():
        console.print(
            f"\nSign in as {settings.WEBUI_EMAIL}; password (WEBUI_PASSWORD) and API key (API_KEY) "
            f"are in {paths.secrets.relative_to(paths.root)}.",
            soft_wrap=True,
        )
    return 0 if set(states.values()) == {"ready"} else 1


def logs(_: Settings, paths: Paths) -> int:
    """The end of every log, then what is added, until Ctrl-C."""
    from serve.runtimes.local import PROGRAMS

    found = [str(log) for name in PROGRAMS if (log := paths.log(name)).exists()]
    if not found:
        raise UsageError(f"{paths.logs}: no logs yet; start the servers with `make up`")
    follow = ["-F"] if sys.stdout.isatty() else []
    with suppress(KeyboardInterrupt):  # the way to end it
        subprocess.run(["tail", "-n", "20", *follow, *found], check=False)
    return 0


def evaluate(settings: Settings, paths: Paths) -> int:
    return ask(harness.eval_arguments(settings, paths))


def load(settings: Settings, paths: Paths) -> int:
    return ask(harness.load_arguments(settings, paths))


def verdict(settings: Settings, paths: Paths) -> int:
    """Eval, load and what follows from them: exit code 0 PASS, 1 FAIL, 3 INCONCLUSIVE."""
    for measure in (evaluate, load):
        code = measure(settings, paths)
        if code:
            # 1 and 3 are verdicts; a measurement that did not happen is neither.
            return code if code == INTERRUPTED else 2
    return ask(harness.verdict_arguments(settings, paths))


def ask(arguments: Sequence[str]) -> int:
    """Runs the harness to its end; Ctrl-C reaches it too, and it has something to say before it goes."""
    with subprocess.Popen([sys.executable, "-m", "evalharness", *arguments], cwd=ROOT) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            with suppress(KeyboardInterrupt):
                code = process.wait()
                return code if code >= 0 else INTERRUPTED


def clean(settings: Settings, paths: Paths) -> int:
    """Deletes what Tandem made, after a yes (or YES=1)."""
    made = [folder for folder in (paths.state, paths.models, paths.runs) if folder.exists()]
    if not made:
        print("Nothing to delete.")
        return 0
    print("This stops the servers and deletes environments, secrets and chats (.tandem), models and runs:")
    for folder in made:
        print(f"  {folder}")
    if os.environ.get("YES") != "1":
        if not sys.stdin.isatty():
            raise UsageError("nobody to ask here: `make clean YES=1` deletes them")
        if input("Delete them? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Kept.")
            return 0
    down(settings, paths)
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


COMMANDS: dict[str, tuple[Callable[[Settings, Paths], int], str]] = {
    "up": (up, "make what is missing, start everything, wait until it answers"),
    "down": (down, "stop everything; artifacts stay"),
    "status": (status, "what runs, where, in which state"),
    "logs": (logs, "the servers' logs; follows them on a terminal"),
    "eval": (evaluate, "ask base and tuned the prompt suites"),
    "load": (load, "put load on base and tuned in turn"),
    "verdict": (verdict, "eval, load, and PASS, FAIL or INCONCLUSIVE with the evidence"),
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
