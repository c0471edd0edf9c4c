"""What can be read of a server over HTTP, from one that speaks vLLM's addresses, and what then withholds PASS."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalharness.__main__ import main
from evalharness.client.endpoints import Endpoint
from evalharness.client.server_facts import read_server
from evalharness.runs.fairness import NEUTRAL, OWN
from evalharness.runs.folder import finished_runs, read_json
from tests.integration.evalharness.scripted import KEY

CACHE_INFO = (
    "# HELP vllm:cache_config_info Information of the LLMEngine CacheConfig\n"
    'vllm:cache_config_info{block_size="16",cache_dtype="auto",enable_prefix_caching="True",engine="0",'
    'num_gpu_blocks="%d"} 1.0\n'
)


@dataclass
class Vllm:
    """One model's server; `hidden` is what it does not answer, as another kind of server or a proxy would not."""

    version: str = "0.32.0"
    longest: int = 2048
    blocks: int = 64
    template: str = "<%s>%s"
    tools: str = "<tools>"  # what the template makes of any
    refuses: str = ""  # a role that the template knows nothing of
    sampling: dict[str, float] = field(default_factory=dict)  # of its generation_config
    certain: bool = True  # draws the same tokens twice
    hidden: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def get(self, path: str) -> Any:
        return {
            "/version": {"version": self.version},
            "/v1/models": {"data": [{"id": "m", "root": "/models/m", "max_model_len": self.longest}]},
            "/metrics": (CACHE_INFO % self.blocks).encode(),
        }[path]

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if path == "/tokenize" and "prompt" in body:
            return 200, {"tokens": [ord(letter) for letter in body["prompt"]]}
        if path == "/tokenize":
            if self.refuses in [message["role"] for message in body["messages"]]:
                return 400, {"error": {"message": f"no {self.refuses}, please"}}
            text = "".join(self.template % (message["role"], message["content"]) for message in body["messages"])
            text += self.tools if "tools" in body else ""
            return 200, {"tokens": [ord(letter) for letter in text]}
        if path == "/detokenize":
            return 200, {"prompt": "".join(map(chr, body["tokens"]))}
        drawn = {"top_p": 1, "top_k": 0, "min_p": 0, "repetition_penalty": 1, **self.sampling, **body}
        said = f"{drawn['top_p']} {drawn['repetition_penalty']}" + ("" if self.certain else f" {next(self.numbers)}")
        if body.get("max_tokens") != 16:
            said = "right"
        choice = {"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        return 200, {"choices": [choice] * body.get("n", 1)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200, lambda: self.server.vllm.get(self.path))  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Authorization"] == f"Bearer {KEY}"
        self.answer(200, lambda: self.server.vllm.post(self.path, body))  # type: ignore[attr-defined]

    def answer(self, status: int, reply: Any) -> None:
        vllm = self.server.vllm  # type: ignore[attr-defined]
        vllm.asked.append(self.path)
        said = (404, {"detail": "Not Found"}) if self.path in vllm.hidden else reply()
        status, content = said if isinstance(said, tuple) else (200, said)
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """A test's output is not the place for an access log."""


class Servers:
    """Scripted servers, all ended after a test."""

    def __init__(self) -> None:
        self.running: list[ThreadingHTTPServer] = []

    def url(self, vllm: Vllm) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads, server.vllm = True, vllm  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.running.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/v1"


@pytest.fixture
def servers() -> Iterator[Servers]:
    servers = Servers()
    yield servers
    for server in servers.running:
        server.shutdown()
        server.server_close()


def read(servers: Servers, vllm: Vllm) -> dict[str, Any]:
    return read_server(Endpoint("base", servers.url(vllm), "m", key=KEY))


def test_all_that_a_vllm_says_is_read(servers: Servers) -> None:
    found = read(servers, Vllm())
    assert found.pop("chat template")[1].startswith("<system>You are  brief.\n<user>  Say 3.14")
    assert found.pop("tokenizer").startswith("41 tokens, ")
    assert found == {
        "vLLM version": "0.32.0",
        "sampling defaults": NEUTRAL,
        "maximum length": 2048,
        "KV cache": "1024 tokens in blocks of 16, auto, prefix caching on",
        "quantization": None,
        "tool calls": None,
        "model": "/models/m",
    }


def test_what_reads_its_tool_calls_is_what_whoever_started_the_server_says(servers: Servers) -> None:
    endpoint = Endpoint("base", servers.url(Vllm()), "m", key=KEY, tool_parser="hermes")
    assert read_server(endpoint)["tool calls"] == "hermes"


def test_quantization_is_what_whoever_started_the_server_says(servers: Servers) -> None:
    endpoint = Endpoint("base", servers.url(Vllm()), "m", key=KEY, quantization="gptq int4 g128")
    assert read_server(endpoint)["quantization"] == "gptq int4 g128"


def test_templates_that_differ_in_what_they_make_of_tools_alone_are_told_apart(servers: Servers) -> None:
    one, other = (read(servers, Vllm(tools=told))["chat template"] for told in ("<tools>", "<functions>"))
    assert one[:-1] == other[:-1]
    assert one[-1] != other[-1]


def test_a_template_that_refuses_a_role_is_seen_by_what_it_says(servers: Servers) -> None:
    assert read(servers, Vllm(refuses="system"))["chat template"][1:3] == ["refused: no system, please"] * 2


