"""Stored versions of a deployment that runs: going back in one command, and nothing served that is damaged."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from serve.models.store import MANIFEST, Store, read_manifest
from tests.e2e.test_deployment import chat
from tests.newcomer import Checkout

OTHER = "feedfacecafe"
KEYS = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec
key, pem, here = ec.generate_private_key(ec.SECP256R1()), forms.Encoding.PEM, Path(sys.argv[1])
private = key.private_bytes(pem, forms.PrivateFormat.PKCS8, forms.NoEncryption())
(here / "key.pem").write_bytes(private)
(here / "public.pem").write_bytes(key.public_key().public_bytes(pem, forms.PublicFormat.SubjectPublicKeyInfo))
"""


@pytest.fixture(scope="module")
def store(deployment: Checkout) -> Iterator[Store]:
    """The demo's store with a second version of the tuned model, which is not in force."""
    store = Store(deployment.root / "models")
    first = store.in_force("tuned")
    folder = store.folder("tuned", first)
    about = {name: value for name, value in (read_manifest(folder) or {}).items() if name not in ("files", "version")}
    with store.lock("tuned"), store.staging("tuned", OTHER) as draft:
        shutil.copytree(folder, draft, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST))
        store.publish(draft, "tuned", OTHER, about)
        store.make_current("tuned", first)
    yield store
    with store.lock("tuned"):
        store.make_current("tuned", first)
        store.discard("tuned", OTHER)
        store.events_file("tuned").unlink()  # or that version would be withdrawn for good


def served(deployment: Checkout) -> str:
    entries = json.loads((deployment.root / ".tandem" / "endpoints.json").read_text())["endpoints"]
    return next(str(entry["version"]) for entry in entries if entry["name"] == "tuned")


def test_a_rollback_serves_another_version_which_answers_and_goes_back_again(
    deployment: Checkout, store: Store
) -> None:
    first = store.in_force("tuned")
    for words, version in ((["rollback", f"TO={OTHER}"], OTHER), (["rollback"], first)):
        done = deployment.make(*words)
        assert done.code == 0, done.said
        assert f"tuned: {version} is in force" in done.said
        assert store.in_force("tuned") == served(deployment) == version
        assert chat(deployment, "tuned", deployment.secrets()["API_KEY"]).status_code == 200
        program = (deployment.root / ".tandem" / "run" / "programs" / "tuned.conf").read_text()
        assert f"models/tuned/{version} " in program


def test_a_flipped_byte_is_refused_before_anything_is_served_with_the_files_name(
    deployment: Checkout, store: Store
) -> None:
    weights = store.folder("tuned", store.in_force("tuned")) / "model.safetensors"
    whole = weights.read_bytes()
    try:
        weights.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
        done = deployment.make("up")
        assert done.code == 2
        assert f"{weights}: not what was published" in done.complaint
    finally:
        weights.write_bytes(whole)
    assert deployment.make("up").code == 0


def test_versions_lists_what_is_in_force(deployment: Checkout, store: Store) -> None:
    done = deployment.make("versions")
    assert done.code == 0, done.said
    (line,) = [line for line in done.said.splitlines() if store.in_force("tuned") in line and "current" in line]
    assert line.split()[0] == "tuned"


def test_an_exported_folder_is_signed_by_ones_own_key_and_a_flipped_byte_is_found(
    deployment: Checkout, store: Store, tmp_path: Path
) -> None:
    assert store.in_force("tuned")
    environments = deployment.root / ".tandem" / "environments"
    made = deployment.run(str(environments / "webui" / "bin" / "python"), "-c", KEYS, str(tmp_path))
    assert made.code == 0, made.said
    folder = tmp_path / "mine"
    done = deployment.make("export", f"TO={folder}", f"SIGN_KEY={tmp_path / 'key.pem'}")
    assert done.code == 0, done.said
    tool = [str(environments / "signing" / "bin" / "model_signing"), "verify", "key", str(folder)]
    given = ["--signature", str(folder / "model.sig"), "--public_key", str(tmp_path / "public.pem")]
    assert deployment.run(*tool, *given).code == 0
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    done = deployment.run(*tool, *given)
    assert done.code == 1
    assert "model.safetensors" in done.said
