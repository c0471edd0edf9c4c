"""Which routes of a real vLLM server want the API key: all that it lists, in the mode that swap needs as well."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from aiohttp import ClientSession

from serve.services.switch import SLEEP, Switch
from tests.e2e.test_plan_against_vllm import KEY, cpu_server, serving
from tests.newcomer import Checkout
from tests.routes import OPEN, UNLISTED, listed, open_to_all


@pytest.mark.parametrize("name", ["base", "tuned"])
def test_every_route_of_a_server_wants_the_key_but_its_health(deployment: Checkout, name: str) -> None:
    address = f"127.0.0.1:{deployment.ports[name]}"
    paths = listed(address, deployment.secrets()["API_KEY"])
    assert {"/health", "/invocations", "/metrics", "/v1/chat/completions"} <= set(paths)
    assert open_to_all(address, [*paths, *UNLISTED]) == OPEN


def test_with_the_key_what_is_not_under_v1_answers_too(deployment: Checkout) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {deployment.secrets()['API_KEY']}"
        body = {"model": "base", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
        asked = session.post(f"{deployment.url('base')}/invocations", json=body, timeout=60)
        assert asked.json()["choices"][0]["finish_reason"] == "length"
        assert "vllm:request_success_total" in session.get(f"{deployment.url('base')}/metrics", timeout=10).text


def test_a_server_that_can_be_put_to_sleep_obeys_the_switch_and_nobody_without_the_key(
    deployment: Checkout, tmp_path: Path
) -> None:
    server = replace(cpu_server(deployment.root / "models" / "base" / "current", 512, 2**26), sleep=True)
    address = f"127.0.0.1:{server.port}"
    with serving(deployment, server, tmp_path / "log"):
        paths = listed(address, KEY)
        assert {"/sleep", "/wake_up", "/pause", "/collective_rpc", "/update_weights", "/invocations"} <= set(paths)
        assert open_to_all(address, [*paths, *UNLISTED]) == OPEN
        asyncio.run(asyncio.wait_for(slept(f"http://{address}"), 60))


async def slept(url: str) -> None:
    switch = Switch({"base": url}, KEY)
    async with ClientSession() as switch.session:
        for path, asleep in ((SLEEP, True), ("/wake_up", False)):
            assert await switch.tell("base", path)
            assert await switch.get("base", "/is_sleeping") == {"is_sleeping": asleep}
