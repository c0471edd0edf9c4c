"""`capacity` for real: its own generator, in its own process, against servers whose knee and timing are known."""

import signal
import subprocess
import sys
import time
from asyncio import StreamWriter
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from evalharness.__main__ import main
from evalharness.runs.folder import finished_runs
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.capacity import ProbeRow, ScheduledRow
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.typed import parsed
from tests.ground_truth import GroundTruth, serving
from tests.newcomer import until

TOKENS = 4
SERVICE = 0.1  # seconds of an answer: 25 ms to each of its tokens


def server(slots: int) -> GroundTruth:
    """Answers so many at once, each in SERVICE seconds: it bears not quite slots / SERVICE requests a second."""
    return GroundTruth(ttft=SERVICE / TOKENS, itl=SERVICE / TOKENS, slots=slots)


def level(folder: Path, text: str = "limits: {e2e_p95: 0.4}\nerrors: 0.05\nprobe_seconds: 8\n") -> str:
    file = folder / "level.yaml"
    file.write_text(f"title: t\nsource: s\n{text}")
    return str(file)


def run(tmp_path: Path, first: GroundTruth, second: GroundTruth, *flags: str) -> int:
    return main(
        [
            "capacity",
            *("--url", f"base={first.url}", "--url", f"tuned={second.url}"),
            *("--runs", str(tmp_path / "runs"), "--output-tokens", str(TOKENS), *flags),
        ]
    )


def summary(tmp_path: Path) -> CapacitySummary:
    (folder,) = finished_runs(tmp_path / "runs", "capacity")
    return parsed(CapacitySummary, (folder / "summary.json").read_bytes())


@pytest.mark.alone
def test_what_a_queue_cannot_bear_is_shown_and_what_it_bears_lies_below(tmp_path: Path) -> None:
    """However busy this machine is: so many slots answer no more."""
    with serving(server(6)) as base, serving(server(3)) as tuned:
        assert run(tmp_path, base, tuned, "--slo", level(tmp_path), "--start", "16", "--seconds", "30") == 0
    found = summary(tmp_path)
    for side, most in zip(found.endpoints, (6 / SERVICE, 3 / SERVICE), strict=True):
        assert side.low <= most
        assert side.high is not None
        assert side.capacity is not None
        assert side.low <= side.capacity <= side.high
    assert "failed" in {row.outcome for row in found.probes}


@dataclass
class Beside(GroundTruth):
    """Counts what it answered while the other still worked, and how many it ever had to answer at one moment."""

    other: GroundTruth | None = None
    together: int = 0
    most: int = 0

    async def stream(self, writer: StreamWriter, prompt: str, received: float, tokens: int) -> bool:
        self.together += self.other is not None and self.other.running > 0
        self.most = max(self.most, self.running)
        return await super().stream(writer, prompt, received, tokens)


def test_neither_side_is_probed_while_the_other_still_works_off_its_last(tmp_path: Path) -> None:
    """A server that answers one at a time is given a hundred a second: when its probe is over, most of them wait."""
    slow, quick = (Beside(ttft=SERVICE / TOKENS, itl=SERVICE / TOKENS, slots=slots, cached=0.0) for slots in (1, 512))
    slow.other, quick.other = quick, slow
    with serving(slow) as base, serving(quick) as tuned:
        flags = ("--slo", level(tmp_path), "--arrivals", "constant", "--start", "100", "--seconds", "4")
        assert run(tmp_path, base, tuned, *flags) == 0
    assert [row.endpoint for row in summary(tmp_path).probes][:2] == ["base", "tuned"]
    assert slow.most > 20
    assert (slow.together, quick.together) == (0, 0)


def test_a_run_that_was_cut_goes_on_from_its_probes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(server(6)) as base, serving(server(6)) as tuned:
        flags = ("--slo", level(tmp_path), "--start", "32")
        assert run(tmp_path, base, tuned, *flags, "--seconds", "1") == 0
        (folder,) = (tmp_path / "runs").glob("*-capacity")
        before = list(read_rows(folder / "probes.jsonl", ProbeRow))
        assert before
        assert run(tmp_path, base, tuned, *flags, "--seconds", "4", "--resume", str(folder)) == 0
        after = list(read_rows(folder / "probes.jsonl", ProbeRow))
        assert after[: len(before)] == before
        assert len(after) > len(before)
        assert {row.endpoint for row in after} == {"base", "tuned"}
        assert run(tmp_path, base, tuned, *flags, "--cache", "warm", "--resume", str(folder)) == 2
        assert run(tmp_path, tuned, base, *flags, "--resume", str(folder)) == 2
        assert "not of the same endpoints any more" in capsys.readouterr().err
        level(tmp_path, "limits: {e2e_p95: 0.3}\nerrors: 0.05\nprobe_seconds: 8\n")
        assert run(tmp_path, base, tuned, *flags, "--resume", str(folder)) == 2
        assert "not of the same service level any more" in capsys.readouterr().err


def test_an_interrupted_run_says_how_it_goes_on(tmp_path: Path) -> None:
    with serving(server(6)) as base, serving(server(6)) as tuned:
        ends = [*("--url", f"base={base.url}"), *("--url", f"tuned={tuned.url}"), "--output-tokens", str(TOKENS)]
        asked = [sys.executable, "-m", "evalharness", "capacity", *ends, "--slo", level(tmp_path), "--start", "20"]
        asked += ["--runs", str(tmp_path / "runs")]
        with psutil.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as capacity:
            until(lambda: len(base.asked) > 1 or capacity.poll() is not None, 60)
            capacity.send_signal(signal.SIGINT)
            said = capacity.stderr.read()
    (folder,) = (tmp_path / "runs").glob("*-capacity")
    assert said.endswith(f"every probe so far is kept; the same command goes on with --resume {folder}\n")
    assert capacity.returncode == 130


