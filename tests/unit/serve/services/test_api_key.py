"""Who passes the middleware that keeps a vLLM server's routes behind the API key."""

import asyncio
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from serve.services.api_key import VARIABLE, ApiKeyMiddleware

KEY = "sk-the-servers-own"
HEADER = f"Bearer {KEY}".encode()


@pytest.fixture(autouse=True, scope="module")
def key():
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(VARIABLE, KEY)
        yield


def asked(authorization=None, **scope):
    """What reached the application behind the middleware, and what was sent to who asked."""
    reached, sent = [], []

    async def app(scope, *_):
        reached.append(scope)

    async def send(message):
        sent.append(message)

    async def receive():
        raise AssertionError("it decides by the headers")

    headers = [(b"host", b"localhost")] + ([(b"authorization", authorization)] if authorization is not None else [])
    asyncio.run(ApiKeyMiddleware(app)({"headers": headers, **scope}, receive, send))
    return reached, sent


def http(method, path, authorization=None):
    return asked(authorization, type="http", method=method, path=path)


def passes(method, path, authorization=None):
    reached, sent = http(method, path, authorization)
    assert bool(reached) != bool(sent)
    return bool(reached)


ANY_PATH = st.text().map("/".__add__)


@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"]) | st.text(), ANY_PATH)
@example("POST", "/invocations")
@example("OPTIONS", "/invocations")
@example("POST", "/health")
@example("HEAD", "/health")
@example("get", "/health")
@example("GET", "/health/")
@example("GET", "//health")
@example("GET", "/health/../invocations")
@example("GET", "/HEALTH")
@example("GET", "/metrics")
def test_without_the_key_nothing_passes_but_the_health(method, path):
    assert passes(method, path) == ((method, path) == ("GET", "/health"))
    assert passes(method, path, HEADER)


def test_the_health_is_open_to_all():
    assert passes("GET", "/health")
    assert passes("GET", "/health", b"Bearer wrong")


@pytest.mark.parametrize("given", [HEADER, f"bearer {KEY}".encode(), f"BEARER {KEY}".encode()])
def test_with_the_key_a_request_passes(given):
    assert passes("POST", "/invocations", given)


@pytest.mark.parametrize(
    "given", [b"", b"Bearer", b"Bearer ", b"Bearer wrong", KEY.encode(), b"Basic " + HEADER[7:], HEADER + b"x", b"\xff"]
)
def test_with_a_wrong_key_it_does_not(given):
    assert not passes("POST", "/invocations", given)


@given(st.binary())
def test_no_header_passes_by_chance(given):
    assert not passes("POST", "/invocations", given)


def test_a_refusal_is_an_error_as_openai_writes_them():
    _, (start, body) = http("POST", "/invocations")
    assert start["status"] == 401
    assert dict(start["headers"]) == {
        b"content-type": b"application/json",
        b"content-length": str(len(body["body"])).encode(),
    }
    assert json.loads(body["body"])["error"]["type"] == "AuthenticationError"


def test_a_websocket_is_closed_without_the_key():
    assert asked(type="websocket", path="/health") == ([], [{"type": "websocket.close", "code": 1008}])
    reached, sent = asked(HEADER, type="websocket", path="/v1/realtime")
    assert reached and not sent


def test_the_server_starts_and_ends_without_a_request():
    reached, sent = asked(type="lifespan")
    assert reached and not sent


@pytest.mark.parametrize("key", [None, ""])
def test_a_server_without_a_key_does_not_start(monkeypatch, key):
    monkeypatch.delenv(VARIABLE) if key is None else monkeypatch.setenv(VARIABLE, key)
    with pytest.raises(ValueError, match="VLLM_API_KEY is not set"):
        ApiKeyMiddleware(None)
