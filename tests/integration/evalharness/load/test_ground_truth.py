"""The real Locust, in its own process, against servers whose timing is known."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from evalharness.__main__ import main
from evalharness.errors import Failure
from evalharness.load import process
from evalharness.load.process import ROOT, generating
from evalharness.load.profile import Batch, LoadPlan, Phase, Target
from evalharness.runs.rows.load import BlockRow, RequestRow
from evalharness.runs.typed import as_json
from tests.ground_truth import FAULTS, GroundTruth, serving
from tests.parts import block as block_row
from tests.slowed import slowed

pytestmark = pytest.mark.alone
KEY = "sk-a-key-that-nobody-may-see"
USERS, TOKENS = 4, 20
SIDES = ("base", "tuned")


def plan(*urls: str, texts: list[str] | None = None, patience_seconds: float = 5.0) -> LoadPlan:
    """Of one endpoint or two; without texts, every prompt is another."""
    texts = texts or [f"prompt {number}" for number in range(2000)]
    targets = [Target(name, url, "any", {}) for name, url in zip(SIDES, urls, strict=False)]
    prompts = [(text, [{"role": "user", "content": text}]) for text in texts]
    return LoadPlan(targets, prompts, USERS, TOKENS, patience_seconds)


def batch(number: int = 0, side: int = 0, limit_seconds: float = 30.0, phase: Phase = "measured") -> Batch:
    """The `number`-th batch of prompts, one for each user."""
    return Batch(side, number, phase, [number * USERS + user for user in range(USERS)], limit_seconds)


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def measured() -> Iterator[tuple[list[GroundTruth], list[list[RequestRow]], list[BlockRow]]]:
    """Two servers, and what twelve blocks in turn gave; every prompt is asked at most once of each."""
    with ExitStack() as stack:
        truths = [stack.enter_context(serving(GroundTruth(ttft=0.05, itl=0.01))) for _ in SIDES]
        generator = stack.enter_context(generating(plan(*(truth.url for truth in truths))))
        found = [generator.block(batch(number // 2, number % 2)) for number in range(12)]
        yield truths, [rows for rows, _ in found], [block for _, block in found]


def of(rows: list[list[RequestRow]], endpoint: str) -> list[RequestRow]:
    return [row for block in rows for row in block if row.endpoint == endpoint]


def test_every_request_is_a_row_and_every_row_was_a_request(measured: Any) -> None:
    truths, rows, _ = measured
    for truth, name in zip(truths, SIDES, strict=True):
        assert Counter(row.prompt for row in of(rows, name)) == Counter(truth.asked)
        assert len(truth.asked) == 6 * USERS
    assert all(row.error is None and row.finish_reason == "length" for block in rows for row in block)


def test_every_token_is_seen_and_counted(measured: Any) -> None:
    _, rows, _ = measured
    for row in (row for block in rows for row in block):
        assert len(row.chunks) == row.output_tokens == TOKENS
        assert row.first_token == row.chunks[0] and row.chunks == sorted(row.chunks)


def test_times_to_the_first_and_between_tokens_are_the_servers(measured: Any) -> None:
    truths, rows, _ = measured
    for truth, name in zip(truths, SIDES, strict=True):
        known = {served.prompt: served for served in truth.served if len(served.sent) == TOKENS}
        late = [row.first_token - known[row.prompt].ttft for row in of(rows, name)]
        longer = [
            (row.chunks[-1] - row.chunks[0]) - (known[row.prompt].sent[-1] - known[row.prompt].sent[0])
            for row in of(rows, name)
        ]
        assert -0.005 < median(late) < 0.03
        assert abs(median(longer)) < 0.03


def test_all_users_of_a_block_ask_at_once_and_one_side_waits_for_the_other(measured: Any) -> None:
    _, rows, blocks = measured
    for of_block, block in zip(rows, blocks, strict=True):
        assert {(row.endpoint, row.pair, row.phase) for row in of_block} == {(block.endpoint, block.pair, "measured")}
        starts = [row.started for row in of_block]
        assert max(starts) - min(starts) < 0.05
        assert block.started == min(starts)
        longest = max(row.started + row.seconds for row in of_block) - block.started
        assert block.seconds == pytest.approx(longest, abs=2e-6)  # a double of seconds since 1970 is no finer
        assert 0 < block.client_cpu_seconds < block.seconds
    for one, other in pairwise(blocks):
        assert other.started > one.started + one.seconds


def test_users_keep_their_connections_from_block_to_block(measured: Any) -> None:
    truths, _, _ = measured
    for truth in truths:
        assert USERS <= truth.connections <= USERS + 1  # one more of who wakes the server


def test_connections_that_a_server_closes_while_they_wait_are_no_error() -> None:
    with serving(GroundTruth(keep_alive=0.2)) as truth, generating(plan(truth.url)) as generator:
        generator.block(batch(0))
        until(lambda: truth.open == 0)
        rows, _ = generator.block(batch(1))
        assert truth.connections >= 2 * USERS
    assert [row.error for row in rows] == [None] * USERS


def test_a_connection_closed_just_as_the_next_request_comes_is_no_error_either() -> None:
    """As when it has idled for exactly as long as the server waits."""
    with serving(GroundTruth(closes_kept=True)) as truth, generating(plan(truth.url)) as generator:
        found = [generator.block(batch(number)) for number in range(3)]
    assert [row.error for rows, _ in found for row in rows] == [None] * 3 * USERS
    assert all(row.seconds < 1 for rows, _ in found for row in rows)


def test_every_way_to_fail_is_a_row_with_its_kind_and_the_load_goes_on() -> None:
    texts = [*FAULTS, *(f"prompt {n}" for n in range(2000))]
    with serving(GroundTruth()) as truth, generating(plan(truth.url, texts=texts, patience_seconds=2)) as generator:
        rows = [row for number in range(4) for row in generator.block(batch(number))[0]]
    kinds = {row.prompt: row.error and row.error.kind for row in rows if row.prompt in FAULTS}
    assert kinds == {
        "HTTP-500": "http_500",
        "CUT-STREAM": "cut_stream",
        "MALFORMED": "malformed",
        "SERVER-ERROR": "server_error",
        "RESET": "connection",
        "STALL": "timeout",
        "NO-USAGE": "malformed",
    }
    assert Counter(row.prompt for row in rows) == Counter(dict.fromkeys(truth.asked, 1))
    assert sum(row.error is None for row in rows) == 4 * USERS - len(FAULTS)


def test_a_server_that_is_gone_gives_connection_errors_at_a_bounded_rate() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with generating(plan(f"http://127.0.0.1:{port}/v1")) as generator:
        began = time.monotonic()
        rows = [row for number in range(3) for row in generator.block(batch(number))[0]]
        assert time.monotonic() - began > 1.2
    assert [row.error and row.error.kind for row in rows] == ["connection"] * 3 * USERS


def test_an_answer_under_way_when_the_time_is_up_is_cut_off_and_no_error() -> None:
    slow = GroundTruth(ttft=0.01, itl=0.5)  # ten seconds an answer
    with serving(slow) as truth, generating(plan(truth.url)) as generator:
        began = time.monotonic()
        rows, block = generator.block(batch(limit_seconds=1.0))
        assert time.monotonic() - began < 5
    assert [(row.phase, row.error) for row in rows] == [("cut", None)] * USERS
    assert all(row.chunks for row in rows) and block.seconds == pytest.approx(1, abs=0.5)


def test_a_reader_that_stops_ends_the_load() -> None:
    with serving(GroundTruth()) as truth:
        with pytest.raises(ZeroDivisionError), generating(plan(truth.url)) as generator:
            generator.block(batch())
            assert truth.open
            raise ZeroDivisionError
        until(lambda: truth.open == 0)


def replace_generator(program: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = root / "evalharness" / "load"
    folder.mkdir(parents=True)
    (folder / "generator.py").write_text(program)
    monkeypatch.setattr(process, "ROOT", root)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("print('{', end=''); 1 / 0", "(exit code 1): ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "(exit code 3): it said nothing"),
    ],
)
def test_a_generator_that_fails_gives_its_last_words(
    program: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_generator(program, tmp_path, monkeypatch)
    with pytest.raises(Failure) as raised, generating(plan("http://127.0.0.1:9/v1")) as generator:
        generator.block(batch())
    assert str(raised.value) == f"the load generator failed {says}"


def test_a_generator_that_fails_at_its_end_is_a_failure_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = json.dumps(as_json(block_row()))
    replace_generator(f"print({row!r}); import sys; sys.stdout.flush(); sys.stdin.read(); 1 / 0", tmp_path, monkeypatch)
    with pytest.raises(Failure, match="ZeroDivisionError"), generating(plan("http://127.0.0.1:9/v1")) as generator:
        generator.block(batch())


def test_a_generator_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_generator("import time; time.sleep(60)", tmp_path, monkeypatch)
    monkeypatch.setattr(process, "START_SECONDS", 0.2)
    asked = plan("http://127.0.0.1:9/v1", texts=["prompt"] * USERS, patience_seconds=0)
    with pytest.raises(Failure, match=r"not ended after 0\.7 seconds"), generating(asked) as generator:
        generator.block(batch(limit_seconds=0.5))


def test_a_generator_that_does_not_even_read_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_generator("import time; time.sleep(60)", tmp_path, monkeypatch)
    monkeypatch.setattr(process, "START_SECONDS", 0.2)
    more_than_a_pipe_holds = plan("http://127.0.0.1:9/v1", texts=["prompt " * 100] * 2000)
    with pytest.raises(Failure, match=r"not ended after 0\.2 seconds"), generating(more_than_a_pipe_holds):
        pass


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """`load` over a fast and a slow server that want a key: exit code, run folder and the servers."""
    folder = tmp_path_factory.mktemp("load")
    (folder / "key").write_text(KEY)
    with serving(GroundTruth(itl=0.005, key=KEY)) as fast, serving(GroundTruth(itl=0.02, key=KEY)) as slow:
        code = main(load_arguments(folder, fast.url, slow.url))
        (run,) = (folder / "runs").iterdir()
        yield code, run, fast, slow


def load_arguments(folder: Path, first: str, second: str) -> list[str]:
    suite = {
        "suite": "load",
        "version": 1,
        "title": "Load",
        "purpose": "descriptive",
        "sampling": {"max_tokens": 10},
        "prompts": [
            {
                "id": f"p{n}",
                "messages": [{"role": "user", "content": f"prompt {n}"}],
                "checks": [{"type": "equals", "value": "x"}],
            }
            for n in range(500)
        ],
    }
    (folder / "suite.yaml").write_text(json.dumps(suite))
    return [
        "load",
        *("--url", f"base={first}", "--url", f"tuned={second}", "--key-file", str(folder / "key")),
        *("--suites", str(folder / "suite.yaml"), "--runs", str(folder / "runs")),
        *("--users", "4", "--seconds", "20", "--warmup-seconds", "0.2", "--output-tokens", "20"),
    ]


def test_a_comparison_ends_with_its_summary(comparison: Any) -> None:
    code, run, _, _ = comparison
    summary = json.loads((run / "summary.json").read_text())
    assert code == 0
    assert (summary["schema"], summary["kind"], summary["confidence"]) == (3, "load", 0.95)
    assert [side["name"] for side in summary["endpoints"]] == ["base", "tuned"]
    assert all(side["requests"] > 0 and side["errors"] == {} for side in summary["endpoints"])


def test_an_endpoint_four_times_as_slow_between_tokens_is_measured_as_slower(comparison: Any) -> None:
    _, run, _, _ = comparison
    summary = json.loads((run / "summary.json").read_text())
    base, tuned = summary["endpoints"]
    assert base["tpot"]["p50"] >= 0.0045 and tuned["tpot"]["p50"] >= 0.019
    assert tuned["tpot"]["p50"] > 1.5 * base["tpot"]["p50"]
    ratios = {entry["metric"]: entry for entry in summary["ratios"]}
    assert ratios["output_tokens_per_s"]["ratio"] < 0.8
    assert all(0 < entry["low"] <= entry["high"] for entry in summary["ratios"] if entry["pairs_a_ratio"] == 1)


def test_an_endpoint_half_as_slow_again_is_measured_as_just_that(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    with serving(GroundTruth(ttft=0.1, itl=0.02, key=KEY)) as truth, slowed(truth.port, 1.5) as url:
        assert main(load_arguments(tmp_path, truth.url, url)) == 0
    (run,) = (tmp_path / "runs").iterdir()
    summary = json.loads((run / "summary.json").read_text())
    found = {ratio["metric"]: ratio for ratio in summary["ratios"]}
    assert found["e2e_p50"]["ratio"] == pytest.approx(1.5, abs=0.05)
    assert found["ttft_p50"]["ratio"] == pytest.approx(1.5, abs=0.1)
    assert found["output_tokens_per_s"]["ratio"] == pytest.approx(1 / 1.5, abs=0.05)
    assert found["e2e_p50"]["low"] > 1.25 and summary["seconds"] < 0.8 * summary["profile"]["seconds"]


def test_the_blocks_of_a_pair_ask_the_same_and_who_comes_first_is_drawn(comparison: Any) -> None:
    _, run, _, _ = comparison
    asked: dict[int, dict[str, list[str]]] = {}
    for line in (run / "requests.jsonl").read_text().splitlines():
        row = json.loads(line)
        asked.setdefault(row["pair"], {}).setdefault(row["endpoint"], []).append(row["prompt"])
    whole = [pair for pair in asked.values() if len(pair) == 2]
    assert len(whole) > 8
    assert all(sorted(pair["base"]) == sorted(pair["tuned"]) and len(pair["base"]) == 4 for pair in whole)
    blocks = [json.loads(line) for line in (run / "blocks.jsonl").read_text().splitlines()]
    first = [one["endpoint"] for one, other in zip(blocks[::2], blocks[1::2], strict=False)]
    assert set(first) == {"base", "tuned"}
    assert all(one["pair"] == other["pair"] for one, other in zip(blocks[::2], blocks[1::2], strict=False))


def test_a_load_ends_as_soon_as_the_policys_limits_are_settled(comparison: Any) -> None:
    _, run, _, _ = comparison
    summary = json.loads((run / "summary.json").read_text())
    assert summary["seconds"] < 0.8 * summary["profile"]["seconds"]
    found = {ratio["metric"]: ratio for ratio in summary["ratios"]}
    assert found["e2e_p50"]["low"] > 1.25 and found["output_tokens_per_s"]["high"] < 0.8
    assert json.loads((run / "run.json").read_text())["settings"]["seconds"] == summary["profile"]["seconds"]


def test_a_load_goes_on_to_its_end_where_the_policy_bounds_nothing(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "none.yaml").write_text("version: 1\nquality: by-purpose\nmax_error_rate: 0.01\n")
    with serving(GroundTruth(itl=0.005, key=KEY)) as fast, serving(GroundTruth(itl=0.02, key=KEY)) as slow:
        arguments = [
            *load_arguments(tmp_path, fast.url, slow.url),
            "--seconds",
            "3",
            "--policy",
            str(tmp_path / "none.yaml"),
        ]
        assert main(arguments) == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert 3 <= json.loads((run / "summary.json").read_text())["seconds"] < 5


def test_where_no_terminal_is_the_ratios_narrow_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "tight.yaml").write_text(
        "version: 1\nquality: by-purpose\nmax_error_rate: 0.01\nload: {e2e_p50: {equal_within: 0.0001}}\n"
    )
    with serving(GroundTruth(key=KEY)) as first, serving(GroundTruth(key=KEY)) as second:
        arguments = [*load_arguments(tmp_path, first.url, second.url), "--seconds", "4"]
        assert main([*arguments, "--policy", str(tmp_path / "tight.yaml")]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "of at most 4 s" in line]
    assert len(lines) > 5
    assert all("tuned / base e2e p50" in line and "output tokens" not in line for line in lines)


def test_every_request_of_a_comparison_is_in_its_folder(comparison: Any) -> None:
    _, run, fast, slow = comparison
    rows = [json.loads(line) for line in (run / "requests.jsonl").read_text().splitlines()]
    counts = Counter(row["endpoint"] for row in rows)
    assert counts == {"base": len(fast.asked), "tuned": len(slow.asked)}


def test_the_key_is_in_no_file_of_the_run(comparison: Any) -> None:
    _, run, _, _ = comparison
    files = [path for path in run.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"run.json", "requests.jsonl", "blocks.jsonl", "summary.json"}
    assert not [path for path in files if KEY in path.read_text()]


@pytest.mark.parametrize(
    ("server", "says"),
    [
        (GroundTruth(key="another key"), "the right key file"),
        (GroundTruth(key=KEY, refuses="ignore_eos"), "ignore_eos"),
        (GroundTruth(key=KEY, usage=False), "token count"),
        (GroundTruth(key=KEY, most_tokens=7), "gave 7 tokens where --output-tokens 20 were asked"),
    ],
)
def test_an_endpoint_unfit_for_load_is_one_clear_line_before_any_load(
    server: GroundTruth, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text(KEY)
    with serving(GroundTruth(key=KEY)) as good, serving(server):
        assert main(load_arguments(tmp_path, good.url, server.url)) == 2
    error = capsys.readouterr().err
    assert error.startswith("tandem: ") and error.count("\n") == 1
    assert "tuned" in error and says in error and KEY not in error
    assert not good.asked and not server.asked and not (tmp_path / "runs").exists()


def test_a_load_generator_that_fails_is_one_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(KEY)
    replace_generator("1 / 0", tmp_path, monkeypatch)
    with serving(GroundTruth(key=KEY)) as first, serving(GroundTruth(key=KEY)) as second:
        assert main(load_arguments(tmp_path, first.url, second.url)) == 1
    error = capsys.readouterr().err
    assert error == "tandem: the load generator failed (exit code 1): ZeroDivisionError: division by zero\n"


def test_ctrl_c_exits_130_keeps_whole_rows_and_stops_the_load(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    with serving(GroundTruth(key=KEY)) as first, serving(GroundTruth(key=KEY)) as second:
        command = [sys.executable, "-m", "evalharness", *load_arguments(tmp_path, first.url, second.url)]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            until(lambda: len(first.served) > 8)
            os.kill(process.pid, signal.SIGINT)
            _, error = process.communicate(timeout=120)
        until(lambda: first.open == 0)
    assert process.returncode == 130
    assert "Traceback" not in error
    (run,) = (tmp_path / "runs").iterdir()
    rows = [json.loads(line) for line in (run / "requests.jsonl").read_text().splitlines()]
    assert rows and not (run / "summary.json").exists()
