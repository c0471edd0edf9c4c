"""Texts are held against each other by what a server of embeddings says of them, each asked of once."""

from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from evalharness.client.endpoints import Endpoint
from evalharness.errors import Failure, UsageError
from evalharness.pool import rows
from evalharness.pool.filters.filtering import MEANING, Limits, filtered
from evalharness.pool.filters.meaning import closeness
from tests.json_server import JsonHandler, running

EMBEDDED = {
    "How far is it to Porto?": [3.0, 4.0],
    "What is the distance to Porto?": [6.0, 8.0],
    "How far is it from Porto?": [4.0, -3.0],
    "none": [0.0, 0.0],
    "no number": ["x"],
}


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Embeddings)
        self.asked: list[str] = []

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("embeddings", f"http://127.0.0.1:{self.server_port}/v1", "small", key="a key")


class Embeddings(JsonHandler):
    server: Server

    def do_POST(self) -> None:
        asked = self.body()
        self.server.asked.append(asked["input"])
        right = self.path == "/v1/embeddings" and self.headers["Authorization"] == "Bearer a key"
        if not right or asked["model"] != "small":
            return self.reply(404, {"error": f"no {asked['model']} for {self.headers['Authorization']}"})
        if asked["input"] == "busy":
            return self.reply(500, {})
        return self.reply(200, {"data": [{"embedding": EMBEDDED[asked["input"]]}]})


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Server()) as server:
        yield server


def test_closeness_is_the_cosine_and_each_text_is_asked_of_once(server: Server) -> None:
    close = closeness(server.endpoint)
    same, other = "What is the distance to Porto?", "How far is it from Porto?"
    assert close("How far is it to Porto?", same) == pytest.approx(1)
    assert close("How far is it to Porto?", other) == pytest.approx(0)
    assert server.asked == ["How far is it to Porto?", same, other]


def test_a_variant_that_means_something_else_is_dropped_and_only_what_all_else_lets_through_is_asked(
    server: Server,
) -> None:
    said = [{"role": "user", "content": "How far is it to Porto?"}, {"role": "assistant", "content": "30 km."}]
    row = rows.given(said, [], None)
    kept, turned, far = (
        rows.variant(row, question, "paraphrase", 0)
        for question in ("What is the distance to Porto?", "How far is it from Porto?", "Porto, please!")
    )
    limits = Limits(closeness=closeness(server.endpoint))
    found = {one.id: one.reason for one in filtered([row, kept, turned, far], limits)}
    assert found == {turned.id: MEANING, far.id: "too far from its origin"}
    assert "Porto, please!" not in server.asked


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("busy", Failure, "no embedding in the answer"),
        ("none", Failure, "no embedding in the answer"),
        ("no number", Failure, "no embedding in the answer"),
    ],
)
def test_an_answer_without_an_embedding_is_a_failure(
    server: Server, text: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        closeness(server.endpoint)(text, text)


def test_a_model_that_is_not_there_and_a_server_that_is_not_are_one_line_without_the_key(server: Server) -> None:
    with pytest.raises(UsageError, match=r"404 for other: .*Bearer \(the key\)"):
        closeness(Endpoint("embeddings", server.endpoint.url, "other", key="a key"))("a", "b")
    with pytest.raises(UsageError, match="nobody answers; --embeddings names a server"):
        closeness(Endpoint("embeddings", "http://127.0.0.1:9/v1", "small"))("a", "b")
