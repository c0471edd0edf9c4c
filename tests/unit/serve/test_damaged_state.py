"""Files of .tandem that a full disk or a crash has damaged: one line says which, or they count as not there."""

import pytest

from serve.errors import UsageError
from serve.paths import Paths
from serve.runtimes.choice import in_use
from serve.runtimes.local.runtime import Local
from serve.services import credentials
from serve.settings import Settings


@pytest.fixture
def paths(tmp_path):
    paths = Paths(tmp_path)
    paths.state.mkdir()
    return paths


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"podman"])
def test_a_runtime_that_is_none_counts_as_none_in_use(paths, content):
    paths.runtime.write_bytes(content)
    assert in_use(paths) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"endpoints": 3}', '{"endpoints": []}', '{"endpoints": [3]}'])
def test_of_endpoints_that_cannot_be_read_no_version_is_said(paths, content):
    paths.endpoints.write_text(content)
    assert Local(Settings(), paths).version("base") == "-"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"API_KEY", b"A=b\n", b"API_KEY=a\nWEBUI_PASS", b"API_KEY=\xff"])
def test_secrets_that_were_damaged_are_named_and_not_made_anew_in_silence(paths, content):
    """A password made anew would not be that of the account that stands."""
    paths.secrets.write_bytes(content)
    with pytest.raises(UsageError, match=r"secrets\.env: damaged; mend it"):
        credentials.ensure(paths.secrets)
    assert paths.secrets.read_bytes() == content
