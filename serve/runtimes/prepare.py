"""What Compose finds on the host: each secret as a file of its own, and runs/, which the harness writes to.

    python3 -m serve.runtimes.prepare

That is the one step before a plain `docker compose up`: it adds what every server is given (serve/commands/prepare.py).
It begins on a plain Python, with the standard library alone, and installs the rest where `make` does.
"""

import os
import subprocess
import sys
from pathlib import Path

from serve.paths import Paths
from serve.services import credentials

CONTAINER_USER = 10001  # the images' own


def prepare(paths: Paths) -> None:
    """Makes what is missing."""
    paths.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = credentials.ensure(paths.secrets)
    # Compose hands a secret on as the very file, and the containers' user is not its owner. So others may read the
    # files, but nobody else gets into the folder: on this machine a secret is still its owner's alone.
    paths.secret_files.mkdir(mode=0o700, exist_ok=True)
    for name, value in known.items():
        file = paths.secret_files / name
        if not file.exists() or file.read_text() != value:
            file.unlink(missing_ok=True)
            file.write_text(value)
            file.chmod(0o444)
    paths.runs.mkdir(exist_ok=True)
    if os.getuid() == 0:
        os.chown(paths.runs, CONTAINER_USER, CONTAINER_USER)


def runs_user() -> str:
    """Who the harness runs as, `uid:gid`: the person, so that runs are theirs; but never root."""
    return f"{os.getuid()}:{os.getgid()}" if os.getuid() else f"{CONTAINER_USER}:{CONTAINER_USER}"


def main(paths: Paths) -> None:
    if sys.version_info[:2] != (3, 11):
        sys.exit("tandem: Python 3.11 is needed, the newest that auto-gptq is built for")
    os.chdir(paths.root)
    folder = paths.environment("harness")
    made = subprocess.run([sys.executable, "-m", "serve.environments", folder, "serve/requirements.txt"], check=False)
    if made.returncode:
        sys.exit(made.returncode)
    python = str(folder / "bin" / "python")
    os.execv(python, [python, "-m", "serve", "prepare"])  # noqa: S606 - goes on with what is installed now


if __name__ == "__main__":
    main(Paths(Path(__file__).parents[2]))
