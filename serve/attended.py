"""A program run in the person's own terminal, to its end: told of a signal, it gets to say what it has to say."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

INTERRUPTED = 130


def run_attended(command: Sequence[str], folder: Path | None = None, variables: Mapping[str, str] | None = None) -> int:
    """Its exit code; INTERRUPTED where a signal ended it. Ctrl-C reaches it by itself, SIGTERM is handed on."""
    with subprocess.Popen(command, cwd=folder, env=variables) as process:
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            while True:
                with suppress(KeyboardInterrupt):
                    code = process.wait()
                    return code if code >= 0 else INTERRUPTED
        finally:
            signal.signal(signal.SIGTERM, before)
