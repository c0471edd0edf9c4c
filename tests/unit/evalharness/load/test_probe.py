import json
from io import BytesIO
from typing import Any

import pytest
import requests
from urllib3 import HTTPResponse

from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.load.probe import probe

KEY = "sk-a-key-that-nobody-may-see"
BASE = Endpoint("base", "http://a/v1", "m", key=KEY)


def response(status: int, body: bytes) -> requests.Response:
    made = requests.Response()
    made.status_code, made.raw = status, HTTPResponse(BytesIO(body), status=status, preload_content=False)
    return made


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, f"Bearer {KEY} may not"),
        (400, "." * 295 + KEY),
        (200, f"data: {KEY}"),
        (200, "data: " + "." * 195 + KEY),
        (200, "data: " + json.dumps({"error": KEY})),
    ],
)
def test_no_part_of_a_key_that_the_server_repeats_is_shown(
    status: int, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(_: requests.Session, __: str, json: dict[str, Any], **___: Any) -> requests.Response:
        if json["stream"]:
            return response(status, body.encode())
        return response(200, b'{"choices": [{"message": {"content": "Hello"}}]}')

    monkeypatch.setattr(requests.Session, "post", post)
    with pytest.raises(UsageError) as raised:
        probe(BASE, output_tokens=4)
    assert KEY[:5] not in str(raised.value)
