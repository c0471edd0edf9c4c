from importlib import import_module

import pytest

from serve.__main__ import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_under_its_own_name(name):
    assert name == import_module(f"serve.commands.{COMMANDS[name]}").NAME
