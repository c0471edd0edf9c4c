"""The blind comparison put into Open WebUI through its API: once, and again only where something is other."""

import re
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import requests

from serve.errors import Failure
from serve.services import blind

FOLDER = Path(__file__).parents[4] / "images" / "webui" / "functions"
SECRETS = {"BLIND_SECRET": "drawn by this", "API_KEY": "key", "WEBUI_PASSWORD": "password"}
URLS = {"base": "http://base:8000/v1", "tuned": "http://tuned:8000/v1"}
TOLD = blind.valves(SECRETS, URLS, {"base": "b0", "tuned": "t0"})
QUEUE = {"run": "20261121T120000-eval", "versions": {}, "pairs": [{"messages": [], "base": "one", "tuned": "two"}]}


class Answer(SimpleNamespace):
    def json(self):
        return self.body

    def raise_for_status(self):
        if self.status_code >= 400:
            raise requests.HTTPError(f"{self.status_code} Client Error")


class OpenWebUI:
    """A session with one that keeps what it is given; `changes` are the posts that changed something."""

    def __init__(self, sign_in=200):
        self.functions, self.valves, self.models, self.changes, self.headers = {}, {}, {}, [], {}
        self.sign_in, self.said_with = sign_in, {}

    def get(self, url, **_):
        path = url.partition("/api/")[2]
        if path == "v1/functions/":
            return self.said([{**one, "content": "not told here"} for one in self.functions.values()])
        if path == "models":
            return self.said({"data": self.offered()})
        name = path.split("/")[3]
        return self.said(self.valves.get(name) if path.endswith("/valves") else self.functions[name])

    def offered(self):
        """As Open WebUI has it, each model has an `info` by default metadata, registered or not."""
        pipes = [blind.COLUMNS, {}][not self.functions.get(blind.PIPE, {}).get("is_active")]
        known = [{"id": name, "info": {"meta": {"capabilities": {}}, **self.models.get(name, {})}} for name in pipes]
        for one in known:
            one["actions"] = one["info"]["meta"].get("actionIds", [])
        return [{"id": "base", "actions": []}, *known]

    def post(self, url, json, **_):
        path = url.partition("/api/")[2]
        if path == "v1/auths/signin":
            return self.said({"token": "token"}, self.sign_in)
        self.changes.append(path)
        *_, name, verb = path.split("/")
        if path == "v1/functions/create":
            self.functions[json["id"]] = {**json, "is_active": False}
            return self.said(self.functions[json["id"]])
        if path.endswith("/valves/update"):
            self.valves[path.split("/")[3]] = json
        elif verb == "toggle":
            self.functions[name]["is_active"] = not self.functions[name]["is_active"]
        elif path in ("v1/models/create", "v1/models/model/update"):
            assert (path == "v1/models/create") == (json["id"] not in self.models)
            self.models[json["id"]] = json
        else:
            self.functions[name] |= json
            return self.said(self.functions[name])
        return self.said({})

    def said(self, body, status=200):
        return Answer(status_code=status, body=body, headers=self.said_with)


@pytest.fixture
def webui(monkeypatch):
    made = OpenWebUI()
    monkeypatch.setattr(blind, "session", lambda: nullcontext(made))
    return made


def install(told=TOLD):
    blind.install("http://127.0.0.1:3000", "a@b", "password", FOLDER, told)


def test_both_functions_are_there_switched_on_and_told_and_everybody_gets_the_models_with_the_buttons(webui):
    install()
    assert {name: one["is_active"] for name, one in webui.functions.items()} == {"blind": True, "blind_vote": True}
    assert webui.valves == TOLD
    for model in blind.COLUMNS:
        assert webui.models[model]["meta"]["actionIds"] == ["blind_vote"]
        assert webui.models[model]["access_grants"][0]["principal_id"] == "*"
    assert webui.headers["Authorization"] == "Bearer token"


def test_again_it_changes_nothing(webui):
    install()
    webui.changes.clear()
    install()
    assert webui.changes == []


