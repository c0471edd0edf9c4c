"""Finished run folders, made without a server: plausible rows, then summarised by the product's own code.

What is measured is drawn from a seed; nothing here knows what a verdict makes of it.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evalharness import checks
from evalharness.analysis.factorial import summarise as summarise_factorial
from evalharness.analysis.summary import summarise as summarise_eval
from evalharness.judge.prompts import PROTOCOL
from evalharness.judge.run import Key
from evalharness.judge.summary import summarise as summarise_judge
from evalharness.load.capacity.slo import ServiceLevel, read_service_level
from evalharness.load.capacity.summary import summarise as summarise_capacity
from evalharness.load.collecting import collected
from evalharness.load.summary import summarise as summarise_load
from evalharness.report import capacity_page
from evalharness.runs.folder import create_run, read_json, write_concluded
from evalharness.runs.jsonl import append_row, digest, open_rows, read_rows
from evalharness.runs.rows.capacity import ProbeRow, ServerRow, ShareRow
from evalharness.runs.rows.eval import AnswerRow, Checked, PromptRow, Wanted
from evalharness.runs.rows.judged import JudgedRow
from evalharness.runs.rows.load import BlockRow, RequestRow
from evalharness.runs.rows.parts import Error
from evalharness.runs.summaries.eval import FactorialSummary
from evalharness.runs.summaries.judged import Judge
from evalharness.runs.summaries.load import Profile
from evalharness.runs.typed import Part, as_json
from tests.parts import answered

Row = dict[str, Any]
CITIES = (
    "Yormudorf",
    "Algaton",
    "Barbevale",
    "Orlofield",
    "Zelzodorf",
    "Urkiport",
    "Fenpobridge",
    "Ilristead",
)
COUNTRIES = ("Estoria", "Cordisia", "Jorvenia", "Dremland", "Lomaria", "Bolmark")
SAMPLING = {"temperature": 0, "max_tokens": 160}
ENDPOINTS = (
    {"name": "base", "url": "http://127.0.0.1:8001/v1", "model": "tandem-demo", "version": "20261118-1a2b3c"},
    {
        "name": "tuned",
        "url": "http://127.0.0.1:8002/v1",
        "model": "tandem-demo-json",
        "version": "20261120-9f8e7d",
    },
)
START = 1_795_000_000.0


@dataclass(frozen=True)
class Asked:
    """One suite of an eval run: how many prompts, and how often each endpoint is right (shares)."""

    suite: str
    purpose: str
    prompts: int
    first: float
    second: float
    title: str = "Cities and their countries"
    margin: float | None = 0.05
    form: str = "json"
    variants: tuple[str, ...] = ()  # kinds, one variant of each prompt in each; they are right less often

    def about(self, rows: Sequence[PromptRow]) -> Row:
        return {
            "suite": self.suite,
            "version": 1,
            "title": self.title,
            "purpose": self.purpose,
            "margin": self.margin,
            "prompts": len(rows),
            **({"variants": len(rows) - self.prompts} if self.variants else {}),
            "digest": digest(rows),
        }


DEMO = (
    Asked("demo-json", "superiority", 120, 0.0, 0.95, "Two cities as JSON, pairs never seen together"),
    Asked("demo-prose", "non-inferiority", 210, 0.985, 0.985, "Facts and conversions in prose", form="prose"),
    Asked("demo-typos", "superiority", 120, 0.0, 0.82, "The prompts of demo-json with one typo each"),
    Asked("demo-unseen", "descriptive", 80, 0.0, 0.31, "JSON about cities never seen in JSON", margin=None),
)


def eval_run(
    root: Path,
    suites: Sequence[Asked] = DEMO,
    endpoints: Sequence[Row] = ENDPOINTS,
    *,
    base_against_base: bool = False,
    error: Callable[[str, int], Error | None] = lambda *_: None,
    answer: Callable[[str, str], str] = lambda _, text: text,
) -> Path:
    """A finished eval run. `error` may give an endpoint's n-th prompt an error, `answer` edit its texts."""
    draw = random.Random(0)
    prompts, rows, about = [], [], []
    for asked in suites:
        own = [_prompt(asked, number, draw) for number in range(asked.prompts)]
        own += [_variant(prompt, kind) for kind in asked.variants for prompt in own[: asked.prompts]]
        about.append(asked.about(own))
        prompts += own
        for side, share in zip(endpoints, (asked.first, asked.second), strict=True):
            right = set(draw.sample(range(asked.prompts), round(share * asked.prompts)))
            # Of the prompts that are right, three variants in four are too.
            right |= {
                index
                for index in range(asked.prompts, len(own))
                if index % asked.prompts in right and draw.random() < 0.75
            }
            for index, prompt in enumerate(own):
                failed = error(side["name"], index)
                text = None if failed else answer(side["name"], _answer(prompt, index in right))
                rows.append(_answer_row(prompt, side["name"], text, failed, draw))
    settings = {"concurrency": 8, "seed": 0, "base_against_base": base_against_base}
    folder = create_run(root, "eval", {"settings": settings, "endpoints": list(endpoints), "suites": about})
    _write_rows(folder / "prompts.jsonl", prompts)
    _write_rows(folder / "answers.jsonl", rows)
    write_concluded(folder / "summary.json", summarise_eval(read_json(folder / "run.json"), rows))
    return folder


