"""The API key, asked for on every route of a server but its health: vLLM itself asks on /v1 and a few others alone.

vLLM imports it into its own process (--middleware), the switch into its: it needs nothing but the standard library,
and knows no other route. So whatever a later vLLM adds is behind the key as well.
"""

import hmac
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

VARIABLE = "VLLM_API_KEY"
OPEN = ("GET", "/health")  # for containers' health checks
REFUSAL = {
    "error": {
        "message": "The API key is missing or wrong.",
        "type": "AuthenticationError",
        "param": None,
        "code": 401,
    }
}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def admits(method: str, path: str, authorization: bytes, key: str) -> bool:
    """Whether a request may pass: `path` as it will be routed, `authorization` its header of that name."""
    scheme, _, given = authorization.partition(b" ")
    return (method, path) == OPEN or (scheme.lower() == b"bearer" and hmac.compare_digest(given, key.encode()))


class ApiKeyMiddleware:
    """A vLLM server's application behind the key in VLLM_API_KEY. Raises ValueError where there is none.

    vLLM puts it around all else, so it decides before routing does. It refuses OPTIONS too, and with that pages of
    other origins: a browser asks for them without the key first. Messages are those of ASGI 3.0
    (asgi.readthedocs.io/en/stable/specs/www.html).
    """

    def __init__(self, app: Application) -> None:
        self.app, self.key = app, os.environ.get(VARIABLE, "")
        if not self.key:
            raise ValueError(f"{VARIABLE} is not set: the key that requests must have")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self.admitted(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted, that is a 403
        else:
            body = json.dumps(REFUSAL).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    def admitted(self, scope: Message) -> bool:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        return admits(scope.get("method", ""), scope["path"], given, self.key)