@pytest.mark.parametrize("sampling", [{"top_p": 0.8}, {"repetition_penalty": 1.05}])
def test_sampling_defaults_are_seen_by_what_they_draw(servers: Servers, sampling: dict[str, float]) -> None:
    assert read(servers, Vllm(sampling=sampling))["sampling defaults"] == OWN


def test_a_server_that_does_not_draw_the_same_twice_shows_no_sampling_defaults(servers: Servers) -> None:
    assert read(servers, Vllm(certain=False, sampling={"top_p": 0.8}))["sampling defaults"] is None


def test_of_an_endpoint_that_is_no_vllm_nothing_is_asked_that_costs(servers: Servers) -> None:
    vllm = Vllm(hidden=("/version",))
    found = read(servers, vllm)
    assert vllm.asked == ["/version", "/v1/models"]
    assert {what for what, value in found.items() if value is not None} == {"maximum length", "model"}


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/v1/models", "maximum length"),
        ("/tokenize", "tokenizer"),
        ("/detokenize", "chat template"),
        ("/metrics", "KV cache"),
        ("/v1/chat/completions", "sampling defaults"),
    ],
)
def test_what_a_server_does_not_answer_is_unknown_and_the_rest_is_read(servers: Servers, path: str, what: str) -> None:
    found = read(servers, Vllm(hidden=(path,)))
    assert found[what] is None
    assert found["vLLM version"] == "0.32.0"


def test_a_server_that_is_not_there_is_all_unknown() -> None:
    assert not any(read_server(Endpoint("base", "http://127.0.0.1:9/v1", "m")).values())


@pytest.fixture
def flags(servers: Servers, tmp_path: Path) -> list[str]:
    """An eval of two servers of which the second has another template and less memory."""
    checks = [{"type": "equals", "value": "right"}]
    prompts = [{"id": f"p{n}", "messages": [{"role": "user", "content": f"{n}?"}], "checks": checks} for n in range(40)]
    suite = {"suite": "own", "version": 1, "title": "T", "purpose": "non-inferiority", "margin": 0.2}
    suite |= {"sampling": {"max_tokens": 4}, "prompts": prompts}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(suite))
    (tmp_path / "key").write_text(KEY)
    urls = {"base": servers.url(Vllm()), "tuned": servers.url(Vllm(template="[%s]%s", blocks=32))}
    named = [word for name, url in urls.items() for word in ("--url", f"{name}={url}", "--model", f"{name}=m")]
    return [*named, "--key-file", str(tmp_path / "key"), "--runs", str(tmp_path / "runs")]


def verdict(tmp_path: Path, *allowed: str) -> tuple[int, list[dict[str, str]]]:
    policy = {"version": 1, "quality": "by-purpose", "max_error_rate": 0.01, "allow_differences": list(allowed)}
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(policy))
    code = main(["verdict", "--runs", str(tmp_path / "runs"), "--policy", str(tmp_path / "policy.yaml")])
    [folder, *_] = finished_runs(tmp_path / "runs", "verdict")
    reasons = read_json(folder / "summary.json")["reasons"]
    return code, [reason for reason in reasons if reason["criterion"] == "fair fight"]


def test_servers_that_differ_are_named_first_and_pass_only_where_the_policy_allows_it(
    flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "--suites", str(tmp_path / "own.yaml"), *flags]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("NOT A FAIR FIGHT: base and tuned differ in their chat template\n")
    assert "base and tuned differ in their KV cache" in printed
    [folder] = (tmp_path / "runs").iterdir()
    recorded = read_json(folder / "run.json")["fairness"]
    assert [one["what"] for one in recorded["differences"]] == ["chat template", "KV cache"]
    code, reasons = verdict(tmp_path)
    assert (code, [reason["subject"] for reason in reasons]) == (3, ["chat template", "KV cache"])
    code, reasons = verdict(tmp_path, "KV cache")
    assert (code, [reason["subject"] for reason in reasons]) == (3, ["chat template"])
    code, [reason] = verdict(tmp_path, "KV cache", "chat template")
    assert (code, reason["outcome"]) == (0, "met")


@pytest.mark.parametrize("command", ["eval", "factorial"])
def test_a_suite_that_takes_more_than_is_served_is_refused_before_anything_is_asked(
    flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    suite = yaml.safe_load((tmp_path / "own.yaml").read_text()) | {"context": 4096}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(suite))
    named = ["--precision", "fp"] if command == "factorial" else []
    assert main([command, "--suites", str(tmp_path / "own.yaml"), *named, *flags]) == 2
    said = capsys.readouterr().err.strip()
    assert "own needs a served length of 4096 tokens, but base" in said and "set MAX_MODEL_LEN=4096" in said
    assert not (tmp_path / "runs").exists()


def test_a_run_does_not_go_on_with_a_server_that_has_changed(
    servers: Servers, flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "--suites", str(tmp_path / "own.yaml"), *flags]) == 0
    [folder] = (tmp_path / "runs").iterdir()
    lines = (folder / "answers.jsonl").read_text().splitlines(keepends=True)
    (folder / "answers.jsonl").write_text("".join(lines[:-5]))
    servers.running[1].vllm.longest = 1024  # type: ignore[attr-defined]
    assert main(["eval", "--resume", str(folder), *flags[:-2]]) == 2
    assert "tuned was asked with another maximum length: start a new run" in capsys.readouterr().err
