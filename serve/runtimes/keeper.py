"""Asking the store, wherever it lies: the commands' side of serve.models.keeping."""

import json
import subprocess
import sys
from typing import IO, Any

from serve.errors import Failure, UsageError
from serve.runtimes.runtime import Runtime


def ask(runtime: Runtime, *words: str) -> Any:
    """Its answer. Raises UsageError as serve.models.keeping does, Failure where the store cannot be reached."""
    return json.loads(answered(runtime, words, None))


def archive(runtime: Runtime, out: IO[bytes], *words: str) -> None:
    """Writes what it answers with to a file. Raises as `ask` does."""
    answered(runtime, words, out)


def answered(runtime: Runtime, words: tuple[str, ...], out: IO[bytes] | None) -> bytes:
    command, variables = runtime.store_command(words)
    with subprocess.Popen(command, env=variables, stdout=out or subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        last = ""
        for line in process.stderr:
            last = line.decode(errors="replace").strip() or last
            if last.startswith("waiting: "):
                print(last, file=sys.stderr, flush=True)
        said = process.stdout.read() if process.stdout else b""
    if process.returncode == 2:
        raise UsageError(last)
    if process.returncode:
        raise Failure(f"the store cannot be asked: {last or f'exit code {process.returncode}'}; `make up` makes one")
    return said
