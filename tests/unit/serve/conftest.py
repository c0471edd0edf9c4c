"""What a person or a site has set in the environment is nothing that these tests should see."""

import pytest

from serve.settings import Settings


@pytest.fixture(autouse=True)
def no_settings_in_the_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name, raising=False)
