"""Whether a blind vote was written by the comparison itself: drawn with the deployment's secret, and sealed with it.

Pure. The comparison's own side of it is images/webui/functions/pairs.py, which Open WebUI takes as one text and which
this package does not come with; a test holds the two to each other.
"""

import hashlib
import hmac
import json
from typing import Literal

from evalharness.runs.typed import Json

Side = Literal["base", "tuned"]
SIDES: tuple[Side, Side] = ("base", "tuned")
OF_DATA = ("vote", "A", "B", "versions", "prompt")
OF_META = ("chat_id", "user_message_id", "message_ids")


def drawn(secret: str, chat: str, asked: str) -> dict[str, Side]:
    """Who answered in columns A and B to a person's message, by its id and its chat's."""
    first = hmac.digest(secret.encode(), f"{chat}{asked}".encode(), hashlib.sha256)[0] % 2
    return {"A": SIDES[first], "B": SIDES[1 - first]}


def seal(secret: str, person: str, data: Json, meta: Json) -> str:
    """HMAC-SHA-256, in hexadecimal digits, of whose vote it is and of all that a vote says (OF_DATA, OF_META)."""
    said = [person, *(data.get(name) for name in OF_DATA), *(meta.get(name) for name in OF_META)]
    return hmac.digest(secret.encode(), json.dumps(said, sort_keys=True).encode(), hashlib.sha256).hex()


def is_sealed(secret: str, person: str, data: Json, meta: Json) -> bool:
    return hmac.compare_digest(str(data.get("seal")).encode(), seal(secret, person, data, meta).encode())
