"""Questions to an endpoint before any load: does it answer, and does it take what the load asks for?"""

import requests

from evalharness.client import asking
from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.load.profile import chat_request
from evalharness.load.sse import StreamError, parse_line


def probe(endpoint: Endpoint, output_tokens: int) -> None:
    """Returns when the endpoint can be put under load. Raises UsageError, saying what is wrong with it."""
    asking.probe(endpoint)
    where = f"endpoint {endpoint.name} at {endpoint.url}"
    body = chat_request(endpoint.model, [{"role": "user", "content": "Hello"}], output_tokens, salt="probe")
    try:
        with requests.Session() as session:
            session.trust_env = False  # like the load generator, which knows neither proxy nor .netrc
            response = session.post(
                f"{endpoint.url}/chat/completions",
                json=body,
                headers=endpoint.headers,
                timeout=asking.READ_SECONDS,
                allow_redirects=False,
            )
    except requests.RequestException as error:
        raise UsageError(f"{where}: no answer to a streamed question ({type(error).__name__})") from None
    said = endpoint.redacted(response.content.decode(errors="replace"))
    if response.status_code != 200:
        raise UsageError(
            f"{where} refuses what the load asks: a stream with token counts, --output-tokens {output_tokens}, "
            "and for equal work vLLM's ignore_eos, min_tokens and cache_salt "
            f"(http_{response.status_code}: {' '.join(said.split())[:300]})"
        )
    try:
        events = [event for line in said.encode().splitlines() if (event := parse_line(line))]
    except StreamError as error:
        raise UsageError(f"{where}: not a stream of chat completion chunks ({error.detail[:200]})") from None
    tokens = [event.output_tokens for event in events if event.output_tokens is not None]
    if not tokens:
        raise UsageError(f"{where}: no token count in its stream (stream_options.include_usage); load needs it")
    if tokens[-1] != output_tokens:
        raise UsageError(
            f"{where} gave {tokens[-1]} tokens where --output-tokens {output_tokens} were asked of it: without vLLM's "
            "ignore_eos and min_tokens the two sides would not do equal work"
        )
