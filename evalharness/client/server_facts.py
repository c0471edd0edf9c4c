"""What a server says of itself over HTTP, to nobody more than the holder of its API key; and what the endpoints file
says of its quantization and of how it reads calls of tools, of which no server speaks.

It knows vLLM's addresses, and nothing of what is made of the answers. Whatever cannot be read is None: an endpoint
need not be vLLM, and a proxy may let nothing through but /v1.

vLLM names neither its sampling defaults (those that it takes from a checkpoint's generation_config) nor its chat
template. The template is seen by what it makes of a few chats; the defaults by whether a request that leaves them
open draws the same tokens as one that states the neutral values.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, get_args

import requests

from evalharness.client.endpoints import Endpoint
from evalharness.runs.fairness import MODEL, NEUTRAL, OWN, What
from evalharness.runs.typed import Json

CONNECT_SECONDS, READ_SECONDS, DRAW_SECONDS = 5.0, 10.0, 120.0

SYSTEM = {"role": "system", "content": "You are  brief.\n"}
QUESTION = {"role": "user", "content": "  Say 3.14 in French; naïve “quotes”, \N{SNOWMAN}.\n"}
ANSWER = {"role": "assistant", "content": "Trois virgule quatorze."}
TOOL = {
    "name": "say",
    "description": "Says a text.",
    "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
}
CHATS: tuple[Json, ...] = (
    {"messages": [QUESTION]},
    {"messages": [SYSTEM, QUESTION]},
    {"messages": [SYSTEM, QUESTION, ANSWER, {"role": "user", "content": "Again!"}]},
    {"messages": [QUESTION], "tools": [{"type": "function", "function": TOOL}]},
)

# Every request of the harness states its temperature, so no default of that is looked for.
NEUTRAL_SAMPLING = {"top_p": 1, "top_k": 0, "min_p": 0, "repetition_penalty": 1}
# A model that is sure of its answer draws the same tokens whatever the defaults are. So 64 tokens are lifted far above
# all others, in even steps: at the highest temperature that is allowed, top_p 0.95, top_k 50, min_p 0.05 and a
# repetition penalty of 1.05 then each change most of the eight answers.
DRAWS = {
    "messages": [{"role": "user", "content": "Hello"}],
    "n": 8,
    "max_tokens": 16,
    "seed": 1,
    "temperature": 2,
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "ignore_eos": True,
    "logit_bias": {str(200 + step): 92 + step * 8 / 63 for step in range(64)},
}
CACHE_INFO, LABEL = "vllm:cache_config_info{", re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
UNREADABLE = (requests.RequestException, ValueError, LookupError, TypeError, AttributeError)


def read_servers(endpoints: Sequence[Endpoint]) -> dict[str, Json]:
    """What fairness.record takes."""
    return {endpoint.name: read_server(endpoint) for endpoint in endpoints}


def read_server(endpoint: Endpoint) -> Json:
    """Every What and the model of an endpoint, each None where it cannot be read."""
    server = _Server(endpoint)
    facts: Json = dict.fromkeys(get_args(What))
    facts["vLLM version"] = server.version()
    card = server.card()
    facts["maximum length"] = card.get("max_model_len")
    facts[MODEL] = endpoint.version or card.get("root")
    facts["quantization"] = endpoint.quantization or None
    facts["tool calls"] = endpoint.tool_parser or None
    if facts["vLLM version"]:  # what follows would be an error, or cost money, elsewhere
        facts["chat template"] = server.rendered()
        facts["tokenizer"] = server.tokenizer()
        facts["sampling defaults"] = server.sampling_defaults()
        facts["KV cache"] = server.kv_cache()
    return facts


class _Server:
    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint, self.root = endpoint, endpoint.url.removesuffix("/v1")
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy and no .netrc, as in asking.py

    def version(self) -> str | None:
        try:
            return str(_content(self._request("GET", f"{self.root}/version"))["version"])
        except UNREADABLE:
            return None

    def card(self) -> Json:
        """What /v1/models says of this model, or nothing."""
        try:
            cards: list[Json] = _content(self._request("GET", f"{self.endpoint.url}/models"))["data"]
            return next(card for card in cards if card["id"] == self.endpoint.model)
        except (*UNREADABLE, StopIteration):
            return {}

    def rendered(self) -> list[str] | None:
        """CHATS as the template makes one text of each. It may refuse one (some know no system role): what it says."""
        texts = []
        try:
            for chat in CHATS:
                response = self._request("POST", f"{self.root}/tokenize", chat)
                if response.status_code == 400:
                    texts.append(f"refused: {response.json()['error']['message']}")
                else:
                    tokens = _content(response)["tokens"]
                    texts.append(
                        _content(self._request("POST", f"{self.root}/detokenize", {"tokens": tokens}))["prompt"]
                    )
        except UNREADABLE:
            return None
        return texts

    def tokenizer(self) -> str | None:
        """The token ids of a text, as a word to compare by."""
        try:
            tokens = _content(self._request("POST", f"{self.root}/tokenize", {"prompt": QUESTION["content"]}))["tokens"]
        except UNREADABLE:
            return None
        return f"{len(tokens)} tokens, {hashlib.sha256(json.dumps(tokens).encode()).hexdigest()[:12]}"

    def sampling_defaults(self) -> str | None:
        """None also where a server does not draw the same tokens twice."""
        try:
            left_open, stated = self._draw({}), self._draw(NEUTRAL_SAMPLING)
            if left_open == stated:
                return NEUTRAL
            again = self._draw({}), self._draw(NEUTRAL_SAMPLING)
        except UNREADABLE:
            return None
        return OWN if (left_open, stated) == again else None

    def kv_cache(self) -> str | None:
        try:
            metrics = self._request("GET", f"{self.root}/metrics").text
            engines = [dict(LABEL.findall(line)) for line in metrics.splitlines() if line.startswith(CACHE_INFO)]
            size, kind = int(engines[0]["block_size"]), engines[0]["cache_dtype"]
            tokens = sum(size * int(engine["num_gpu_blocks"]) for engine in engines)
            prefixes = "on" if engines[0]["enable_prefix_caching"] == "True" else "off"
        except UNREADABLE:
            return None
        return f"{tokens} tokens in blocks of {size}, {kind}, prefix caching {prefixes}"

    def _draw(self, sampling: Json) -> list[str]:
        url = f"{self.endpoint.url}/chat/completions"
        said = _content(self._request("POST", url, {**DRAWS, **sampling}, DRAW_SECONDS))
        return [choice["message"]["content"] for choice in said["choices"]]

    def _request(
        self, method: str, url: str, body: Json | None = None, seconds: float = READ_SECONDS
    ) -> requests.Response:
        return self.session.request(
            method,
            url,
            json={"model": self.endpoint.model, **body} if body else None,
            headers=self.endpoint.headers,
            timeout=(CONNECT_SECONDS, seconds),
            allow_redirects=False,
        )


def _content(response: requests.Response) -> Any:
    response.raise_for_status()
    return response.json()
