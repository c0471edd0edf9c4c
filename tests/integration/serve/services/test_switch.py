"""The switch lets two models take turns: what it forwards, when it swaps, and what survives what."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress

import aiohttp
import pytest
from yarl import URL

from serve.services import switch
from tests.integration.serve.services.sleeping_servers import (
    AUTHORIZED,
    KEY,
    PATIENCE,
    SHORT_PATIENCE,
    SLICE,
    played,
    until,
    world,
)
from tests.newcomer import free_ports


def test_a_request_wakes_its_model_and_passes_through_untouched() -> None:
    async def story() -> None:
        async with world() as it:
            assert await it.ask("base") == "base"
            assert it.card.woken == []
            body = b'{ "messages": [{"content": "quick"}], "model": "tuned", "other": "\\u00e4" }' + b" " * 3 * 1024**2
            url = f"{it.url}/v1/chat/completions?a=%20b"
            headers = {**AUTHORIZED, "X-Own": "1", "User-Agent": "mine"}
            own = ("Accept", "Accept-Encoding", "Content-Type")
            async with it.session.post(url, data=body, headers=headers, skip_auto_headers=own) as response:
                assert response.status == 200 and response.headers["X-Request-Id"] == "7"
                assert (await response.json())["choices"][0]["message"]["content"] == "tuned"
            came = it.tuned.asked[0]
            assert await came.read() == body and came.raw_path.endswith("?a=%20b")
            assert {**came.headers, "Connection": "close"} == {
                **headers,
                "Host": f"127.0.0.1:{it.tuned.port}",
                "Content-Length": str(len(body)),
                "Connection": "close",
            }
            assert it.card.woken == ["tuned"] and it.card.awake == {"tuned"}

    played(story())


def test_of_two_that_are_awake_at_the_start_the_first_stays_so() -> None:
    async def story() -> None:
        async with world(awake=("base", "tuned")) as it:
            assert it.card.awake == {"base"}
            assert await it.ask("base") == "base"
            assert it.card.woken == []

    played(story())


def test_while_one_is_missing_at_the_start_the_other_leaves_it_the_card() -> None:
    async def story() -> None:
        async with world(missing="tuned") as it:
            assert it.card.awake == set()
            await it.tuned.start()  # it waits for room
            assert it.card.awake == {"tuned"}
            assert await it.ask("tuned") == "tuned"
            assert await it.ask("base") == "base"

    played(story())


def test_a_server_that_is_awake_at_the_start_has_the_card() -> None:
    async def story() -> None:
        async with world(awake=("tuned",)) as it:
            assert await it.ask("tuned") == "tuned"
            assert it.card.woken == []

    played(story())


def test_a_server_that_restarts_while_another_has_the_card_is_put_to_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "LOOK_SECONDS", 0.02)

    async def story() -> None:
        async with world() as it:
            for holder, other in ((it.base, it.tuned), (it.tuned, it.base)):
                assert await it.ask(holder.name) == holder.name
                await other.kill()
                await other.start_beside_another()  # there happened to be room
                await until(lambda holder=holder: it.card.awake == {holder.name})
                it.card.most_awake = 1

    played(story())


def test_pieces_of_a_stream_arrive_as_they_are_sent() -> None:
    async def story() -> None:
        async with world() as it, it.post("base", "stream") as response:
            assert response.headers["Content-Type"] == "text/event-stream"
            for number in range(3):
                it.base.piece.release()  # the next is sent only after this one has arrived
                assert await response.content.readuntil(b"\n\n") == f"data: {number}\n\n".encode()
            assert await response.content.read() == b"data: [DONE]\n\n"

    played(story())


def test_interleaved_requests_to_both_need_few_swaps() -> None:
    async def story() -> None:
        async with world() as it:
            models = [("base", "tuned")[n % 2] for n in range(64)]
            assert await asyncio.gather(*map(it.ask, models)) == models
            assert len(it.card.woken) <= 5  # one, unless this machine is too busy to ask them all within a slice

    played(story())


def test_steady_clients_of_both_swap_by_the_slice_not_by_the_request() -> None:
    async def story() -> None:
        async with world() as it:

            async def client(model: str) -> None:
                for _ in range(16):
                    assert await it.ask(model) == model

            await asyncio.gather(*(client(model) for model in ("base", "tuned") * 2))
            assert 1 <= len(it.card.woken) <= 16  # of 64 requests; three, where this machine has the time
            # None on a connection kept from before, which vLLM may be about to close.
            assert len({request.protocol for request in it.base.asked}) == len(it.base.asked) == 32

    played(story())


def test_a_busy_model_does_not_starve_the_other() -> None:
    async def story() -> None:
        async with world() as it:
            served, done = 0, asyncio.Event()

            async def client() -> None:
                nonlocal served
                while not done.is_set():
                    await it.ask("base")
                    served += 1

            clients = [asyncio.create_task(client()) for _ in range(8)]
            await until(lambda: served > 8)
            assert await it.ask("tuned") == "tuned"
            before = served
            await until(lambda: served > before + 8)  # nor does it lose the card for good
            done.set()
            await asyncio.gather(*clients)
            assert it.card.woken == ["tuned", "base"]

    played(story())


def test_a_swap_waits_until_a_running_stream_has_ended() -> None:
    async def story() -> None:
        async with world() as it, it.post("base", "stream") as response:
            waiting = asyncio.create_task(it.ask("tuned"))
            await until(lambda: it.switch.turns.waiting)
            await asyncio.sleep(SLICE + 0.2)  # long enough for one that does not wait to show itself
            assert it.card.woken == [] and it.card.awake == {"base"}
            for _ in range(3):
                it.base.piece.release()
            assert (await response.read()).endswith(b"[DONE]\n\n")
            assert await waiting == "tuned"

    played(story())


def test_a_client_that_goes_away_while_waiting_causes_no_swap() -> None:
    async def story() -> None:
        async with world() as it:
            running = asyncio.create_task(it.ask("base", "slow"))
            await until(lambda: it.base.asked)
            waiting = asyncio.create_task(it.ask("tuned"))
            await until(lambda: it.switch.turns.waiting)
            waiting.cancel()
            await until(lambda: not it.switch.turns.waiting)
            it.base.piece.release()
            assert await running == "base" == await it.ask("base")
            assert it.card.woken == [] and not it.tuned.asked

    played(story())


def test_a_client_that_goes_away_while_streaming_makes_room() -> None:
    async def story() -> None:
        async with world() as it:
            async with it.post("base", "stream") as response:
                it.base.piece.release()
                await response.content.readuntil(b"\n\n")
            response.close()
            assert await it.ask("tuned") == "tuned"
            assert it.base.abandoned == 1  # vLLM hears of it too, and ends the request

    played(story())


@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer sk-wrong", KEY, f"Basic {KEY}", f"Bearer {KEY} ", "ä"])
def test_without_the_key_no_model_swaps(key: str | None) -> None:
    async def story() -> None:
        async with world() as it:
            headers = {} if key is None else {"Authorization": key}
            async with it.post("tuned", "quick", headers) as response:
                # HTTP takes the blank off a value's end.
                assert response.status == (200 if key and key.strip() == AUTHORIZED["Authorization"] else 401)
                wrong = response.status == 401
                assert not wrong or "error" in await response.json()
            async with it.session.get(f"{it.url}/v1/models", headers=headers) as response:
                assert response.status == (401 if wrong else 200)
            assert it.card.woken == ([] if wrong else ["tuned"])

    played(story())


def test_the_servers_obey_the_switch_for_its_key_and_nobody_without() -> None:
    async def story() -> None:
        async with world() as it:
            for path in ("/sleep?level=1", "/wake_up"):
                async with it.session.post(it.base.url + path) as response:
                    assert response.status == 401
            assert (it.card.awake, it.base.without_key) == ({"base"}, 2)
            assert [await it.ask("tuned"), await it.ask("base")] == ["tuned", "base"]
            assert (it.base.without_key, it.tuned.without_key) == (2, 0)

    played(story())


def test_a_server_that_fails_to_fall_asleep_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "SLEEP_PAUSE", 0.02)

    async def story() -> None:
        async with world() as it:
            it.base.restless = 3
            assert await it.ask("tuned") == "tuned"
            assert await it.ask("base") == "base"

    played(story())


def test_one_that_never_falls_asleep_is_named_and_not_woken_before_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "SLEEP_PAUSE", 0.02)

    async def story() -> None:
        async with world() as it:
            it.base.restless = 2 * switch.SLEEP_TRIES
            told = f"base did not fall asleep, told {switch.SLEEP_TRIES} times: /sleep?level=1 of base: 500"
            for model in ("tuned", "base"):
                async with it.post(model, "quick") as response:
                    assert response.status == 503
                    assert told in (await response.json())["error"]["message"]
            assert it.card.woken == []
            assert await it.ask("base") == "base"  # once whatever took the memory has done
            assert await it.ask("tuned") == "tuned"

    played(story())


def test_one_that_an_earlier_switch_left_half_asleep_is_not_woken_so() -> None:
    async def story() -> None:
        async with world(awake=("tuned",)) as it:
            it.base.half_asleep = True
            assert await it.ask("base") == "base"

    played(story())


PRIVATE = ["/sleep?level=1", "/wake_up", "/is_sleeping", "/metrics", "//sleep", "/v1/../sleep", "/v1/%2e%2e/sleep"]


@pytest.mark.parametrize("path", [*PRIVATE, "/v1/..%2fsleep?level=1", "/v1"])
def test_what_is_not_of_the_api_is_not_forwarded(path: str) -> None:
    async def story() -> None:
        async with world() as it:
            url = URL(it.url + path, encoded=True)
            async with it.session.post(url, json={"model": "base"}, headers=AUTHORIZED) as response:
                assert response.status == 404
            async with it.session.post(url, json={"model": "base"}) as response:
                assert response.status == 401
            assert it.card.awake == {"base"} and it.base.wakened.is_set()

    played(story())


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"model": "third"}', 404, "NotFoundError"),
        (b'{"model": ["base"]}', 404, "NotFoundError"),
        (b'{"prompt": "no model"}', 400, "BadRequestError"),
        (b"[]", 400, "BadRequestError"),
        (b"\xff", 400, "BadRequestError"),
        (b"", 400, "BadRequestError"),
    ],
)
def test_a_model_that_is_not_there_is_refused_as_openai_does(body: bytes, status: int, kind: str) -> None:
    async def story() -> None:
        async with world() as it:
            url = f"{it.url}/v1/chat/completions"
            async with it.session.post(url, data=body, headers=AUTHORIZED) as response:
                error = (await response.json())["error"]
                assert (response.status, error["type"], error["code"]) == (status, kind, status)

    played(story())


def test_models_are_those_of_both_and_health_is_that_of_both() -> None:
    async def story() -> None:
        async with world() as it:

            async def seen() -> tuple[list[str], int, dict[str, bool]]:
                async with it.session.get(f"{it.url}/v1/models", headers=AUTHORIZED) as response:
                    listed = [model["id"] for model in (await response.json())["data"]]
                async with it.session.get(f"{it.url}/health") as response:
                    return listed, response.status, await response.json()

            assert await seen() == (["base", "tuned"], 200, {"base": True, "tuned": True})
            await it.tuned.kill()
            assert await seen() == (["base"], 503, {"base": True, "tuned": False})
            assert it.card.woken == []

    played(story())


def test_the_harness_can_read_what_both_servers_say_of_themselves() -> None:
    async def story() -> None:
        async with world() as it:

            async def stated() -> tuple[int, str | None]:
                async with it.session.get(f"{it.url}/version", headers=AUTHORIZED) as response:
                    return response.status, (await response.json()).get("version")

            assert await stated() == (200, "0.32.0")
            assert it.card.woken == []
            body = {"model": "tuned", "prompt": "?"}
            async with it.session.post(f"{it.url}/tokenize", json=body, headers=AUTHORIZED) as response:
                assert (await response.json())["tokens"] == [ord(sign) for sign in "tuned?"]
            for path in ("/tokenize", "/detokenize"):
                async with it.session.post(f"{it.url}{path}", json=body) as response:
                    assert response.status == 401
            it.tuned.states = "0.33.0"
            assert await stated() == (503, None)

    played(story())


def test_a_server_killed_in_mid_answer_cuts_that_answer_and_the_other_goes_on() -> None:
    async def story() -> None:
        async with world() as it:
            async with it.post("base", "stream") as response:
                it.base.piece.release()
                await response.content.readuntil(b"\n\n")
                waiting = asyncio.create_task(it.ask("tuned"))
                await it.base.kill()
                with pytest.raises(aiohttp.ClientPayloadError):
                    await response.read()
            assert await waiting == "tuned"

            it.switch.patience = SHORT_PATIENCE
            # One request waits in vain for the killed one, while the other model stands by; the next do not wait.
            await it.refused("base")
            assert await it.ask("tuned") == "tuned"
            before = list(it.card.woken)
            await asyncio.gather(*(it.refused("base") for _ in range(5)), it.ask("tuned"))
            assert it.card.woken == before

            # That ends: a request makes room for it again, and waits.
            starting = asyncio.create_task(it.base.start())
            await asyncio.sleep(SHORT_PATIENCE)
            assert not starting.done()
            it.switch.patience = PATIENCE
            assert await it.ask("base") == "base"
            await starting

    played(story())


def test_a_server_that_is_back_early_is_used_at_once() -> None:
    async def story() -> None:
        async with world() as it:
            it.switch.patience = SHORT_PATIENCE
            await it.tuned.kill()
            await it.refused("tuned")
            it.switch.hopeless_until["tuned"] += PATIENCE
            await it.tuned.start()
            assert await it.ask("tuned") == "tuned"

    played(story())


def test_a_request_waits_for_its_server_to_restart_and_the_other_makes_room() -> None:
    async def story() -> None:
        async with world() as it:
            await it.tuned.kill()
            starting = asyncio.create_task(it.tuned.start())
            assert await it.ask("base") == "base"
            assert not starting.done()  # there is no room
            assert await it.ask("tuned") == "tuned"
            assert await it.ask("base") == "base"

    played(story())


def test_a_request_waits_for_the_awake_server_to_restart() -> None:
    async def story() -> None:
        async with world() as it:
            await it.base.kill()
            asked = [asyncio.create_task(it.ask("base")) for _ in range(4)]
            await until(lambda: it.switch.turns.change)
            await it.base.start()
            assert await asyncio.gather(*asked) == ["base"] * 4

    played(story())


def test_a_server_that_is_killed_before_it_answers_is_a_503() -> None:
    async def story() -> None:
        async with world() as it:

            async def asking() -> None:
                async with it.post("base", "slow") as response:
                    assert response.status == 503

            asked = asyncio.create_task(asking())
            await until(lambda: it.base.asked)
            await it.base.kill()
            await asked
            assert await it.ask("tuned") == "tuned"

    played(story())


def command(port: object, *servers: str) -> list[str]:
    words = [sys.executable, "-m", "serve.services.switch", "--host", "127.0.0.1", "--port", str(port)]
    return [*words, *(f"--server={server}" for server in servers)]


@pytest.mark.parametrize(
    ("port", "server", "key", "said"),
    [
        ("8000", "base=http://127.0.0.1:1", "", "VLLM_API_KEY is not set"),
        ("any", "base=http://127.0.0.1:1", KEY, "argument --port: invalid int value: 'any'"),
        ("8000", "http://127.0.0.1:1", KEY, "http://127.0.0.1:1 is not NAME=URL"),
    ],
)
def test_the_command_line_says_what_is_wrong_with_it(port: str, server: str, key: str, said: str) -> None:
    environment = {**os.environ, "VLLM_API_KEY": key}
    ended = subprocess.run(command(port, server), env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 2 and said in ended.stderr


def test_the_command_serves_and_ends_when_told_to() -> None:
    async def story() -> None:
        async with world() as it:
            (port,) = free_ports(1)
            process = await asyncio.create_subprocess_exec(
                *command(port, f"base={it.base.url}", f"tuned={it.tuned.url}/"),
                env={**os.environ, "VLLM_API_KEY": KEY},
                stderr=asyncio.subprocess.PIPE,
            )
            it.url = f"http://127.0.0.1:{port}"
            try:
                while process.returncode is None:
                    with suppress(aiohttp.ClientConnectorError):
                        async with it.session.get(f"{it.url}/health") as response:
                            assert response.status == 200
                            break
                    await asyncio.sleep(0.02)
                assert [await it.ask("tuned"), await it.ask("base")] == ["tuned", "base"]
                # A client that goes away, by the command's own settings.
                running = asyncio.create_task(it.ask("base", "slow"))
                await until(lambda: it.base.running)
                running.cancel()
                await until(lambda: it.base.abandoned)
                process.send_signal(signal.SIGTERM)
                _, errors = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
            assert process.returncode == 0
            told = re.findall(r"switch: (\w+) has the card", errors.decode())
            assert told == ["tuned", "base"], json.dumps(errors.decode())

    played(story())
