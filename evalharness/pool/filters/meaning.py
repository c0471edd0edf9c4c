"""Whether two texts mean about the same, by their embeddings: asked of an OpenAI-compatible server, `/v1/embeddings`.

It knows that API and nothing of rows. What a row was made of is compared with each of its variants, so the last texts
are remembered.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from evalharness.client.endpoints import Endpoint
from evalharness.errors import Failure, UsageError

SECONDS = 60.0


def closeness(endpoint: Endpoint) -> Callable[[str, str], float]:
    """The cosine of two texts' embeddings. It raises UsageError where nobody answers or no such model is there,
    Failure for an answer that holds no embedding."""
    import requests

    session = requests.Session()
    session.trust_env = False  # a proxy may not stand between
    session.headers.update(endpoint.headers)
    where = f"{endpoint.url}/embeddings"

    @lru_cache(maxsize=4096)
    def embedded(text: str) -> Sequence[float]:
        try:
            answer = session.post(where, json={"model": endpoint.model, "input": text}, timeout=SECONDS)
        except requests.ConnectionError:
            raise UsageError(f"{where}: nobody answers; --embeddings names a server and its model") from None
        except requests.RequestException as error:
            raise Failure(f"{where}: {' '.join(str(error).split())}") from None
        if answer.status_code in (400, 401, 403, 404):
            said = " ".join(endpoint.redacted(answer.text).split())[:200]
            raise UsageError(f"{where}: {answer.status_code} for {endpoint.model}: {said}")
        try:
            answer.raise_for_status()
            return _unit(answer.json()["data"][0]["embedding"])
        except (requests.RequestException, ValueError, LookupError, TypeError) as error:
            raise Failure(f"{where}: no embedding in the answer ({type(error).__name__})") from None

    return lambda one, other: math.fsum(a * b for a, b in zip(embedded(one), embedded(other), strict=True))


def _unit(found: Any) -> tuple[float, ...]:
    """Of length 1. Raises ValueError for what has none."""
    length = math.hypot(*found)
    if not 0 < length < math.inf:
        raise ValueError("no length")
    return tuple(float(one) / length for one in found)