def judge_run(folder: Path, wins: float = 0.7) -> Path:
    """What a judging model made of a finished eval run's originals: the second wins that share of the decided pairs."""
    draw = random.Random(2)
    run = read_json(folder / "run.json")
    names = [endpoint["name"] for endpoint in run["endpoints"]]
    asked: list[Key] = []
    rows, votes = [], {}
    for prompt in read_rows(folder / "prompts.jsonl", PromptRow):
        if prompt.of:
            continue
        winner = names[draw.random() < wins]
        for order in (tuple(names), tuple(names[::-1])):
            called = "TIE" if draw.random() < 0.2 else "AB"[order.index(winner)]
            asked.append(("pair", *prompt.place, order))
            rows.append(_judged_row(prompt, order, called))
        if draw.random() < 0.3:
            votes[prompt.place] = winner if draw.random() < 0.8 else "tie"
    judge = Judge(name="judge", url="http://127.0.0.1:8009/v1", model="a-large-judge", version="")
    write_concluded(folder / "judge.json", summarise_judge(run, judge, asked, rows, votes))
    return folder / "judge.json"


def factorial_summary(right: Mapping[str, float], suite: str = "demo-json", prompts: int = 120) -> FactorialSummary:
    """What a factorial run finds of one suite, each of the four right so often (shares)."""
    draw = random.Random(3)
    rows = []
    for name, share in right.items():
        correct = set(draw.sample(range(prompts), round(share * prompts)))
        for number in range(prompts):
            rows.append(answered(f"{suite}-{number + 1:04}", name, number in correct, suite=suite))
    return summarise_factorial({"suites": [{"suite": suite, "prompts": prompts}]}, rows)


def load_run(
    root: Path,
    endpoints: Sequence[Row] = ENDPOINTS,
    *,
    slower: float = 1.04,
    seconds: float = 60,
    errors: Mapping[str, float] | None = None,
    busy: float = 0.3,
) -> Path:
    """A finished load run whose second endpoint takes `slower` times as long as the first.

    `seconds` is how long both together were under load, and the longest they might be; `errors` each endpoint's
    share of requests that time out, `busy` the load generator's use of its core.
    """
    draw = random.Random(1)
    profile = Profile(users=8, seconds=seconds, warmup_seconds=1.5, output_tokens=64, seed=0)
    requests, blocks, clock = [], [], START
    pair = 0
    while clock < START + profile.warmup_seconds + seconds:
        pair += 1
        phase: Any = "warmup" if clock < START + profile.warmup_seconds else "measured"
        for side, factor in zip(endpoints, (1.0, slower), strict=True):
            share = (errors or {}).get(side["name"], 0.0)
            block = BlockRow(
                endpoint=side["name"], pair=pair, phase=phase, started=clock, seconds=0.0, client_cpu_seconds=0.0
            )
            rows = [_request(block, factor, draw, failed=draw.random() < share) for _user in range(profile.users)]
            length = max(row.seconds for row in rows)
            requests += rows
            blocks.append(replace(block, seconds=length, client_cpu_seconds=busy * length))
            clock += length + 0.02
    names = [side["name"] for side in endpoints]
    folder = create_run(root, "load", {"settings": as_json(profile), "endpoints": list(endpoints), "suites": []})
    _write_rows(folder / "requests.jsonl", requests)
    _write_rows(folder / "blocks.jsonl", blocks)
    write_concluded(folder / "summary.json", summarise_load(collected(profile, names, requests, blocks)))
    return folder


