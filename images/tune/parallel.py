"""A stage's training as several processes do it, one a GPU: `accelerate launch -m images.tune.parallel TASK`.

    TASK: the file that `train` of training.py wrote, with what is to be done

It knows nothing of the store: the process that began these has it.
"""

import pickle
import sys
from pathlib import Path

from images.tune import training
from serve.errors import UsageError


def main() -> None:
    file = Path(sys.argv[1])
    task = pickle.loads(file.read_bytes())  # noqa: S301 - our own, written a moment ago
    try:
        training.train_here(task, lambda line: print(line, flush=True))
    except UsageError as error:
        file.with_name(training.REFUSED).write_text(str(error))
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
