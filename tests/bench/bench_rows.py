"""How much memory does it take to report a load of a million requests? `python -m tests.bench.bench_rows`"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from evalharness.runs.typed import as_json
from tests.parts import block, requested

REQUESTS, USERS, TOKENS = 1_000_000, 100, 64
NAMES = ("base", "tuned")
# Of a process of its own: what is held here would count.
REPORTING = """
import re, sys
from pathlib import Path
from evalharness.commands.load import concluded
from dataclasses import replace
from evalharness.load.profile import DEFAULT
from evalharness.report.terminal.load import table
folder, users = Path(sys.argv[1]), int(sys.argv[2])
summary = concluded(folder, replace(DEFAULT, users=users), ("base", "tuned"))
table(summary)
print(sum(side.requests for side in summary.endpoints))
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def main(requests: int = REQUESTS) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), requests)
        words = [sys.executable, "-c", REPORTING, folder, str(USERS)]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    found, kilobytes = map(int, said)
    assert found == requests, f"{found} of {requests} requests were reported"
    print(f"{requests} request rows are reported in {kilobytes * 1024 / 1e6:.0f} MB")


def write(folder: Path, requests: int) -> None:
    """The rows of a load in which every request is like every other; only blocks differ."""
    gaps = [0.1 + 0.01 * token + 1e-6 * (token * 7919 % 997) for token in range(TOKENS)]
    with (folder / "requests.jsonl").open("w") as rows, (folder / "blocks.jsonl").open("w") as blocks:
        for number in range(requests // USERS):
            of_both = {"endpoint": NAMES[number % 2], "pair": number // 2 + 1, "started": 2.0 * number}
            asked = requested(**of_both, chunks=gaps, output_tokens=TOKENS, seconds=0.8)
            rows.write((json.dumps(asked, default=as_json) + "\n") * USERS)
            blocks.write(json.dumps(block(**of_both), default=as_json) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