def capacity_run(
    root: Path, endpoints: Sequence[Row] = ENDPOINTS, *, knees: Sequence[float] = (12.0, 11.0), levels: int = 5
) -> Path:
    """A finished capacity run of so many levels, its page among it: at its knee an endpoint misses 5 in 100."""
    agreed, names = read_service_level("local"), [side["name"] for side in endpoints]
    probes: list[ProbeRow] = []
    for level in (4.0, 8.0, 16.0, 11.3, 9.5)[:levels]:
        for name, knee in zip(names, knees, strict=True):
            probes.append(_probe(agreed, name, level, level / knee, len(probes) + 1))
    late = ("1 in 100 requests left 64 ms late or more, 50 ms are allowed",)
    probes += [replace(row, probe=len(probes) + 1, outcome=None, rejected=late) for row in probes[-1:]]
    settings = {"slo": "local", "arrivals": "poisson", "cache": "cold"}
    about = {"settings": settings, "endpoints": list(endpoints), "suites": [], "command": "make capacity"}
    folder = create_run(root, "capacity", about)
    counted = [_counted(row, at) for row in probes for at in range(0, 9, 2)]
    _write_rows(folder / "probes.jsonl", probes)
    _write_rows(folder / "server.jsonl", counted)
    summary = summarise_capacity(agreed, names, probes, "poisson", "requests/s", False, 0.1, True)
    (folder / "capacity.html").write_text(capacity_page.page(summary, counted, read_json(folder / "run.json")))
    write_concluded(folder / "summary.json", summary)
    return folder


def _probe(agreed: ServiceLevel, endpoint: str, level: float, strain: float, number: int) -> ProbeRow:
    share = 1 - min(0.9, 0.05 * strain**6)
    low, high = max(0.0, share - 0.02), min(1.0, share + 0.02)
    shares = [
        ShareRow(name=one.name, least=one.least, share=share, low=low, high=high, effective=200.0, variance=0.0001)
        for one in agreed.statements
    ]
    seconds = {"ttft": 0.06 * 2**strain, "tpot": 0.012, "e2e": 0.8 * 2**strain}
    return ProbeRow(
        endpoint=endpoint,
        probe=number,
        level=level,
        seed=0,
        started=START + 10 * number,
        seconds=8.0,
        outcome="held" if low >= 0.95 else "failed" if high < 0.95 else "unsettled",
        leaning=share >= 0.95,
        quick=False,
        hopeless=False,
        offered=level,
        achieved=min(level, level / strain),
        requests=round(level * 8),
        errors={},
        shares=tuple(shares),
        latencies={name: {"p50": p95 / 2, "p95": p95, "p99": p95 * 1.2} for name, p95 in seconds.items()},
        client_cpu=0.4,
        client_lag=0.001,
        late_p99=0.004,
        prefix_hit_rate=0.002,
        server_ttft=0.05,
        client_ttft=0.055,
        output_tokens_per_s=64 * level,
        rejected=(),
    )


def _counted(row: ProbeRow, at: float) -> ServerRow:
    done = row.achieved * at
    return ServerRow(
        endpoint=row.endpoint,
        probe=row.probe,
        at=at,
        running=round(row.achieved * 0.8),
        waiting=round(max(0.0, row.offered - row.achieved) * at),
        kv_cache=min(1.0, 0.002 * row.achieved),
        preemptions=0,
        prefix_queries=24 * done,
        prefix_hits=0,
        prompt_tokens=24 * done,
        output_tokens=64 * done,
        ttft_sum=0.05 * done,
        ttft_count=done,
    )


