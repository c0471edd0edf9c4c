"""The real Locust, in its own process, against a server whose timing is known."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from evalharness.__main__ import main
from evalharness.errors import Failure
from evalharness.load import rounds
from evalharness.load.profile import RoundPlan
from evalharness.load.rounds import ROOT, run_round
from evalharness.runs.rows import RequestRow, RoundRow
from evalharness.runs.typed import as_json
from tests.ground_truth import FAULTS, GroundTruth, serving

KEY = "sk-a-key-that-nobody-may-see"
USERS, TOKENS = 4, 20
ROUND = RoundRow(endpoint="any", round=1, started=0.0, seconds=1.0, client_cpu_seconds=0.1)


def prompts_of(texts: list[str]) -> list[tuple[str, list[dict[str, str]]]]:
    return [(text, [{"role": "user", "content": text}]) for text in texts]


def plan(url: str, texts: list[str], seconds: float = 1.5, patience_seconds: float = 5.0) -> RoundPlan:
    return RoundPlan("any", 1, url, "any", {}, prompts_of(texts), USERS, 0.5, seconds, TOKENS, patience_seconds)


def requests_and_round(asked: RoundPlan) -> tuple[list[RequestRow], RoundRow]:
    """What a round gives: rows of its requests, and last its own."""
    *rows, last = run_round(asked)
    requests = [row for row in rows if isinstance(row, RequestRow)]
    assert isinstance(last, RoundRow) and len(requests) == len(rows)
    return requests, last


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def measured() -> Iterator[tuple[GroundTruth, list[RequestRow], RoundRow]]:
    """The server, the rows and the window of one healthy round; every prompt is asked at most once."""
    with serving(GroundTruth(ttft=0.05, itl=0.01)) as truth:
        yield truth, *requests_and_round(plan(truth.url, [f"prompt {n}" for n in range(2000)]))


def test_every_request_is_a_row_and_every_row_was_a_request(measured: Any) -> None:
    truth, rows, _ = measured
    assert len(rows) > 3 * USERS
    assert Counter(row.prompt for row in rows) == Counter(truth.asked)
    assert all(row.error is None and row.finish_reason == "length" for row in rows)


def test_every_token_is_seen_and_counted(measured: Any) -> None:
    _, rows, _ = measured
    assert all(len(row.chunks) == row.output_tokens == TOKENS for row in rows)
    assert all(row.first_token == row.chunks[0] and row.chunks == sorted(row.chunks) for row in rows)


def test_times_to_the_first_and_between_tokens_are_the_servers(measured: Any) -> None:
    truth, rows, _ = measured
    known = {served.prompt: served for served in truth.served}
    late = [row.first_token - known[row.prompt].ttft for row in rows if row.phase == "measured"]
    longer = [
        (row.chunks[-1] - row.chunks[0]) - (known[row.prompt].sent[-1] - known[row.prompt].sent[0]) for row in rows
    ]
    assert -0.005 < median(late) < 0.03
    assert abs(median(longer)) < 0.03


def test_the_window_follows_the_warm_up_and_the_generators_own_cost_is_reported(measured: Any) -> None:
    _, rows, window = measured
    assert window.seconds == pytest.approx(1.5, abs=0.5)
    assert 0 < window.client_cpu_seconds < window.seconds
    assert {row.phase for row in rows} == {"warmup", "measured"}
    for row in rows:
        assert (row.started < window.started + 0.05) or row.phase == "measured"


def test_users_keep_their_connections(measured: Any) -> None:
    truth, _, _ = measured
    assert truth.connections == USERS


def test_every_way_to_fail_is_a_row_with_its_kind_and_the_load_goes_on() -> None:
    with serving(GroundTruth()) as truth:
        texts = [*FAULTS, *(f"prompt {n}" for n in range(2000))]
        rows, _ = requests_and_round(plan(truth.url, texts, seconds=2.5, patience_seconds=2))
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
    assert Counter(row.prompt for row in rows) == Counter(truth.asked)
    assert sum(row.error is None for row in rows) > USERS


def test_a_server_that_is_gone_gives_connection_errors_at_a_bounded_rate() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    rows, _ = requests_and_round(plan(f"http://127.0.0.1:{port}/v1", ["prompt"]))
    kinds = Counter(row.error and row.error.kind for row in rows)
    assert set(kinds) == {"connection"}
    assert USERS <= kinds["connection"] <= USERS * 6


def test_an_answer_still_unfinished_when_patience_ends_is_a_row() -> None:
    with serving(GroundTruth(ttft=0.01, itl=0.5)) as truth:  # ten seconds an answer
        rows, _ = requests_and_round(plan(truth.url, ["prompt"], seconds=0.5, patience_seconds=1))
    assert [row.error and row.error.kind for row in rows] == ["timeout"] * USERS
    assert all(row.chunks for row in rows)


def test_no_request_begins_when_the_window_has_closed_and_so_none_is_cut_off_by_us() -> None:
    """Users who get short answers are, at any moment, mostly between two requests."""
    with serving(GroundTruth(ttft=0.0, itl=0.0)) as truth:
        for _ in range(3):
            short = replace(plan(truth.url, ["prompt"], seconds=0.3), users=32, output_tokens=2, warmup_seconds=0.2)
            rows, last = requests_and_round(short)
            assert [row.error for row in rows if row.error] == []
            assert max(row.started for row in rows) <= last.started + last.seconds
            assert len(rows) == len(truth.asked)  # whatever was sent is a row
            truth.asked.clear()


def test_a_reader_that_stops_ends_the_load() -> None:
    with serving(GroundTruth()) as truth:
        lines = run_round(plan(truth.url, ["prompt"], seconds=60))
        next(lines)
        lines.close()
        until(lambda: truth.open == 0)


def replace_generator(program: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = root / "evalharness" / "load"
    folder.mkdir(parents=True)
    (folder / "generator.py").write_text(program)
    monkeypatch.setattr(rounds, "ROOT", root)


@pytest.mark.parametrize(
    ("program", "rows", "says"),
    [
        (
            f"print({json.dumps(as_json(ROUND))!r}); print('{{', end=''); 1 / 0",
            [ROUND],
            "(exit code 1): ZeroDivisionError: division by zero",
        ),
        ("raise SystemExit(3)", [], "(exit code 3): it said nothing"),
    ],
)
def test_a_generator_that_fails_gives_its_whole_rows_and_its_last_words(
    program: str, rows: list[Any], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_generator(program, tmp_path, monkeypatch)
    lines: list[Any] = []
    with pytest.raises(Failure) as raised:
        lines.extend(run_round(plan("http://127.0.0.1:9/v1", ["prompt"])))
    assert str(raised.value) == f"the load generator failed {says}"
    assert lines == rows


def test_a_generator_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_generator("import time; time.sleep(60)", tmp_path, monkeypatch)
    monkeypatch.setattr(rounds, "START_SECONDS", 0.2)
    with pytest.raises(Failure, match=r"not ended after 0\.7 seconds"):
        list(run_round(plan("http://127.0.0.1:9/v1", ["prompt"], seconds=0, patience_seconds=0)))


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """`load` over a fast and a slow server that want a key: exit code, run folder and the servers."""
    folder = tmp_path_factory.mktemp("load")
    (folder / "key").write_text(KEY)
    with serving(GroundTruth(itl=0.005, key=KEY)) as fast, serving(GroundTruth(itl=0.02, key=KEY)) as slow:
        code = main(load_arguments(folder, fast, slow))
        (run,) = (folder / "runs").iterdir()
        yield code, run, fast, slow


def load_arguments(folder: Path, first: GroundTruth, second: GroundTruth) -> list[str]:
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
        *("--url", f"base={first.url}", "--url", f"tuned={second.url}", "--key-file", str(folder / "key")),
        *("--suites", str(folder / "suite.yaml"), "--runs", str(folder / "runs")),
        *("--users", "4", "--seconds", "2", "--warmup-seconds", "0.2", "--output-tokens", "20"),
    ]


def test_a_comparison_ends_with_its_summary(comparison: Any) -> None:
    code, run, _, _ = comparison
    summary = json.loads((run / "summary.json").read_text())
    assert code == 0
    assert (summary["schema"], summary["kind"], summary["confidence"]) == (1, "load", 0.95)
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
    for entry in summary["ratios"]:
        assert 0 < entry["low"] <= entry["high"]


def test_both_endpoints_are_asked_the_same_prompts_in_the_same_order(comparison: Any) -> None:
    _, run, _, _ = comparison
    rows = [json.loads(line) for line in (run / "requests.jsonl").read_text().splitlines()]
    asked: dict[tuple[str, int], list[str]] = {}
    for row in sorted(rows, key=itemgetter("started")):
        asked.setdefault((row["endpoint"], row["round"]), []).append(row["prompt"])
    assert len(asked) == 4  # two seconds are two rounds of each
    fewest = min(map(len, asked.values()))
    assert fewest > 4 and len({tuple(prompts[:fewest]) for prompts in asked.values()}) == 1


def test_every_request_of_a_comparison_is_in_its_folder(comparison: Any) -> None:
    _, run, fast, slow = comparison
    rows = [json.loads(line) for line in (run / "requests.jsonl").read_text().splitlines()]
    counts = Counter(row["endpoint"] for row in rows)
    assert counts == {"base": len(fast.asked), "tuned": len(slow.asked)}


def test_the_key_is_in_no_file_of_the_run(comparison: Any) -> None:
    _, run, _, _ = comparison
    files = [path for path in run.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"run.json", "requests.jsonl", "rounds.jsonl", "summary.json"}
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
        assert main(load_arguments(tmp_path, good, server)) == 2
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
        assert main(load_arguments(tmp_path, first, second)) == 1
    error = capsys.readouterr().err
    assert error == "tandem: the load generator failed (exit code 1): ZeroDivisionError: division by zero\n"


def test_ctrl_c_exits_130_keeps_whole_rows_and_stops_the_load(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    with serving(GroundTruth(key=KEY)) as first, serving(GroundTruth(key=KEY)) as second:
        command = [sys.executable, "-m", "evalharness", *load_arguments(tmp_path, first, second)]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            until(lambda: len(first.served) > 8)
            os.kill(process.pid, signal.SIGINT)
            _, error = process.communicate(timeout=30)
        until(lambda: first.open == 0)
    assert process.returncode == 130
    assert "Traceback" not in error
    (run,) = (tmp_path / "runs").iterdir()
    rows = [json.loads(line) for line in (run / "requests.jsonl").read_text().splitlines()]
    assert rows and not (run / "summary.json").exists()
