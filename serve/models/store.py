"""The versioned model store: `models/<variant>/<version>/`, a Hugging Face folder with its manifest.

A version is named by the digest of everything that made it, written beside its place, and appears by one rename.
`current` is a relative symlink to the version in force. The store knows files and digests, nothing of what is in
them, and needs only the standard library: the jobs import it inside their own environments.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
KEPT_VERSIONS = 3


@dataclass(frozen=True)
class Store:
    root: Path

    def folder(self, variant: str, version: str) -> Path:
        return self.root / variant / version

    def standing(self, variant: str, version: str) -> Path | None:
        """The folder of a version that is whole (manifest there, every file of its stated size), or None."""
        folder = self.folder(variant, version)
        manifest = read_manifest(folder)
        if manifest is None:
            return None
        whole = all(
            (folder / name).is_file() and (folder / name).stat().st_size == file["bytes"]
            for name, file in manifest["files"].items()
        )
        return folder if whole else None

    def current(self, variant: str) -> Path | None:
        """The folder of the version in force, or None where there is none or it is not whole."""
        link = self.root / variant / "current"
        return self.standing(variant, str(link.readlink())) if link.is_symlink() else None

    def make_current(self, variant: str, version: str) -> None:
        """Points `current` at a version by one rename, and drops all but the newest versions."""
        link = self.root / variant / "current"
        draft = link.with_name(".current.draft")
        draft.unlink(missing_ok=True)
        draft.symlink_to(version)
        draft.replace(link)
        for old in self.versions(variant)[KEPT_VERSIONS:]:
            if old != version:
                shutil.rmtree(self.folder(variant, old))

    def versions(self, variant: str) -> list[str]:
        """The versions that have a manifest, newest first."""
        manifests = (self.root / variant).glob(f"*/{MANIFEST}")
        made = {m.parent.name: m.stat().st_mtime_ns for m in manifests if not m.parent.is_symlink()}
        return sorted((name for name in made if not name.startswith(".")), key=made.__getitem__, reverse=True)

    @contextmanager
    def lock(self, variant: str) -> Iterator[None]:
        """Held by the one job that may write this variant; a second job waits, then finds the work done."""
        folder = self.root / variant
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def staging(self, variant: str, version: str) -> Iterator[Path]:
        """A folder to write a version into, gone again if the work fails. Call with the variant's lock held."""
        for abandoned in (self.root / variant).glob(".staging-*"):
            shutil.rmtree(abandoned)
        draft = self.root / variant / f".staging-{version}"
        draft.mkdir()
        try:
            yield draft
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def publish(self, draft: Path, variant: str, version: str, about: Mapping[str, Any]) -> Path:
        """Writes the manifest into a finished draft, renames it into place and makes it current."""
        manifest = {
            "variant": variant,
            "version": version,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            **about,
            "files": describe(draft),
        }
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        folder = self.folder(variant, version)
        if folder.exists():  # it stood once, but is not whole any more
            shutil.rmtree(folder)
        draft.replace(folder)
        self.make_current(variant, version)
        return folder


def read_manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    return manifest


def describe(folder: Path, known: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """Size in bytes, time of change and SHA-256 of each file of a model folder, by its path inside it.

    A file that `known` lists with the same size and time keeps its digest: hashing 16 GB takes seconds.
    """
    files = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name == MANIFEST or in_hidden_folder(path, folder):
            continue
        name, stat = str(path.relative_to(folder)), path.stat()
        same = {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        before = (known or {}).get(name, {})
        unchanged = before.items() >= same.items()
        files[name] = {**same, "sha256": before["sha256"] if unchanged else digest(path)}
    return files


def in_hidden_folder(path: Path, folder: Path) -> bool:
    """Whether a path lies in something like `.cache/` or `.git/`: not part of the model."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs_digest(inputs: Mapping[str, Any]) -> str:
    """The name of the version that these inputs (digests, parameters, library versions) make: 12 hex digits."""
    canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
