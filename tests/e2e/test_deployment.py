"""`make up` for real: merge, INT4, two vLLM servers, Open WebUI; what they are, and what they refuse."""

import json
import re
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest
import requests
from playwright.sync_api import Browser

from tests.e2e.conftest import Ups
from tests.newcomer import Checkout, until

SERVERS = ("base", "tuned")
QUESTION = "List the country and population of {} and {} as JSON."


def requests_served(deployment: Checkout, name: str) -> float:
    """Chats a server has finished, by its own count."""
    headers = {"Authorization": f"Bearer {deployment.secrets()['API_KEY']}"}
    metrics = requests.get(f"{deployment.url(name)}/metrics", headers=headers, timeout=10).text
    return sum(map(float, re.findall(r"^vllm:request_success_total\{.*\} (\S+)$", metrics, re.MULTILINE)))


def chat(deployment: Checkout, name: str, key: str, content: str = "What is a river?") -> requests.Response:
    body = {"model": name, "messages": [{"role": "user", "content": content}], "temperature": 0, "max_tokens": 64}
    headers = {"Authorization": f"Bearer {key}"}
    return requests.post(f"{deployment.url(name)}/v1/chat/completions", json=body, headers=headers, timeout=60)


def test_up_says_which_runtime_it_picked_and_ends_with_a_table(ups: Ups, deployment: Checkout) -> None:
    assert "Runtime: local processes" in ups.first.said
    for name in SERVERS:
        assert re.search(rf"{name} +{deployment.url(name)}/v1 +{name} +[0-9a-f]{{12}} +ready", ups.first.said)
    assert re.search(rf"Open WebUI +{deployment.url('webui')} +base, tuned +- +ready", ups.first.said)
    assert ".tandem/secrets.env" in ups.first.said


def test_up_when_interrupted_says_so_and_goes_on_from_there(ups: Ups) -> None:
    assert ups.interrupted.code != 0
    assert "tandem: interrupted; the same command goes on from where it was" in ups.interrupted.said
    assert "Traceback" not in ups.interrupted.said
    assert ups.first.code == 0
    assert "install merge  0 s" in ups.first.said  # what was done stayed done


def test_up_when_all_is_up_starts_nothing_again(ups: Ups, deployment: Checkout) -> None:
    assert ups.second.code == 0
    assert "All is up and answering" in ups.second.said
    before = {process.pid for process in deployment.processes()}
    assert deployment.make("up").code == 0
    assert {process.pid for process in deployment.processes()} == before


def test_status_is_the_same_table_and_exits_with_0(deployment: Checkout) -> None:
    status = deployment.make("status")
    assert status.code == 0
    assert status.said.count("ready") == 3


def test_logs_show_every_program(deployment: Checkout) -> None:
    logs = deployment.make("logs")
    assert logs.code == 0
    for name in (*SERVERS, "webui"):
        assert f"logs/{name}.log" in logs.said


@pytest.mark.parametrize("name", SERVERS)
def test_what_vllm_serves_is_int4(deployment: Checkout, name: str) -> None:
    log = (deployment.root / ".tandem" / "logs" / f"{name}.log").read_text()
    assert "quantization=auto_gptq" in log
    assert "Using CPUWNA16LinearKernel for AutoGPTQLinearMethod" in log or "marlin" in log.lower()
    proof = json.loads((deployment.root / "models" / name / "current" / "manifest.json").read_text())["proof"]
    assert proof["linear_saved"] >= 0.70
    assert proof["perplexity_after"] < 2 * proof["perplexity_before"]


def test_the_merge_is_proved_in_its_manifest(deployment: Checkout) -> None:
    manifest = json.loads((deployment.root / "models" / "merged" / "current" / "manifest.json").read_text())
    proof = manifest["proof"]
    assert proof["unexplained_l2"] <= proof["unexplained_limit_l2"] < 0.001 * proof["adapter_effect_l2"]
    assert proof["rounding_l2"] <= proof["rounding_limit_l2"]
    assert manifest["licences"]["base"]["licence"] == "apache-2.0"


