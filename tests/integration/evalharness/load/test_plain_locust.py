"""Locust's own command line with our file: headless, as master and workers, and its page, against ground truth.

Each is the program that a person types, in a process of its own.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests.ground_truth import GroundTruth, serving
from tests.newcomer import ROOT, free_ports

KEY = "sk-a-key-that-nobody-may-see"
FILE = "evalharness/load/plain/locustfile.py"


@contextmanager
def deployment(
    folder: Path, host: str = "127.0.0.1", itl: float = 0.005
) -> Iterator[tuple[Path, GroundTruth, GroundTruth]]:
    """Two servers, the second twice as slow, and the endpoints file that names them."""
    fast, slow = (GroundTruth(key=KEY, itl=own, host=host) for own in (itl, 2 * itl))
    with serving(fast) as base, serving(slow) as tuned:
        (folder / "key").write_text(KEY)
        urls = {"base": base.url, "tuned": tuned.url}
        entries = [{"name": name, "url": url, "model": name, "key_file": "key"} for name, url in urls.items()]
        (folder / "endpoints.json").write_text(json.dumps({"endpoints": entries}))
        yield folder / "endpoints.json", base, tuned


def words(endpoints: Path, *more: str) -> list[str]:
    flags = ["--endpoints", str(endpoints), "--suites", "general", "--output-tokens", "20"]
    return [sys.executable, "-m", "locust", "-f", FILE, *flags, *more]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def started(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


Table = dict[tuple[str, str], dict[str, Any]]


def table(prefix: Path) -> Table:
    """Locust's own figures, of each (endpoint, row's type)."""
    return {(entry["name"], entry["method"]): entry for entry in json.loads(Path(f"{prefix}.json").read_text())}


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.CompletedProcess[str], Path, int]]:
    """Both sides for three seconds, and how many answers the servers gave."""
    folder = tmp_path_factory.mktemp("headless")
    with deployment(folder) as (endpoints, base, tuned):
        more = ["--headless", "--users", "4", "--spawn-rate", "4", "--run-time", "3s", "--stop-timeout", "5s"]
        done = run(words(endpoints, *more, "--json-file", str(folder / "out")))
        yield done, folder, len(base.served) + len(tuned.served)


@pytest.mark.alone
def test_locust_puts_load_on_both_endpoints_and_reports_no_failure(headless: Any) -> None:
    done, folder, served = headless
    assert done.returncode == 0, done.stderr
    found = table(folder / "out")
    counts = {name: found[name, "answer"]["num_requests"] for name in ("base", "tuned")}
    assert counts["base"] > 1.3 * counts["tuned"] > 0
    assert sum(counts.values()) == served
    assert sum(entry["num_failures"] for entry in found.values()) == 0


@pytest.mark.alone
def test_its_table_has_the_time_to_first_token_and_per_token(headless: Any) -> None:
    _, folder, _ = headless
    found = table(folder / "out")
    for name, per_token in (("base", 5), ("tuned", 10)):
        assert 19 <= found[name, "first token"]["min_response_time"] < 40
        entry = found[name, "per token"]
        assert per_token - 0.5 <= entry["total_response_time"] / entry["num_requests"] < per_token + 5


@pytest.mark.alone
def test_no_key_is_in_what_it_writes(headless: Any) -> None:
    done, folder, _ = headless
    files = [path for path in folder.iterdir() if path.name != "key"]
    assert files and KEY not in done.stdout + done.stderr + "".join(path.read_text() for path in files)


def test_one_side_alone_is_asked_by_its_name(tmp_path: Path) -> None:
    with deployment(tmp_path) as (endpoints, base, tuned):
        done = run(words(endpoints, "Tuned", "--headless", "--users", "2", "--run-time", "1s"))
    assert done.returncode == 0, done.stderr
    assert tuned.asked and not base.asked


def test_a_failed_answer_is_a_failure_of_locusts_with_its_kind(tmp_path: Path) -> None:
    with deployment(tmp_path) as (endpoints, base, _):
        base.key = "another key"
        done = run(words(endpoints, "Base", "--headless", "--users", "1", "--run-time", "1s"))
    assert done.returncode == 1  # Locust's own, for a run with failures
    assert "http_401" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--endpoints", "/nowhere/endpoints.json"], "/nowhere/endpoints.json does not exist"),
        (["--suites", "no-such-suite"], "no-such-suite"),
        (["--output-tokens", "0"], "--output-tokens 0: must lie between"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(more: list[str], says: str, tmp_path: Path) -> None:
    with deployment(tmp_path) as (endpoints, _, _):
        done = run(words(endpoints, "--headless", "--run-time", "1s", *more))
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("tandem: ")]
    assert done.returncode == 2
    assert says in line and "Traceback" not in done.stderr


def test_its_page_is_on_loopback_alone_and_starts_a_load(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    page = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        endpoints, base, tuned = stack.enter_context(deployment(tmp_path))
        process = stack.enter_context(started(words(endpoints, "--web-port", str(port))))
        until(lambda: answers(page))
        listening = psutil.Process(process.pid).net_connections("inet")
        assert {one.laddr.ip for one in listening if one.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
        assert requests.post(f"{page}/swarm", data={"user_count": "2", "spawn_rate": "2"}, timeout=10).ok
        until(lambda: len(base.served) > 3 and len(tuned.served) > 3)
        found = requests.get(f"{page}/stats/requests", timeout=10).json()
        assert {entry["name"] for entry in found["stats"]} == {"base", "tuned", "Aggregated"}
        assert found["fail_ratio"] == 0
        assert KEY not in requests.get(page, timeout=10).text


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def worked(endpoints: Path, folder: Path, master: list[str], workers: list[list[str]], host: str) -> Table:
    """The master's table of a load that so many workers put on; each is given how its program is begun."""
    (port,) = free_ports(1)
    flags = ["--headless", "--users", "4", "--spawn-rate", "4", "--run-time", "3s", "--stop-timeout", "5s"]
    flags += ["--master", "--expect-workers", str(len(workers)), "--master-bind-host", host]
    flags += ["--master-bind-port", str(port), "--json-file", str(folder / "out")]
    to = ["--worker", "--master-host", host, "--master-port", str(port)]
    with ExitStack() as stack:
        for prefix in workers:
            stack.enter_context(started([*prefix, *words(endpoints, *to)]))
        with started([*master, *words(endpoints, *flags)]) as process:
            said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
    return table(folder / "out")


