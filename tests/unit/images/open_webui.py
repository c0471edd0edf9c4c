"""A stand-in for the parts of Open WebUI that its functions import: modules with what a test puts into them."""

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest


def put_in(monkeypatch: pytest.MonkeyPatch, parts: Mapping[str, Mapping[str, Any]]) -> None:
    """`parts`: of a module below open_webui its names, such as "models.chats": {"Chats": ...}."""
    for name in ("open_webui", "open_webui.models", "open_webui.socket"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    for name, has in parts.items():
        made = ModuleType(f"open_webui.{name}")
        vars(made).update(has)
        monkeypatch.setitem(sys.modules, made.__name__, made)