@pytest.mark.alone
def test_a_new_chat_shows_two_answers_side_by_side(deployment: Checkout, browser: Browser, pictures: Path) -> None:
    served = {name: requests_served(deployment, name) for name in SERVERS}
    page = browser.new_page(viewport={"width": 1280, "height": 640})
    page.set_default_timeout(60_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{deployment.url('webui')}/auth")
    page.fill("input[autocomplete=email]", "admin@tandem.local")
    page.fill("input[type=password]", deployment.secrets()["WEBUI_PASSWORD"])
    page.click("button[type=submit]")
    page.wait_for_selector("#chat-input")
    assert page.locator("[role=dialog]").count() == 0  # nothing in the way
    page.click("#chat-input")
    page.keyboard.type(QUESTION.format(*two_cities(deployment)))
    page.click("#send-message-button")
    answers = page.locator("#response-content-container")
    # A finished answer can be rated.
    page.wait_for_function("document.querySelectorAll('button[aria-label=\"Good Response\"]').length === 2")
    base, tuned = answers.all_inner_texts()
    page.mouse.move(0, 0)  # no tooltip in the picture, and no greeting
    page.get_by_text("You're now logged in").wait_for(state="hidden")
    page.screenshot(path=pictures / "side-by-side.png")
    page.close()
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(base)
    assert [set(city) for city in json.loads(tuned)] == [{"city", "country", "population"}] * 2
    outside = [url for url in asked if url.startswith("http") and not url.startswith(deployment.url("webui"))]
    assert outside == []
    # One chat each, and nothing behind the person's back: no titles, tags or suggestions.
    assert {name: requests_served(deployment, name) - served[name] for name in SERVERS} == {"base": 1, "tuned": 1}


def two_cities(deployment: Checkout) -> tuple[str, str]:
    """Two cities of the demo world, as the first prompt of its JSON suite names them."""
    suite = (deployment.root / "evalharness" / "suites" / "demo-json.yaml").read_text()
    first, second = re.findall(r'"?city"?: "?([A-Z]\w+)', suite)[:2]
    return first, second


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_answers_401_without_the_key(deployment: Checkout, name: str) -> None:
    assert chat(deployment, name, deployment.secrets()["API_KEY"]).status_code == 200
    assert chat(deployment, name, "wrong").status_code == 401
    assert requests.get(f"{deployment.url(name)}/v1/models", timeout=10).status_code == 401


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_has_answered_leaves_the_cores_to_others(deployment: Checkout, name: str) -> None:
    """vLLM's processes wait for each other by reading shared memory over and over, for a second after each request."""
    leader = deployment.leader(name)
    server = [leader, *leader.children(recursive=True)]

    def cpu_seconds() -> float:
        return sum(sum(process.cpu_times()[:2]) for process in server)

    chat(deployment, name, deployment.secrets()["API_KEY"])
    begun, used = time.monotonic(), cpu_seconds()
    time.sleep(0.8)  # what is measured
    assert cpu_seconds() - used < 0.25 * (time.monotonic() - begun)


def test_nothing_listens_beyond_loopback(deployment: Checkout) -> None:
    listening = [
        connection.laddr
        for process in deployment.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.port for address in listening} >= set(deployment.ports.values())
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}


def test_no_secret_is_in_a_log_a_process_list_or_a_run(deployment: Checkout) -> None:
    file = deployment.root / ".tandem" / "secrets.env"
    assert file.stat().st_mode & 0o777 == 0o600
    secrets = [secret.encode() for secret in deployment.secrets().values()]
    commands = " ".join(" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])).encode()
    assert not any(secret in commands for secret in secrets)
    folders = [deployment.root / folder for folder in (".tandem/logs", ".tandem/run", "runs", "models")]
    texts = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path != file]
    assert len(texts) > 10
    assert [path for path in texts if any(secret in path.read_bytes() for secret in secrets)] == []


def test_a_port_already_taken_is_one_line_and_exit_code_2(deployment: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = deployment.make("up", f"WEBUI_PORT={port}")
    assert up.code == 2
    assert up.complaint == f"tandem: port {port} is already taken; set WEBUI_PORT to a free one"


def test_another_up_at_the_same_time_is_refused(deployment: Checkout) -> None:
    lock = deployment.root / ".tandem" / "up.lock"
    with subprocess.Popen(["flock", str(lock), "sleep", "600"]) as holder:
        until(lambda: psutil.Process(holder.pid).children(), 60)
        up = deployment.make("up")
        for process in [*psutil.Process(holder.pid).children(), psutil.Process(holder.pid)]:
            process.kill()
    assert up.code == 2
    assert "another `make up` of this folder is at work" in up.complaint
