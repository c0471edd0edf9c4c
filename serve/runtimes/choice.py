"""Which runtime a checkout uses: the one it runs on already, else the one that is set, else the best that is there."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from serve.errors import UsageError
from serve.hardware import has_nvidia_gpu
from serve.paths import Paths
from serve.runtimes.docker.compose import engine_trouble, has_nvidia_runtime
from serve.runtimes.docker.runtime import Docker
from serve.runtimes.local.runtime import Local
from serve.runtimes.runtime import Runtime
from serve.settings import Settings

KINDS: dict[str, type[Docker] | type[Local]] = {"docker": Docker, "local": Local}
WORDS = {"docker": "containers", "local": "local processes"}


def choose(settings: Settings, paths: Paths) -> tuple[str, str]:
    """The name of the runtime, and why it is the one.

    Raises UsageError where the setting contradicts what runs, or names an engine that does not answer.
    """
    running, wanted = in_use(paths), settings.RUNTIME
    if running:
        if wanted not in ("auto", running):
            raise UsageError(f"RUNTIME={wanted}, but this checkout runs as {WORDS[running]}; `make down` first")
        if running == "docker" and (trouble := engine_trouble()):
            raise UsageError(f"this checkout runs as containers, but {trouble}; start the engine again")
        return running, "as before; `make down` frees the choice"
    if wanted == "local":
        return "local", "set by RUNTIME"
    trouble = engine_trouble()
    if wanted == "docker":
        if trouble:
            raise UsageError(f"RUNTIME=docker, but {trouble}; mend that, or set RUNTIME=local")
        return "docker", "set by RUNTIME"
    if trouble:
        return "local", trouble
    if has_nvidia_gpu() and not has_nvidia_runtime():
        return "local", "the Docker engine here cannot hand its GPU to containers"
    return "docker", "a Docker engine answers; RUNTIME=local does without"


def runtime(settings: Settings, paths: Paths) -> Runtime:
    """The runtime in use, whatever is set by now; where none is, the one that `up` would use."""
    running = in_use(paths)
    if running == "docker" and (trouble := engine_trouble()):
        raise UsageError(f"this checkout runs as containers, but {trouble}; start the engine again")
    return KINDS[running or choose(settings, paths)[0]](settings, paths)


def usable(settings: Settings, paths: Paths) -> list[Runtime]:
    """Every runtime that may have made something for this checkout: containers only where an `up` prepared for them."""
    prepared = paths.secret_files.exists() and not engine_trouble()
    return [Local(settings, paths), *([Docker(settings, paths)] if prepared else [])]


def in_use(paths: Paths) -> str | None:
    """The runtime that this checkout was started on, and not stopped since."""
    name = paths.runtime.read_text(errors="replace").strip() if paths.runtime.exists() else ""
    return name if name in KINDS else None


@contextmanager
def only_one(paths: Paths, command: str = "up") -> Iterator[None]:
    """Held while a command works. Raises UsageError when another one of its name, of this checkout, holds it."""
    paths.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (paths.state / f"{command}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another `make {command}` of this folder is at work: wait for it, or end it") from None
        yield
