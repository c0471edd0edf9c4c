"""Puts the blind comparison into a running Open WebUI, through its own API: two functions, and the two models that one
of them brings, with the vote's buttons. What is there already and the same stays as it is; nothing is downloaded.

It knows Open WebUI's API. What the functions do stands in images/webui/functions.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from serve.errors import Failure
from serve.modes import VARIANTS
from serve.services.health import TIMEOUT, session

COLUMNS = {"blind.a": "Answer A", "blind.b": "Answer B"}
PIPE, VOTE = "blind", "blind_vote"
FUNCTIONS = {
    PIPE: ("pipe.py", "Blind comparison", "Two models as Answer A and Answer B; nobody sees which is which."),
    VOTE: ("vote.py", "Blind vote", "A is better, B is better, a tie, or both are bad."),
}
"""By id: the file, the name, the description."""
SHARED = re.compile(r"^from images\.webui\.functions\.(\w+) import .*\n", re.MULTILINE)
QUEUE = "queue"


SIGN_IN_PAUSE = 60.0
"""Seconds until another sign-in, where Open WebUI does not say: it counts fifteen of an account in three minutes, by
whole minutes, and among them those that it does not take."""


class SignInRefused(Exception):
    """Open WebUI does not take the password."""


class TooManySignIns(Exception):
    """Open WebUI takes no more sign-ins of this account for `seconds`; of the password it says nothing."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def link(url: str) -> str:
    """Opens a new chat with both."""
    return f"{url}/?models={','.join(COLUMNS)}"


def link_to_run(url: str) -> str:
    """Opens a new chat with what hands out the pairs of a run; what to ask it stands there already."""
    return f"{url}/?models={PIPE}.run&q=next"


def source(folder: Path, file: str) -> str:
    """A function as Open WebUI takes it: one text, with what the functions share where it is first imported."""
    there = set[str]()

    def shared(imported: re.Match[str]) -> str:
        if imported[1] in there:
            return ""
        there.add(imported[1])
        return text_of(f"{imported[1]}.py")

    def text_of(name: str) -> str:
        return SHARED.sub(shared, (folder / name).read_text(encoding="utf-8"))

    return text_of(file)


def valves(
    secrets: Mapping[str, str],
    addresses: Mapping[str, str],
    versions: Mapping[str, str],
    queue: Mapping[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """What each function is told, by its id. Only administrators can read it. `addresses` are those of the variants, as
    Open WebUI reaches them; `queue` are a run's answers to vote on, {} to end that, None to leave it as it is.
    """
    secret = secrets["BLIND_SECRET"]
    urls = {f"{variant}_url": addresses[variant] for variant in VARIANTS}
    served = {f"{variant}_version": versions[variant] for variant in VARIANTS}
    both = {"secret": secret, **({} if queue is None else {QUEUE: dict(queue)})}
    return {PIPE: {**both, "api_key": secrets["API_KEY"], **urls}, VOTE: {**both, **served}}


def install(url: str, email: str, password: str, folder: Path, told: Mapping[str, Mapping[str, Any]]) -> None:
    """`folder` has the functions' files, `told` is what `valves` says.

    Raises SignInRefused, TooManySignIns, or Failure where Open WebUI does not take what it is given.
    """
    try:
        with session() as direct:
            api = Api(direct, f"{url}/api")
            api.sign_in(email, password)
            for function in FUNCTIONS:
                put(api, function, folder, told[function])
            for model, name in COLUMNS.items():
                offer(api, model, name)
            offered = {one["id"]: one["actions"] for one in api.get("models")["data"]}
            if not all(offered[model] for model in COLUMNS):
                raise LookupError("its models have no buttons")
    except (requests.RequestException, ValueError, LookupError, TypeError) as error:
        raise Failure(f"Open WebUI takes no blind comparison: {type(error).__name__}: {error}") from None


class Api:
    """Open WebUI's, once signed in as its administrator."""

    def __init__(self, direct: requests.Session, url: str) -> None:
        self.direct, self.url = direct, url

    def sign_in(self, email: str, password: str) -> None:
        given = {"email": email, "password": password}
        answer = self.direct.post(f"{self.url}/v1/auths/signin", json=given, timeout=TIMEOUT)
        if answer.status_code == 429:
            after = answer.headers.get("Retry-After", "")
            raise TooManySignIns(max(1.0, float(after)) if after.isascii() and after.isdecimal() else SIGN_IN_PAUSE)
        if answer.status_code in (400, 401, 403):
            raise SignInRefused
        answer.raise_for_status()
        self.direct.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def get(self, path: str) -> Any:
        answer = self.direct.get(f"{self.url}/{path}", timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self.direct.post(f"{self.url}/{path}", json=body or {}, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()


def put(api: Api, function: str, folder: Path, told: Mapping[str, Any]) -> None:
    """Sees to it that a function is there as it is here, knows what it must, and is switched on. What it knows beside
    that stays: people may be at a queue of answers.
    """
    file, name, description = FUNCTIONS[function]
    wanted = {"id": function, "name": name, "content": source(folder, file), "meta": {"description": description}}
    if not any(one["id"] == function for one in api.get("v1/functions/")):
        there = api.post("v1/functions/create", wanted)
    else:
        there = api.get(f"v1/functions/id/{function}")
        as_kept = {**there, "meta": {"description": there["meta"].get("description")}}
        if not wanted.items() <= as_kept.items():
            there = api.post(f"v1/functions/id/{function}/update", wanted)
    known = api.get(f"v1/functions/id/{function}/valves") or {}
    if not told.items() <= known.items():
        api.post(f"v1/functions/id/{function}/valves/update", {**known, **told})
    if not there["is_active"]:
        api.post(f"v1/functions/id/{function}/toggle")


def offer(api: Api, model: str, name: str) -> None:
    """Sees to it that everybody may ask a model of the pipe, and that it has the vote's buttons, as no other has."""
    there = next(one for one in api.get("models")["data"] if one["id"] == model).get("info") or {}
    if VOTE in there.get("meta", {}).get("actionIds", []):
        return
    # Tools would each add their definition to a prompt, as they would for base and tuned.
    meta = {"capabilities": {"builtin_tools": False}, "actionIds": [VOTE]}
    everybody = {"principal_type": "user", "principal_id": "*", "permission": "read"}
    wanted = {"id": model, "base_model_id": None, "name": name, "meta": meta, "params": {}}
    path = "v1/models/model/update" if "id" in there else "v1/models/create"
    api.post(path, {**wanted, "access_grants": [everybody]})
