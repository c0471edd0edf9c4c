"""The versioned model store: `models/<variant>/<version>/`, a Hugging Face folder with its manifest.

A version is named by the digest of everything that made it, written beside its place, and appears by one rename.
`current` is a relative symlink to the version in force. The store knows files and digests, nothing of what is in
them, and needs only the standard library: the jobs import it inside their own environments.
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from serve.errors import UsageError
from serve.models import history
from serve.models.checksums import MANIFEST, damaged, describe, digest, in_hidden_folder, inputs_digest

__all__ = ["MANIFEST", "Store", "describe", "digest", "in_hidden_folder", "inputs_digest", "read_manifest"]

VARIANTS = ("adapter", "merged", "base", "tuned")
KEPT_VERSIONS = 3
# What the merge made, at 16 bits, is large and is made again in minutes: only the one in force stays, and the one that
# the tuned model in force was made from.
KEPT = {"merged": 0}


told = partial(print, flush=True)


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
        version = self.in_force(variant)
        return self.standing(variant, version) if version else None

    def in_force(self, variant: str) -> str:
        """The version that `current` names, whole or not; empty where there is none."""
        link = self.root / variant / "current"
        return str(link.readlink()) if link.is_symlink() else ""

    def verify(self, variant: str, version: str) -> None:
        """Raises UsageError naming the first file that is not what was published; call it before a server is pointed
        at a version.
        """
        if wrong := self.wrong(variant, version):
            raise UsageError(
                f"{self.folder(variant, version) / wrong[0]}: not what was published (its SHA-256 is another than the "
                "manifest's); `make prune` deletes what is damaged, and `make up` makes it again"
            )

    def wrong(self, variant: str, version: str, every_byte: bool = False) -> list[str]:
        """The damaged files of a version, by name. `every_byte`: whatever was verified before."""
        folder = self.folder(variant, version)
        files = (read_manifest(folder) or {"files": {MANIFEST: {"bytes": -1}}})["files"]
        return damaged(folder, files, None if every_byte else self.root / variant / f".verified-{version}.json")

    def make_current(self, variant: str, version: str, how: history.How = "asked for again") -> None:
        """Points `current` at a version by one rename, and drops what need not be kept. Call with the lock held.

        A version that nobody needs whole may be in force without being there (images/job.py: `needless`).
        """
        before = self.in_force(variant)
        link = self.root / variant / "current"
        draft = link.with_name(".current.draft")
        draft.unlink(missing_ok=True)
        draft.symlink_to(version)
        draft.replace(link)
        if version != before:
            history.append(self.events_file(variant), version, how, before)
        for one in dict.fromkeys((variant, "merged")):  # another tuned model may have freed what its former came from
            for old in self.superfluous(one):
                self.discard(one, old)

    def events_file(self, variant: str) -> Path:
        return self.root / variant / "history.jsonl"

    def events(self, variant: str) -> list[history.Event]:
        """What was in force when, oldest first."""
        return history.read(self.events_file(variant))

    def versions(self, variant: str) -> list[str]:
        """The versions that have a manifest, newest first."""
        manifests = (self.root / variant).glob(f"*/{MANIFEST}")
        made = {m.parent.name: m.stat().st_mtime_ns for m in manifests if not m.parent.is_symlink()}
        return sorted((name for name in made if not name.startswith(".")), key=made.__getitem__, reverse=True)

    def superfluous(self, variant: str) -> list[str]:
        """The versions beyond those that are kept, which were in force last; never the one that is, nor what that was
        made from.
        """
        needed = {self.in_force(variant)}
        if variant == "merged":
            needed.add(parent(read_manifest(self.folder("tuned", self.in_force("tuned")))) or "")
        versions = self.versions(variant)
        last = {
            version: at
            for at, event in enumerate(self.events(variant))
            for version in (event.instead_of, event.version)
        }
        kept = sorted(versions, key=lambda version: last.get(version, -1), reverse=True)[
            : KEPT.get(variant, KEPT_VERSIONS)
        ]
        return [version for version in versions if version not in needed and version not in kept]

    def discard(self, variant: str, version: str) -> None:
        """Deletes a version, which is gone from sight before the first of its files is."""
        hidden = self.root / variant / f".staging-{version}-discarded"
        shutil.rmtree(hidden, ignore_errors=True)
        self.folder(variant, version).rename(hidden)
        shutil.rmtree(hidden, ignore_errors=True)  # what stays of it, the next job sweeps up
        (self.root / variant / f".verified-{version}.json").unlink(missing_ok=True)

    @contextmanager
    def lock(self, variant: str, say: Callable[[str], None] = told) -> Iterator[None]:
        """Held by the one that may write this variant; a second says that it waits, then finds the work done."""
        folder = self.root / variant
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"waiting: another job is at work on {folder}")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def staging(self, variant: str, version: str) -> Iterator[Path]:
        """A folder to write a version into, gone again if the work fails. Call with the variant's lock held."""
        for abandoned in (self.root / variant).glob(".staging-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
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
            self.discard(variant, version)
        draft.replace(folder)
        for kept in (self.root / variant).glob(".partial-*"):
            shutil.rmtree(kept, ignore_errors=True)
        self.make_current(variant, version, "published")
        return folder


def partial_of(draft: Path) -> Path:
    """The folder beside a draft in which a job keeps what it can go on with after a kill, until a version is published.
    The job makes it.
    """
    return draft.with_name(f".partial-{draft.name.removeprefix('.staging-')}")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """None where there is none, or it is not what a manifest is: a version with such a one is not whole."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError, RecursionError):
        return None
    return manifest if is_manifest(manifest) else None


def is_manifest(told: Any) -> bool:
    """Whether it has files with their sizes and digests, and what else is read of it are objects."""
    if not isinstance(told, dict) or not isinstance(told.get("files"), dict):
        return False
    sources = told.get("sources", {})
    objects = [sources, told.get("parameters", {}), told.get("proof", {}), *told["files"].values()]
    objects += sources.values() if isinstance(sources, dict) else []
    if not all(isinstance(one, dict) for one in objects):
        return False
    files = told["files"].values()
    return all(type(file.get("bytes")) is int and isinstance(file.get("sha256"), str) for file in files)


def parent(manifest: Mapping[str, Any] | None) -> str | None:
    """The version of `merged` that a manifest's model was made from; None where it was made from another folder."""
    made_from = (manifest or {}).get("sources", {}).get("model", {})
    return made_from.get("version") if made_from.get("variant") == "merged" else None