def test_what_is_other_is_put_right_and_the_rest_stays(webui):
    install()
    webui.changes.clear()
    install(blind.valves(SECRETS, URLS, {"base": "b0", "tuned": "t1"}))
    assert webui.changes == ["v1/functions/id/blind_vote/valves/update"]
    webui.functions["blind"] |= {"content": "of a former version", "is_active": False}
    install()
    assert webui.changes[1:] == [
        "v1/functions/id/blind/update",
        "v1/functions/id/blind/toggle",
        "v1/functions/id/blind_vote/valves/update",
    ]


def test_a_runs_answers_stay_put_up_until_the_comparison_is_asked_for_without(webui):
    served = (SECRETS, URLS, {"base": "b0", "tuned": "t0"})
    install(blind.valves(*served, QUEUE))
    assert [webui.valves[name]["queue"] for name in ("blind", "blind_vote")] == [QUEUE, QUEUE]
    webui.changes.clear()
    install(blind.valves(*served))  # as `make up` does while people vote
    assert webui.changes == []
    install(blind.valves(SECRETS, URLS, {"base": "b0", "tuned": "t1"}))
    assert webui.valves["blind_vote"] == {
        "secret": "drawn by this",
        "base_version": "b0",
        "tuned_version": "t1",
        "queue": QUEUE,
    }
    install(blind.valves(*served, {}))
    assert [webui.valves[name]["queue"] for name in ("blind", "blind_vote")] == [{}, {}]


def test_a_sign_in_that_is_refused_is_told_from_what_does_not_work(webui):
    webui.sign_in = 400
    with pytest.raises(blind.SignInRefused):
        install()


@pytest.mark.parametrize(
    ("said", "seconds"), [({"Retry-After": "7"}, 7), ({"Retry-After": "0"}, 1), ({}, 60), ({"Retry-After": "soon"}, 60)]
)
def test_too_many_sign_ins_are_told_from_a_password_that_is_refused(webui, said, seconds):
    webui.sign_in, webui.said_with = 429, said
    with pytest.raises(blind.TooManySignIns) as raised:
        install()
    assert raised.value.seconds == seconds


def test_an_open_webui_that_takes_no_such_functions_is_a_failure_in_one_line(webui, monkeypatch):
    monkeypatch.setattr(webui, "get", lambda *_, **__: Answer(status_code=404, body={}))
    with pytest.raises(Failure, match=r"^Open WebUI takes no blind comparison: HTTPError: 404"):
        install()


def test_the_models_names_and_addresses_are_told_where_administrators_alone_read():
    """A function's name and description are everybody's, and so are its models."""
    public = str([(name, title, about) for name, (_, title, about) in blind.FUNCTIONS.items()]) + str(blind.COLUMNS)
    assert not any(secret in public for secret in (*SECRETS.values(), *URLS.values()))
    assert TOLD["blind"] == {
        "secret": "drawn by this",
        "api_key": "key",
        "base_url": URLS["base"],
        "tuned_url": URLS["tuned"],
    }
    assert TOLD["blind_vote"] == {"secret": "drawn by this", "base_version": "b0", "tuned_version": "t0"}


@pytest.mark.parametrize(("function", "kind"), [("blind", "Pipe"), ("blind_vote", "Action")])
def test_a_function_is_one_text_that_needs_nothing_beside_open_webui(function, kind, monkeypatch):
    text = blind.source(FOLDER, blind.FUNCTIONS[function][0])
    assert "import images" not in text
    assert "from images" not in text
    assert text.splitlines()[0] != '"""'  # what Open WebUI would read a list of packages from
    # Open WebUI puts its own name before these, wherever they stand.
    assert not re.search("from (utils|apps|main|config)", text)
    module = ModuleType(f"function_{function}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(text, vars(module))  # noqa: S102 - as Open WebUI does
    made = getattr(module, kind)()
    assert set(type(made).Valves.model_fields) == {*TOLD[function], "queue"}
    assert text.count("def drawn(") == 1  # shared text is there once


def test_the_link_opens_a_chat_with_both_or_with_what_hands_out_a_runs_pairs():
    assert blind.link("http://127.0.0.1:3000") == "http://127.0.0.1:3000/?models=blind.a,blind.b"
    assert blind.link_to_run("http://127.0.0.1:3000") == "http://127.0.0.1:3000/?models=blind.run&q=next"