def check_sum(found: Table, base: GroundTruth, tuned: GroundTruth) -> None:
    for name, truth in (("base", base), ("tuned", tuned)):
        assert found[name, "answer"]["num_requests"] == len(truth.served) > 0
        assert found[name, "first token"]["num_requests"] == len(truth.served)
        assert found[name, "answer"]["num_failures"] == 0


def test_a_master_has_the_sum_of_its_workers(tmp_path: Path) -> None:
    with deployment(tmp_path) as (endpoints, base, tuned):
        check_sum(worked(endpoints, tmp_path, [], [[], []], "127.0.0.1"), base, tuned)


def test_a_master_has_the_answers_too_that_were_under_way_when_the_time_was_up(tmp_path: Path) -> None:
    """Of two seconds each on tuned, in a load of three: half a second later, when Locust would end, none has."""
    with deployment(tmp_path, itl=0.05) as (endpoints, base, tuned):
        check_sum(worked(endpoints, tmp_path, [], [[]], "127.0.0.1"), base, tuned)


NETWORKS = {"tandem-tested-one": "10.213.77.1", "tandem-tested-two": "10.213.77.2"}


def test_a_master_and_a_worker_on_two_hosts_give_the_sum(tmp_path: Path) -> None:
    """Each host is a network namespace; the only way between them is a cable of two ends."""
    first, host = next(iter(NETWORKS.items()))
    with two_hosts(), ExitStack() as stack:
        with inside(first):
            endpoints, base, tuned = stack.enter_context(deployment(tmp_path, host))
        master, *_ = workers = [["ip", "netns", "exec", name] for name in NETWORKS]
        check_sum(worked(endpoints, tmp_path, master, workers, host), base, tuned)


@contextmanager
def two_hosts() -> Iterator[None]:
    def ip(*said: str) -> None:
        subprocess.run(["ip", *said], check=True, capture_output=True, text=True)

    one, two = NETWORKS
    try:
        ip("netns", "add", one)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespace can be made here: {getattr(error, 'stderr', error)}")
    try:
        ip("netns", "add", two)
        ip("-n", one, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", two)
        for name, address in NETWORKS.items():
            ip("-n", name, "address", "add", f"{address}/24", "dev", "cable")
            for link in ("lo", "cable"):
                ip("-n", name, "link", "set", link, "up")
        yield
    finally:
        for name in NETWORKS:
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Sockets that this thread opens meanwhile are of that namespace, and stay so."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as ours, Path(f"/run/netns/{name}").open() as theirs:
        assert libc.setns(theirs.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(ours.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
