"""What a server lets anybody do: every route that it lists, and some that it does not, asked without its key.

The standard library is all that it needs, so that it runs inside a container too.
"""

import json
from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection  # it sends a path as it is

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OPEN = ["GET /health"]  # of a vLLM server
WITHOUT_KEY: tuple[dict[str, str], ...] = ({}, {"Authorization": "Bearer wrong"})
# The pages about the list, what is nowhere, and other ways to write a path that runs the model.
UNLISTED = (
    *("/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc", "/metrics/", "/", "/nowhere"),
    *("//invocations", "/invocations/", "/INVOCATIONS", "/%69nvocations", "/invocations?/health"),
    *("/./invocations", "/v1/../invocations", "/health/../invocations", "/health/..%2finvocations", "/health%00"),
)


def listed(address: str, key: str) -> list[str]:
    """The paths of the OpenAPI document of the server at `address` (host:port)."""
    _, document = asked(address, "GET", "/openapi.json", {"Authorization": f"Bearer {key}"})
    return sorted(json.loads(document)["paths"])


def open_to_all(address: str, paths: Iterable[str]) -> list[str]:
    """`METHOD path` of whatever answers somebody without the key, or with a wrong one, otherwise than by 401."""
    asking = {f"{method} {path}": (method, path) for path in paths for method in METHODS}
    return [name for name, route in asking.items() if {asked(address, *route, key)[0] for key in WITHOUT_KEY} != {401}]


def asked(address: str, method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """The status and the body of an answer."""
    with closing(HTTPConnection(address, timeout=30)) as connection:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
