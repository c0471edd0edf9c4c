"""Becomes one program of a local deployment, with its secrets in the environment.

    python -m serve.runtimes.local.starter SECRETS NAME=TEMPLATE … -- PROGRAM ARGUMENT …

`{API_KEY}` in a template stands for the secret of that name. What a predecessor left behind is ended first, so that
its memory is free.
"""

import os
import sys
from pathlib import Path

from serve.runtimes.local.orphans import end_orphans
from serve.services import credentials


def main(secrets: str, *words: str) -> None:
    end_orphans(os.getsid(0))
    split = words.index("--")
    known = credentials.read(Path(secrets))
    templates = dict(word.split("=", 1) for word in words[:split])
    added = {name: template.format(**known) for name, template in templates.items()}
    program = words[split + 1 :]
    os.execve(program[0], program, {**os.environ, **added})  # noqa: S606 - becomes the program


if __name__ == "__main__":
    main(*sys.argv[1:])
