"""Which two endpoints are compared, read from a deployment's endpoints file or from URLs.

It knows the OpenAI API's base URL and key, and nothing of who started the servers.
"""

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from evalharness.errors import UsageError

if TYPE_CHECKING:
    from evalharness.runs.about import PublicEndpoint

ENDPOINTS_FILE = Path(".tandem/endpoints.json")
"""Where a deployment writes it, seen from its checkout."""


@dataclass(frozen=True)
class Endpoint:
    """One side of the comparison.

    `name` labels its rows and is unique within a run; `model` is what the API calls it; `url` ends in `/v1`.
    `quantization` is of its weights, in words, and `tool_parser` what makes calls of tools of what the model wrote (or
    `none`), where whoever started it says so: no server does.
    """

    name: str
    url: str
    model: str
    version: str = ""
    key: str = field(default="", repr=False)
    quantization: str = ""
    tool_parser: str = ""

    def public(self) -> "PublicEndpoint":
        """What a run folder may say about it: everything but the key."""
        return {"name": self.name, "url": self.url, "model": self.model, "version": self.version}

    def redacted(self, text: str) -> str:
        """What a server said, without the key: some repeat it, and rows are shown around. Redact first, then cut."""
        return text.replace(self.key, "(the key)") if self.key else text

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


def read_endpoints(path: Path) -> list[Endpoint]:
    """The endpoints that a deployment wrote, in its order (`base` first).

    Raises UsageError when the file is missing or not what it should be.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["endpoints"]
        return [
            Endpoint(
                name=entry["name"],
                url=entry["url"].rstrip("/"),
                model=entry["model"],
                version=entry.get("version", ""),
                quantization=entry.get("quantization", ""),
                tool_parser=entry.get("tool_parser", ""),
                key=read_key(path.parent / entry["key_file"], entry.get("key_name")),
            )
            for entry in entries
        ]
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist: start the servers with `make up`, or give --url twice") from None
    except OSError as error:
        raise UsageError(f"{path}: the endpoints cannot be read ({error.strerror})") from None
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is not an endpoints file ({error!r}): `make up` writes it anew") from None


def read_key(path: Path, name: str | None) -> str:
    """An API key from a file that holds it alone, or under `name` in a file of NAME=value lines."""
    try:
        key = dotenv_values(path).get(name) if name else path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{path}: the API key cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        key = None
    if not key or not re.fullmatch(r"[!-~]+", key):  # what a header can carry
        raise UsageError(f"{path}: no API key in it" + (f" under {name}" if name else ""))
    return key


def against_itself(endpoints: list[Endpoint]) -> list[Endpoint]:
    """The first endpoint twice, under two names: what any trustworthy comparison must call equal."""
    base = endpoints[0]
    return [base, replace(base, name=f"{base.name} again")]
