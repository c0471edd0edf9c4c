"""Virtual environments: each image folder's requirements, installed for local use.

    python3 -m serve.environments FOLDER REQUIREMENTS

It runs before anything is installed, so it knows only the standard library. uv does the work; where to fetch from is
what pip on this machine has been told.
"""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

UV = "uv==0.13.8"
STAMP = "installed"
Report = Callable[[str], None]


@dataclass(frozen=True)
class Environment:
    """What one virtual environment holds. `overrides` takes packages out that a requirement drags in."""

    folder: Path
    requirements: Path
    overrides: Path | None = None
    gpu: bool = False

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def digest(self) -> str:
        """What it is made from; an environment made from anything else is stale."""
        files = [self.requirements] + ([self.overrides] if self.overrides else [])
        content = b"\0".join(file.read_bytes() for file in files)
        return hashlib.sha256(content + sys.version.encode() + bytes([self.gpu])).hexdigest()

    @property
    def ready(self) -> bool:
        stamp = self.folder / STAMP
        return stamp.exists() and stamp.read_text() == self.digest


def install(environment: Environment, uv: Path, log: Path, report: Report = lambda _: None) -> None:
    """Makes an environment, from scratch where it is not what it should be. The stamp comes last.

    Raises subprocess.CalledProcessError, with the whole output in `log`.
    """
    if environment.ready:
        return
    shutil.rmtree(environment.folder, ignore_errors=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    settings = index_settings(uv.with_name("python"))
    command = [str(uv), "pip", "install", "--python", str(environment.python)]
    command += ["--requirements", str(environment.requirements)]
    if environment.overrides:
        command += ["--override", str(environment.overrides)]
    if not settings and not environment.gpu:
        # PyTorch's own index has builds without CUDA, gigabytes smaller. A machine whose pip is told where
        # to fetch from (a mirror, a folder of wheels) is not sent elsewhere.
        command += ["--torch-backend", "cpu"]
    with log.open("w") as output:
        for step in ([str(uv), "venv", "--python", sys.executable, str(environment.folder)], command):
            run(step, {**os.environ, **settings}, output.write, report)
    (environment.folder / STAMP).write_text(environment.digest)


def run(command: list[str], variables: dict[str, str], write: Callable[[str], object], report: Report) -> None:
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                write(line)
                report(line.strip())
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def index_settings(python: Path) -> dict[str, str]:
    """What pip's configuration says of indexes and wheel folders, in uv's variables; empty where it says nothing.

    uv reads a configuration of its own, and none of pip's; but pip's is the one that sites have. `python` is one that
    has pip: the environments that uv makes have none.
    """
    listing = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    told = pip_options(listing)
    # uv's variable of each, and what stands in it between two.
    names = {
        "index-url": ("UV_DEFAULT_INDEX", " "),
        "extra-index-url": ("UV_INDEX", " "),
        "find-links": ("UV_FIND_LINKS", ","),
    }
    settings = {ours: between.join(told[name].split()) for name, (ours, between) in names.items() if name in told}
    if "UV_INDEX" in settings:  # pip takes the best version of all indexes, uv the first index that has any
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return settings


def pip_options(listing: str) -> dict[str, str]:
    """The options of `pip config list`, whose values are Python's own literals; what the environment says wins."""
    told = [line.partition("=") for line in listing.splitlines()]
    return {
        name.removeprefix(f"{section}."): ast.literal_eval(value)
        for section in ("global", "install", ":env:")
        for name, _, value in told
        if name.startswith(f"{section}.")
    }


def fetch_uv(tools: Path) -> Path:
    """The uv program that makes all environments, put in a folder of its own where it is not there yet."""
    uv = tools / "bin" / "uv"
    if not (tools / STAMP).exists() or (tools / STAMP).read_text() != UV:
        print("Tandem: fetching uv, which installs the rest", flush=True)
        shutil.rmtree(tools, ignore_errors=True)
        venv.create(tools, with_pip=True)
        subprocess.run([tools / "bin" / "python", "-m", "pip", "install", "--quiet", UV], check=True)
        (tools / STAMP).write_text(UV)
    return uv


def bootstrap(folder: Path, requirements: Path) -> None:
    """The first environment, which brings uv for all the others (and for itself)."""
    state = folder.parent.parent
    state.mkdir(mode=0o700, parents=True, exist_ok=True)  # chats and secrets will lie in it
    uv = fetch_uv(folder.parent / "uv")
    environment = Environment(folder, requirements)
    if not environment.ready:
        print(f"Tandem: installing {requirements}", flush=True)
        install(environment, uv, state / "logs" / f"environment-{folder.name}.log")


if __name__ == "__main__":
    try:
        bootstrap(Path(sys.argv[1]).absolute(), Path(sys.argv[2]))
    except subprocess.CalledProcessError as error:
        with suppress(OSError):
            name = Path(sys.argv[1]).name
            print((Path(sys.argv[1]).parent.parent / "logs" / f"environment-{name}.log").read_text()[-2000:])
        hint = "; on Debian and Ubuntu: apt-get install python3-venv" if "ensurepip" in error.cmd else ""
        sys.exit(f"tandem: `{' '.join(map(str, error.cmd))}` failed{hint}")
    except KeyboardInterrupt:
        sys.exit("\ntandem: interrupted; the same command goes on from here")
