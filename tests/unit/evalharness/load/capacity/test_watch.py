"""The instrument says when it was itself what was slow, and when it measured something else than it was asked."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from evalharness.errors import UsageError
from evalharness.load.capacity import summary, watch
from evalharness.load.capacity.questions import Lengths, filler, of_suites
from evalharness.load.capacity.server_metrics import counted
from evalharness.load.capacity.slo import ServiceLevel
from evalharness.runs.rows.capacity import ProbeRow, ScheduledRow, ServerRow, ShareRow

AGREED = ServiceLevel("", "", {"ttft_p95": 0.5, "tpot_p95": 0.01}, errors=0.01)

PAGE = """# HELP vllm:num_requests_running Number of requests
vllm:num_requests_running{engine="0",model_name="base"} 3.0
vllm:num_requests_waiting{engine="0",model_name="base"} 2.0
vllm:kv_cache_usage_perc{engine="0"} 0.25
vllm:prefix_cache_queries_total{engine="0"} 1000.0
vllm:prefix_cache_hits_total{engine="0"} 11.0
vllm:time_to_first_token_seconds_bucket{le="0.1"} 5.0
vllm:time_to_first_token_seconds_sum{engine="0"} 1.5
vllm:time_to_first_token_seconds_count{engine="0"} 10.0
python_info{version="3.11"} 1.0
"""


def server(queries: float, hits: float, ttft_sum: float = 0.0, ttft_count: float = 0.0) -> ServerRow:
    return ServerRow(
        endpoint="base",
        probe=1,
        at=0.0,
        running=0,
        waiting=0,
        kv_cache=0,
        preemptions=0,
        prefix_queries=queries,
        prefix_hits=hits,
        prompt_tokens=0,
        output_tokens=0,
        ttft_sum=ttft_sum,
        ttft_count=ttft_count,
    )


def asked(prompt_tokens: int, wanted: int | None = None, output_tokens: int = 8) -> ScheduledRow:
    return ScheduledRow(
        endpoint="base",
        probe=1,
        prompt="p",
        due=0.0,
        late=0.0,
        first_token=0.1,
        last_token=0.2,
        seconds=0.2,
        prompt_tokens=prompt_tokens,
        wanted_prompt_tokens=wanted,
        output_tokens=output_tokens,
        wanted_output_tokens=8,
        error=None,
    )


def test_a_quiet_client_is_not_to_blame() -> None:
    assert list(watch.rejections(AGREED, cpu=0.5, lag=0.02, late_p99=0.004)) == []


@pytest.mark.parametrize(
    ("cpu", "lag", "late", "said"),
    [(0.95, 0.0, 0.0, "bottleneck"), (0.5, 0.1, 0.06, "60 ms late"), (0.5, 0.8, 0.001, "stood still for 800 ms")],
)
def test_a_starved_client_throws_its_probe_out(cpu: float, lag: float, late: float, said: str) -> None:
    (reason,) = watch.rejections(AGREED, cpu, lag, late)
    assert said in reason


def test_a_cold_run_with_more_than_one_percent_of_prefix_hits_is_refused() -> None:
    clean, dirty = [server(0, 0), server(1000, 10)], [server(0, 0), server(1000, 11)]
    assert watch.hit_rate(clean) == 0.01
    assert list(watch.refusals([], watch.hit_rate(clean), warm=False)) == []
    (reason,) = watch.refusals([], watch.hit_rate(dirty), warm=False)
    assert "prefix cache" in reason
    assert list(watch.refusals([], watch.hit_rate(dirty), warm=True)) == []


def test_lengths_that_the_server_counts_otherwise_are_refused() -> None:
    right, wrong = asked(100, 100), asked(90, 100)
    assert list(watch.refusals([right, asked(7)], None, warm=False)) == []
    (reason,) = watch.refusals([right, wrong], None, warm=False)
    assert "1 of 2 prompts" in reason
    assert "90 tokens where 100" in reason
    (reason,) = watch.refusals([asked(100, output_tokens=5)], None, warm=False)
    assert "5 tokens where 8 were meant" in reason


def test_the_client_may_not_see_much_more_than_the_server_does() -> None:
    rows = [server(0, 0), server(0, 0, ttft_sum=1.0, ttft_count=10.0)]
    assert watch.server_ttft(rows) == 0.1
    assert watch.disagreement(AGREED, 0.12, 0.1) is None
    assert "200 ms on average" in (watch.disagreement(AGREED, 0.2, 0.1) or "")
    assert watch.disagreement(AGREED, 0.2, None) is None


def test_a_metrics_page_of_vllm_is_read_and_another_is_not() -> None:
    found = counted(PAGE)
    assert found is not None
    assert (found["running"], found["waiting"], found["prefix_hits"], found["ttft_sum"]) == (3, 2, 11, 1.5)
    assert counted("python_info 1.0\n") is None


def test_prompts_of_a_length_are_made_of_a_word_of_one_token() -> None:
    made = filler(lambda messages: 9 + sum(len(word) for word in messages[0]["content"].split()))
    assert (made.word, made.beside) == ("a", 9)
    question = made.question(100, 8)
    assert len(question.messages[0]["content"].split()) == 91
    assert question.prompt_tokens == 100
    with pytest.raises(UsageError, match="one token"):
        filler(lambda messages: 9 + 2 * len(messages[0]["content"].split()))


def test_lengths_are_one_or_a_range() -> None:
    made = filler(lambda messages: 9 + len(messages[0]["content"].split()))
    assert {one.prompt_tokens for one in Lengths.of("128").questions(made, 8, seed=0)} == {128}
    drawn = {one.prompt_tokens or 0 for one in Lengths.of("64-512").questions(made, 8, seed=0)}
    assert 64 <= min(drawn) < max(drawn) <= 512
    assert len(drawn) > 20
    with pytest.raises(UsageError, match="--input-tokens 5-3"):
        Lengths.of("5-3")
    with pytest.raises(UsageError, match="up to 10,000,000"):
        Lengths.of("64-99999999999")


def test_each_turn_of_a_conversation_begins_with_all_that_was_said() -> None:
    prompts = [(f"s/{name}", [{"role": "user", "content": name}]) for name in "abcd"]
    found = of_suites(prompts, 8, turns=2)
    assert [question.prompt for question in found] == ["s/a", "s/b", "s/c", "s/d"]
    assert found[1].messages[:1] == found[0].messages
    assert [one["role"] for one in found[1].messages] == ["user", "assistant", "user"]
    with pytest.raises(UsageError, match="not one conversation"):
        of_suites(prompts, 8, turns=5)


def probed(level: float, *rejected: str, endpoint: str = "base", errors: Mapping[str, int] | None = None) -> ProbeRow:
    return ProbeRow(
        endpoint=endpoint,
        probe=1,
        level=level,
        seed=0,
        started=0.0,
        seconds=3.0,
        outcome=None if rejected else "held",
        leaning=True,
        quick=False,
        hopeless=False,
        offered=level,
        achieved=level,
        requests=9,
        errors=dict(errors or {}),
        shares=(),
        latencies={},
        client_cpu=0.1,
        client_lag=0.0,
        late_p99=0.1,
        prefix_hit_rate=None,
        server_ttft=None,
        client_ttft=None,
        output_tokens_per_s=1.0,
        rejected=rejected,
    )


def test_a_search_ends_where_three_probes_of_one_level_were_thrown_out_in_a_row() -> None:
    late = probed(8.0, "1 in 100 requests left 90 ms late or more, 50 ms are allowed")
    other = probed(8.0, "late", endpoint="tuned")
    assert watch.spoilt([late, other, late, late], "base") == late
    assert watch.spoilt([late, other, late, late], "tuned") is None
    assert watch.spoilt([late, late, probed(8.0), late], "base") is None
    assert watch.spoilt([late, late, probed(4.0, "late")], "base") is None


def test_what_ended_a_search_is_told_instead_of_a_lack_of_time() -> None:
    late = probed(8.0, "1 in 100 requests left 90 ms late or more, 50 ms are allowed")
    (said,) = summary.warnings(AGREED, [late] * 3, ["base", "tuned"], "requests/s", whole=False)
    assert said.startswith(
        "3 probes of base at 8.00 requests/s had to be thrown out (1 in 100 requests left 90 ms late"
    )
    (said,) = summary.warnings(AGREED, [probed(8.0)], ["base", "tuned"], "requests/s", whole=False)
    assert said.startswith("The time was up")


def test_how_many_errors_made_misses_is_told() -> None:
    refused = probed(8.0, "late", errors={"http_429": 3, "cut_stream": 1})
    (said,) = summary.warnings(AGREED, [refused, probed(4.0, "late")], ["base", "tuned"], "requests/s", whole=True)
    assert said == "Of 18 requests base answered 4 with an error (cut_stream 1, http_429 3), which counts as a miss."


def test_probes_of_too_few_requests_are_told_where_nothing_came_of_them() -> None:
    nothing = ShareRow(name="ttft_p95", least=0.95, share=1.0, low=0.0, high=1.0, effective=0.0, variance=0.0)
    few = replace(probed(0.1), outcome="unsettled", shares=(nothing,))
    (said,) = summary.warnings(AGREED, [few], ["base", "tuned"], "requests/s", whole=True)
    assert said.startswith("1 probe of base had too few requests to show anything; a service level with probe_seconds")
