"""`make export`: a stored version as plain files, in a folder or a tar archive that any tool reads.

A folder is signed where SIGN_KEY names a key.
"""

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from serve.errors import UsageError
from serve.models.keeping import check_exported
from serve.models.store import VARIANTS
from serve.paths import Paths
from serve.runtimes import keeper
from serve.runtimes.choice import runtime
from serve.settings import Settings
from serve.signing.sign import SIGNATURE, sign

NAME = "export"
HELP = "a stored version as plain files: TO=folder, or TO=file.tar"


def main(settings: Settings, paths: Paths) -> int:
    """Raises UsageError for a place that is taken, a variant that is none, damaged files, a key that cannot sign."""
    variant, _, version = (os.environ.get("VARIANT") or "tuned").partition("/")
    if variant not in VARIANTS:
        raise UsageError(f"VARIANT={variant} is none; it is one of {', '.join(VARIANTS)}, or such a one's /VERSION")
    if not os.environ.get("TO"):
        raise UsageError("name a folder, or a file that ends in .tar: `make export TO=…`")
    target = paths.root / Path(os.environ["TO"]).expanduser()
    if target.exists():
        raise UsageError(f"{target}: is there already; set TO to a place that is not")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent}: no such folder; set TO to a place in one")
    key = paths.root / Path(os.environ["SIGN_KEY"]).expanduser() if os.environ.get("SIGN_KEY") else None
    if key and (not key.is_file() or target.suffix == ".tar"):
        wrong = f"{target}: an archive" if key.is_file() else f"{key}: no such file"
        raise UsageError(f"{wrong}; SIGN_KEY names a key that signs a folder")
    here = runtime(settings, paths)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as drafts:
        draft = Path(drafts) / "archive.tar"
        with draft.open("wb") as out:
            keeper.archive(here, out, NAME, variant, *([version] if version else []))
        if target.suffix != ".tar":
            draft = unpacked(draft)
        if key:
            sign(draft, key, paths)
        shutil.move(draft, target)
    signed = f" {SIGNATURE} is the signature." if key else ""
    print(f"{target}: {variant}, as plain files. Its README.md says what can read it.{signed}")
    return 0


def unpacked(archive: Path) -> Path:
    """The one folder in an archive, with every file checked against its manifest."""
    with tarfile.open(archive) as files:
        files.extractall(archive.parent, filter="data")
    archive.unlink()
    (folder,) = archive.parent.iterdir()
    check_exported(folder)
    return folder
