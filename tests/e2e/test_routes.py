"""Which routes of a real vLLM server want the API key: all that it lists (test_one_server.py: asleep as well)."""

import pytest
import requests

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
