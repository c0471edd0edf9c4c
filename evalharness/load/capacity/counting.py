"""How many tokens a chat has, as the server counts them: one short answer each."""

from collections.abc import Callable

import requests

from evalharness.client import asking
from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.runs.rows.parts import Messages


def counter(endpoint: Endpoint) -> Callable[[Messages], int]:
    """Raises UsageError, when it is called, where the server does not say."""

    def count(messages: Messages) -> int:
        body = {"model": endpoint.model, "messages": messages, "max_tokens": 1, "temperature": 0, "stream": False}
        with requests.Session() as session:
            session.trust_env = False
            try:
                response = session.post(
                    f"{endpoint.url}/chat/completions",
                    json=body,
                    headers=endpoint.headers,
                    timeout=asking.READ_SECONDS,
                    allow_redirects=False,
                )
                return int(response.json()["usage"]["prompt_tokens"])
            except (requests.RequestException, ValueError, LookupError, TypeError):
                raise UsageError(f"endpoint {endpoint.name}: it does not say how many tokens a prompt has") from None

    return count