@pytest.mark.alone
def test_a_closed_loop_has_levels_of_whole_users(tmp_path: Path) -> None:
    with serving(server(4)) as base, serving(server(4)) as tuned:
        flags = ("--slo", level(tmp_path, "limits: {e2e_p95: 0.15}\nerrors: 0.05\nprobe_seconds: 8\n"))
        assert run(tmp_path, base, tuned, *flags, "--arrivals", "closed", "--start", "2", "--seconds", "40") == 0
    found = summary(tmp_path)
    assert found.unit == "users"
    assert all(row.level == round(row.level) for row in found.probes)
    assert not [row for row in found.probes if row.level > 4 and row.outcome == "held"]
    assert "failed" in {row.outcome for row in found.probes}


def test_two_processes_share_the_arrivals_and_their_rows_are_put_together(tmp_path: Path) -> None:
    with serving(server(512)) as base, serving(server(512)) as tuned:
        run(
            tmp_path,
            base,
            tuned,
            "--slo",
            level(tmp_path),
            "--arrivals",
            "constant",
            "--start",
            "40",
            "--processes",
            "2",
            "--seconds",
            "1",
        )
    (folder,) = (tmp_path / "runs").glob("*-capacity")
    due = sorted(row.due for row in read_rows(folder / "requests.jsonl", ScheduledRow) if row.probe == 1)
    assert due[:10] == [pytest.approx(number / 40, abs=1e-5) for number in range(1, 11)]


def test_prompts_of_a_trace_are_as_long_as_it_says_or_the_run_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("time,prompt_tokens,output_tokens\n" + "".join(f"{n / 20},{48 + n % 7},4\n" for n in range(60)))
    flags = ("--slo", level(tmp_path), "--arrivals", str(trace), "--start", "20", "--seconds", "1")
    with serving(server(64)) as base, serving(server(64)) as tuned:
        base.counts_words = tuned.counts_words = True
        assert run(tmp_path, base, tuned, *flags) == 0
        (folder,) = (tmp_path / "runs").glob("*-capacity")
        rows = list(read_rows(folder / "requests.jsonl", ScheduledRow))
        assert {row.prompt_tokens for row in rows} == set(range(48, 55))
        base.longest_counted = 50  # a server that cuts prompts short
        assert run(tmp_path, base, tuned, *flags) == 2
        assert "prompts were not as long as was asked" in capsys.readouterr().err
        base.longest_counted, tuned.most_tokens = 1_000_000, TOKENS  # one that ends answers early
        trace.write_text(trace.read_text().replace(f",{TOKENS}\n", f",{2 * TOKENS}\n"))
        assert run(tmp_path, base, tuned, *flags, "--seconds", "4") == 2
    assert "answers were not as long as was asked: the server counted 4 tokens where 8" in capsys.readouterr().err


@pytest.mark.parametrize(("cached", "cache", "code"), [(0.02, "cold", 2), (0.02, "warm", 0), (0.0, "cold", 0)])
def test_a_cold_run_in_which_the_server_counts_prefix_hits_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cached: float, cache: str, code: int
) -> None:
    with serving(server(64)) as base, serving(server(64)) as tuned:
        base.cached = cached
        flags = ("--slo", level(tmp_path), "--cache", cache, "--start", "20", "--seconds", "3")
        assert run(tmp_path, base, tuned, *flags) == code
    assert ("from its prefix cache" in capsys.readouterr().err) == (code == 2)


def test_what_a_starved_client_saw_is_thrown_out(tmp_path: Path) -> None:
    """Its process gets no processor for half a second, just after its first request."""
    with serving(server(512)) as base, serving(server(512)) as tuned:
        ends = [*("--url", f"base={base.url}"), *("--url", f"tuned={tuned.url}"), "--output-tokens", str(TOKENS)]
        flags = ["--slo", level(tmp_path), "--arrivals", "constant", "--start", "50", "--seconds", "1"]
        asked = [sys.executable, "-m", "evalharness", "capacity", *ends, *flags, "--runs", str(tmp_path / "runs")]
        with psutil.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as capacity:
            until(lambda: len(base.asked) > 1 or capacity.poll() is not None, 60)
            (generator,) = capacity.children()
            generator.suspend()
            time.sleep(0.5)  # as long as it is starved
            generator.resume()
            capacity.wait(60)
    (folder,) = (tmp_path / "runs").glob("*-capacity")
    first = next(iter(read_rows(folder / "probes.jsonl", ProbeRow)))
    assert any("stood still" in reason or "late" in reason for reason in first.rejected)


def test_what_makes_no_sense_is_refused_in_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tokens_alone = tmp_path / "tokens.yaml"
    tokens_alone.write_text("title: a\nsource: b\nlimits: {tpot_p95: 0.1}\nerrors: 0.1\n")
    for flags, said in (
        (("--slo", str(tokens_alone)), "add one on ttft or e2e, or take --arrivals closed"),
        (("--seconds", "0"), "--seconds 0"),
        (("--turns", "3"), "--cache warm"),
        (("--arrivals", "sometimes"), "no such process"),
        (("--slo", "quick"), "no such profile"),
    ):
        assert main(["capacity", "--url", "base=http://a/v1", "--url", "tuned=http://b/v1", *flags]) == 2
        assert said in capsys.readouterr().err
