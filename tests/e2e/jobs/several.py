"""A job run on many models, two at a time, each run in a child that is begun with the libraries loaded.

    python tests/e2e/jobs/several.py MODULE LIBRARY,… FILE

FILE has the words of each run, as JSON. It prints, as JSON, the exit code of each and the last line that it said. It
runs in the environment of the job and knows nothing of what that does.
"""

import importlib
import json
import os
import runpy
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

AT_A_TIME = 2


def main() -> None:
    module, libraries, file = sys.argv[1], sys.argv[2].split(","), Path(sys.argv[3])
    for name in libraries:
        importlib.import_module(name)
    wanted: list[list[str]] = json.loads(file.read_text())
    logs = [file.with_name(f"{file.stem}-{number}.log") for number in range(len(wanted))]
    codes, running = [0] * len(wanted), dict[int, int]()

    def wait() -> None:
        child, status = os.wait()
        codes[running.pop(child)] = os.waitstatus_to_exitcode(status)

    for number, (words, log) in enumerate(zip(wanted, logs, strict=True)):
        if len(running) == AT_A_TIME:
            wait()
        running[started(module, words, log)] = number
    while running:
        wait()
    said = [log.read_text().strip().splitlines()[-1:] for log in logs]
    print(json.dumps([[code, "".join(last)] for code, last in zip(codes, said, strict=True)]))


def started(module: str, words: Sequence[str], log: Path) -> int:
    """The process of one run, as `python -m MODULE WORDS` would be."""
    child = os.fork()
    if child:
        return child
    output = os.open(log, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.argv = [module, *words]
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as exit:
        code = int(exit.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
