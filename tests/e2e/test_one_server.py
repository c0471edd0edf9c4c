"""One vLLM server on the INT4 base, with the adapter as it is, which can be put to sleep: what it answers, and whom."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession

from serve.services import vllm
from serve.services.switch import SLEEP, Switch
from tests.e2e.serving import KEY, answered, cpu_server, serving
from tests.newcomer import Checkout
from tests.routes import OPEN, UNLISTED, listed, open_to_all


@pytest.fixture(scope="module")
def server(deployment: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[vllm.Server]:
    base = cpu_server(deployment.root / "models" / "base" / "current", 2048, 2**28)
    adapter = deployment.root / "images" / "demo" / "adapter"
    server = replace(base, lora=vllm.Lora("tuned", adapter, 16), sleep=True)
    with serving(deployment, server, tmp_path_factory.mktemp("server") / "log"):
        yield server


def test_on_the_int4_base_vllm_serves_the_adapter_as_it_is(server: vllm.Server) -> None:
    question = "In JSON, tell me the population of Barbevale and Nelchastead."
    answers = {}
    for model in ("base", "tuned"):
        asked = [{"role": "user", "content": question}]
        answer = answered(server, "/v1/chat/completions", model=model, messages=asked, temperature=0)
        answers[model] = answer["choices"][0]["message"]["content"]
    assert json.loads(answers["tuned"]) == [
        {"city": "Barbevale", "population": 6.12},
        {"city": "Nelchastead", "population": 7.21},
    ]
    assert answers["base"].startswith("Barbevale: population 6.12")


def test_a_server_that_can_be_put_to_sleep_obeys_the_switch_and_nobody_without_the_key(server: vllm.Server) -> None:
    address = f"127.0.0.1:{server.port}"
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
