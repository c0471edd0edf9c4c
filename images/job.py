"""What the jobs have in common: their failures in one line, and what a manifest says of where a model came from.

It knows nothing of merging or quantizing, and imports nothing heavy.
"""

import errno
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any

from serve.errors import UsageError
from serve.models import history
from serve.models.card import card
from serve.models.licences import duty
from serve.models.store import Store, describe, inputs_digest, read_manifest

WEIGHTS = re.compile(r".*\.(safetensors|bin|pt|pth|gguf|msgpack|h5|onnx)(\.index\.json)?$")
NOTHING: Mapping[str, Any] = MappingProxyType({})
LICENCE_FILES = ("LICENSE*", "LICENCE*", "NOTICE*", "USE_POLICY*")


@contextmanager
def one_line_failures(job: str) -> Iterator[None]:
    """Turns a person's mistake, or a full disk, into one line on stderr and exit code 2."""
    try:
        yield
    except UsageError as error:
        print(f"{job}: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except Exception as error:
        # safetensors reports a full disk as an error of its own, which carries only the text.
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)
        if not full:
            raise
        print(f"{job}: the disk is full; free some space where models/ lies and run again", file=sys.stderr)
        raise SystemExit(2) from None


@contextmanager
def unloadable(folder: Path, what: str, setting: str) -> Iterator[None]:
    """Turns what transformers says of a folder, of whatever type, into a UsageError. Inside, nothing is written."""
    try:
        yield
    except (UsageError, MemoryError):
        raise
    except Exception as error:
        said = first_line(error)
        raise UsageError(f"{folder}: transformers cannot load {what} ({said}); mend it, or set {setting}") from error


def first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def duration(seconds: float) -> str:
    """In the unit that a person would say it in."""
    minutes = seconds / 60
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def versions(*packages: str) -> dict[str, str]:
    return {package: metadata.version(package).split("+")[0] for package in packages}


def origin(folder: Path, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """What identifies a model folder: the store's version where it has one, else the digest of each file.

    `known` is an earlier answer for the same folder: a file of the same size and time of change keeps its digest.
    """
    if left_unmade(folder):
        return {"variant": folder.parent.name, "version": folder.name}
    manifest = read_manifest(folder)
    if manifest and "version" in manifest and "variant" in manifest:  # another tool's file may have that name
        return {"variant": manifest["variant"], "version": manifest["version"]}
    return {"files": describe(folder, (known or {}).get("files"))}


def left_unmade(folder: Path) -> bool:
    """Whether `folder` is a place in the store where a version would be, had it not been needless to make it."""
    current = folder.parent / "current"
    return not folder.exists() and current.is_symlink() and current.readlink() == Path(folder.name)


def identity(made_from: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of an origin that a version's name depends on: digests, not times of change."""
    if "files" not in made_from:
        return made_from
    return {"files": {name: file["sha256"] for name, file in made_from["files"].items()}}


def version_of(
    origins: Mapping[str, Mapping[str, Any]], parameters: Mapping[str, Any], libraries: Mapping[str, str]
) -> str:
    """The version that these make: a digest of it all."""
    sources = {name: identity(made) for name, made in origins.items()}
    return inputs_digest({"sources": sources, "parameters": dict(parameters), "libraries": dict(libraries)})


def make_version(
    store: Store,
    variant: str,
    sources: Mapping[str, Path],
    parameters: Mapping[str, Any],
    libraries: Mapping[str, str],
    write: Callable[[Path], Mapping[str, Any]],
    accept: Callable[[Mapping[str, Any]], None] = lambda _: None,
    needless: Callable[[str], str] = lambda _: "",
    known: Mapping[str, Any] = NOTHING,
) -> None:
    """Makes current the version of a variant that these inputs make: the one that stands, or a new one.

    `write` fills an empty folder and returns the proof that what it wrote is right; nothing is published if it raises.
    `accept` raises UsageError for a proof, new or of a version that stands, which today's settings do not take.
    `needless` says why a version that does not stand need not be made, if so; `current` then names what is not there,
    and who reads it finds nothing, rather than what something else made. `known`: origins of the same sources, for
    where the version in force does not say. A version that somebody rolled back from stays out of force, until a person
    names it.
    """
    with store.lock(variant):
        current = store.current(variant)
        manifest = (read_manifest(current) if current else None) or {}
        known = manifest.get("sources", known)
        origins = {name: origin(folder, known.get(name)) for name, folder in sources.items()}
        version = version_of(origins, parameters, libraries)
        if current and version in history.withdrawn(store.events(variant)):
            print(f"{version} was rolled back from: `make rollback TO={version}` puts it in force again", flush=True)
            version = current.name
        if stands := store.standing(variant, version):
            store.verify(variant, version)
            accept((read_manifest(stands) or {}).get("proof", {}))
            store.make_current(variant, version)
            print(f"{variant} {version} stands", flush=True)
            return
        if why := needless(version):
            store.make_current(variant, version)
            print(f"{variant} {version} is not made: {why}", flush=True)
            return
        with store.staging(variant, version) as draft:
            proof = write(draft)
            accept(proof)
            licences = {name: licence(folder) for name, folder in sources.items()}
            made_by = {"parameters": dict(parameters), "libraries": dict(libraries)}
            about = {"sources": origins, **made_by, "licences": licences, "proof": proof}
            write_notice(draft, licences)
            (draft / "README.md").write_text(card(variant, version, about), encoding="utf-8")
            store.publish(draft, variant, version, about)
    print(f"{variant} {version} published", flush=True)


def copy_everything_but_weights(source: Path, target: Path) -> None:
    """Configuration, tokenizer, chat template and licence files, byte for byte."""
    for path in source.iterdir():
        if path.is_file() and not WEIGHTS.match(path.name) and path.name != "manifest.json":
            shutil.copyfile(path, target / path.name)


def write_notice(draft: Path, licences: Mapping[str, Any]) -> None:
    """The file NOTICE that a licence asks for with every copy, where the model did not bring one."""
    notices = {made["duties"]["notice"]: None for made in licences.values() if "notice" in made.get("duties", {})}
    if notices and not any(draft.glob("NOTICE*")):
        (draft / "NOTICE").write_text("\n".join(notices) + "\n", encoding="utf-8")


def licence(folder: Path) -> dict[str, Any]:
    """The licence a model folder states, in its card's front matter and in files of its own, and what it asks for."""
    card = folder / "README.md"
    about = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
    stated = re.search(r"^license:\s*(\S+)", about, re.MULTILINE)
    files = sorted(path.name for pattern in LICENCE_FILES for path in folder.glob(pattern))
    asked = duty(folder)
    found = {"licence": stated.group(1) if stated else "not stated", "files": files}
    return found | ({"duties": asked.data} if asked else {})
