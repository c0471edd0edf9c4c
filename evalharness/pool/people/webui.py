"""What people said and how they voted, as Open WebUI gives it: through its API, or from files that it exported.

It knows two addresses of Open WebUI 0.12 and how an administrator signs in; what a vote is lies in joined.py.
"""

import time
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values

from evalharness.errors import Failure, UsageError
from evalharness.imports.records import read_records
from evalharness.pool.people.joined import Exported
from evalharness.runs.typed import Json

if TYPE_CHECKING:
    import requests

SIGN_IN, CHATS, FEEDBACK = "auths/signin", "chats/all/db", "evaluations/feedbacks/all/export"
SECONDS = 300.0  # an export is one answer, and comes whole
SIGN_IN_PAUSE, LONGEST_WAIT = 60.0, 240.0  # seconds, where too many have signed in: unless it says how long, and in all


def fetched(url: str, email: str, password: str) -> Exported:
    """Waits where Open WebUI takes no more sign-ins for some minutes, and says so.

    Raises UsageError where nobody answers or the sign-in is refused, Failure for an answer that is no export.
    """
    import requests

    with requests.Session() as session:
        session.trust_env = False  # a proxy may not stand between, nor a .netrc sign in as somebody else

        def asked(path: str, body: Json | None = None) -> Any:
            where = f"{url.rstrip('/')}/api/v1/{path}"
            left = LONGEST_WAIT
            try:
                answer = session.request("POST" if body else "GET", where, json=body, timeout=SECONDS)
                while body and answer.status_code == 429:
                    why, seconds = f"{url}: too many sign-ins of {email} in the last minutes", _pause(answer)
                    if seconds > left:
                        raise UsageError(f"{why}; it takes them again in {seconds:.0f} s")
                    print(f"{why}; trying again in {seconds:.0f} s", flush=True)
                    time.sleep(seconds)
                    left -= seconds
                    answer = session.request("POST", where, json=body, timeout=SECONDS)
                if body and answer.status_code in (400, 401, 403):
                    raise UsageError(
                        f"{url}: the sign-in of {email} is refused; put the password of today into --password-file (a "
                        "deployment's: WEBUI_PASSWORD in .tandem/secrets.env)"
                    )
                if answer.status_code in (401, 403):
                    raise UsageError(
                        f"{url}: {email} may not export; it takes an administrator, and ENABLE_ADMIN_EXPORT"
                    )
                answer.raise_for_status()
                return answer.json()
            except requests.ConnectionError:
                raise UsageError(f"{url}: no Open WebUI answers there; `make up` starts it") from None
            except (requests.RequestException, ValueError) as error:
                raise Failure(f"{where}: {' '.join(str(error).split())}") from None

        token = asked(SIGN_IN, {"email": email, "password": password})
        if not isinstance(token, dict) or not isinstance(token.get("token"), str):
            raise Failure(f"{url}/api/v1/{SIGN_IN}: no token in the answer")
        session.headers["Authorization"] = f"Bearer {token['token']}"
        found = [asked(path) for path in (CHATS, FEEDBACK)]
    for path, one in zip((CHATS, FEEDBACK), found, strict=True):
        if not isinstance(one, list) or not all(isinstance(record, dict) for record in one):
            raise Failure(f"{url}/api/v1/{path}: no list of objects; this reads Open WebUI 0.12")
    return Exported(*found)


def _pause(answer: "requests.Response") -> float:
    """Seconds after which another sign-in is taken."""
    after = answer.headers.get("Retry-After", "")
    return max(1.0, float(after)) if after.isascii() and after.isdecimal() else SIGN_IN_PAUSE


def read(chats: Path, feedback: Path) -> Exported:
    """Of files that hold what the API gives. Raises UsageError naming the file and the line."""
    return Exported(_objects(chats), _objects(feedback))


def read_secret(path: Path, name: str | None, what: str) -> str:
    """What is secret, from a file that holds it alone, or under `name` in a file of NAME=value lines. `what` it is, a
    complaint says."""
    try:
        text = path.read_text(encoding="utf-8")
        found = dotenv_values(stream=StringIO(text)).get(name) if name else text.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the {what} cannot be read ({getattr(error, 'strerror', 'not UTF-8')})") from None
    if not found:
        raise UsageError(f"{path}: no {what} in it" + (f" under {name}" if name else ""))
    return found


def _objects(path: Path) -> list[Json]:
    if path.exists() and path.read_text(encoding="utf-8", errors="replace").strip() == "[]":
        return []  # nobody has voted yet
    records = read_records(path)
    for record in records:
        if record.wrong or not isinstance(record.value, dict):
            raise UsageError(f"{path}, line {record.place}: {record.wrong or 'no object'}; is it Open WebUI's export?")
    return [record.value for record in records]
