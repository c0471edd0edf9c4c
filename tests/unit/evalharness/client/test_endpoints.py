import json
from pathlib import Path
from typing import Any

import pytest

from evalharness.client.endpoints import Endpoint, against_itself, read_endpoints, read_key
from evalharness.errors import UsageError

KEY = "sk-a-key-that-nobody-may-see"


def deployed(folder: Path, **changes: Any) -> Path:
    (folder / "secrets.env").write_text(f"BASE_KEY={KEY}\nTUNED_KEY=another\n")
    entry = {
        "name": "base",
        "url": "http://127.0.0.1:8001/v1/",
        "model": "base",
        "version": "3",
        "key_file": "secrets.env",
        "key_name": "BASE_KEY",
        **changes,
    }
    path = folder / "endpoints.json"
    path.write_text(json.dumps({"endpoints": [entry]}))
    return path


def test_endpoints_are_read_with_their_keys_from_beside_the_file(tmp_path: Path) -> None:
    [endpoint] = read_endpoints(deployed(tmp_path))
    assert endpoint == Endpoint("base", "http://127.0.0.1:8001/v1", "base", "3", KEY)
    assert endpoint.headers == {"Authorization": f"Bearer {KEY}"}


def test_the_key_is_neither_in_what_a_run_keeps_nor_in_what_is_printed(tmp_path: Path) -> None:
    [endpoint] = read_endpoints(deployed(tmp_path))
    assert KEY not in f"{endpoint.public()} {endpoint!r} {endpoint}"


def test_a_key_that_a_server_repeats_is_redacted() -> None:
    endpoint = Endpoint("a", "http://x/v1", "m", key=KEY)
    assert endpoint.redacted(f"{KEY} is not {KEY}!") == "(the key) is not (the key)!"


def test_an_endpoint_without_a_key_sends_none_and_has_none_to_redact() -> None:
    endpoint = Endpoint("a", "http://x/v1", "m")
    assert endpoint.headers == {}
    assert endpoint.redacted("as it was") == "as it was"


@pytest.mark.parametrize("changes", [{"url": 5}, {"key_file": None}, {"name": None, "url": None}])
def test_a_file_that_is_not_an_endpoints_file_says_what_writes_one(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="make up"):
        read_endpoints(deployed(tmp_path, **changes))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"endpoints": [{}]}', '{"endpoints": 5}'])
def test_a_torn_endpoints_file_is_a_mistake_and_no_crash(tmp_path: Path, content: str) -> None:
    path = tmp_path / "endpoints.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"endpoints\.json"):
        read_endpoints(path)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=str(tmp_path)):
        read_endpoints(tmp_path / name)


def test_a_key_may_lie_alone_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    assert read_key(path, None) == KEY


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", b"one\ntwo\n", "clé".encode(), b"\xff"])
def test_what_no_header_can_carry_is_no_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="no API key"):
        read_key(path, None)


def test_a_key_that_the_file_does_not_name_is_missed_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("OTHER=1\n")
    with pytest.raises(UsageError, match="under BASE_KEY"):
        read_key(path, "BASE_KEY")


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        read_key(tmp_path / "nowhere", None)


def test_base_against_base_is_one_server_under_two_names() -> None:
    base = Endpoint("base", "http://x/v1", "m", "1", KEY)
    first, second = against_itself([base, Endpoint("tuned", "http://y/v1", "m")])
    assert first == base
    assert (second.name, second.url, second.key) == ("base again", base.url, base.key)