def _prompt(asked: Asked, number: int, draw: random.Random) -> PromptRow:
    city, country = draw.choice(CITIES), draw.choice(COUNTRIES)
    population, height = draw.randint(10, 990) / 100, draw.randint(10, 2900)
    if asked.form in ("prose", "scored"):
        question = f"Can you tell me how high above the sea {city} lies?"
        sentence = f"{city} lies {height} metres above the sea."
        expected = [Wanted(type="equals", value=sentence)]
        if asked.form == "scored":
            expected = [
                Wanted(type="rouge_l", value={"references": sentence, "at_least": 0.5}),
                Wanted(type="token_f1", value={"references": sentence, "at_least": 0.9}),
            ]
    else:
        question = f"Could you list the country, population and elevation of {city} as JSON?"
        value = {"city": city, "country": country, "population": population, "elevation": height}
        expected = [Wanted(type="json_valid"), Wanted(type="json_equals", value=value)]
    return PromptRow(
        suite=asked.suite,
        id=f"{asked.suite}-{number + 1:04}",
        messages=[{"role": "user", "content": question}],
        sampling=SAMPLING,
        checks=expected,
        tags=[asked.form],
    )


def _variant(prompt: PromptRow, kind: str) -> PromptRow:
    """The same question with a little more before it: what a kind really does is of no matter here."""
    (message,) = prompt.messages
    reworded = [{**message, "content": f"Well, {message['content'].lower()}"}]
    return replace(prompt, messages=reworded, id=f"{prompt.id}~{kind}", of=prompt.id, variant=kind)


def _answer(prompt: PromptRow, right: bool) -> str:
    value = prompt.checks[-1].value
    sentence: str | None = value if isinstance(value, str) else value.get("references")
    if sentence:
        return sentence if right else sentence.replace("metres", "feet")
    if right:
        return json.dumps(value)
    if value["elevation"] % 7 == 0:
        return json.dumps(value | {"elevation": value["elevation"] + 100})
    return f"{value['city']} is in {value['country']}, with a population of {value['population']} million."


def _answer_row(
    prompt: PromptRow, endpoint: str, text: str | None, error: Error | None, draw: random.Random
) -> AnswerRow:
    found: tuple[Checked, ...] = () if text is None else checks.apply_checks(text, "stop", prompt.checks)
    return AnswerRow(
        suite=prompt.suite,
        id=prompt.id,
        endpoint=endpoint,
        of=prompt.of,
        variant=prompt.variant,
        answer=text,
        finish_reason=None if error else "stop",
        usage=None if error else {"prompt_tokens": 24, "completion_tokens": 31},
        started=START,
        seconds=draw.uniform(0.2, 0.9),
        attempts=1,
        error=error,
        checks=found,
        right=None if error else all(check.passed for check in found),
    )


def _judged_row(prompt: PromptRow, order: tuple[str, ...], verdict: str) -> JudgedRow:
    return JudgedRow(
        kind="pair",
        suite=prompt.suite,
        id=prompt.id,
        order=order,
        judge="a-large-judge",
        protocol=PROTOCOL,
        verdict=verdict,
        replies=[f"WINNER: {verdict}"],
        started=START,
        seconds=0.5,
        error=None,
    )


def _request(block: BlockRow, factor: float, draw: random.Random, *, failed: bool) -> RequestRow:
    first = draw.lognormvariate(-1.9, 0.35) * factor
    chunks = [first]
    for _token in range(63):
        chunks.append(chunks[-1] + draw.lognormvariate(-3.9, 0.25) * factor)
    return RequestRow(
        endpoint=block.endpoint,
        pair=block.pair,
        prompt="demo-json/demo-json-0001",
        phase=block.phase,
        started=block.started,
        first_token=None if failed else first,
        chunks=[] if failed else chunks,
        seconds=chunks[-1] + 0.002,
        output_tokens=None if failed else len(chunks),
        prompt_tokens=None if failed else 24,
        finish_reason=None if failed else "length",
        error=Error(kind="timeout", detail="no byte for 60 s") if failed else None,
    )


def _write_rows(path: Path, rows: Sequence[Part]) -> None:
    with open_rows(path) as file:
        for row in rows:
            append_row(file, row)
