"""Whether a server is healthy: it answered a chat, not merely a port."""

from collections.abc import Sequence

import requests

TIMEOUT = 30.0  # seconds; the first answer after a start takes a few


def session() -> requests.Session:
    """One that goes straight to this machine: no proxy, and no .netrc that would replace the key."""
    direct = requests.Session()
    direct.trust_env = False
    return direct


def chats(url: str, model: str, key: str) -> bool:
    """Whether the OpenAI endpoint at `url` (ending in /v1) answers a chat of one token."""
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with session() as direct:
            response = direct.post(f"{url}/chat/completions", json=body, headers=headers, timeout=TIMEOUT)
        return response.status_code == 200 and bool(response.json()["choices"])
    except (requests.RequestException, ValueError, LookupError, TypeError):
        return False


def answers(url: str) -> bool:
    """Whether a service says of itself that it is up, at the address that it has for that."""
    try:
        with session() as direct:
            return direct.get(url, timeout=TIMEOUT).status_code == 200
    except requests.RequestException:
        return False


def webui_chats(url: str, email: str, password: str, models: Sequence[str]) -> bool:
    """Whether Open WebUI passes a chat of one token to each of its models.

    A sign-in that it refuses is an answer too: a person may have changed the password, and it takes only so many in
    a while. Ask `answers` first, so that sign-ins are not spent on waiting.
    """
    with session() as direct:
        try:
            sign_in = {"email": email, "password": password}
            account = direct.post(f"{url}/api/v1/auths/signin", json=sign_in, timeout=TIMEOUT)
            if account.status_code in (400, 401, 403, 429):
                return True
            token = account.json()["token"]
            direct.headers["Authorization"] = f"Bearer {token}"
            offered = direct.get(f"{url}/api/models", timeout=TIMEOUT).json()["data"]
        except (requests.RequestException, ValueError, LookupError, TypeError):
            return False
    return set(models) <= {model["id"] for model in offered} and all(chats(f"{url}/api", m, token) for m in models)
