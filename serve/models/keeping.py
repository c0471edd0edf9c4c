"""What can be asked of a store, as a command line that runs where the store lies: on this machine, or in a container.

    python -m serve.models.keeping --store models versions
    python -m serve.models.keeping --store models export tuned > tuned.tar

It answers in one line of JSON (`export`: with a tar archive) on stdout, and says what it waits for on stderr. It needs
only the standard library, and knows nothing of servers.
"""

import argparse
import json
import sys
import tarfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

from serve.errors import UsageError
from serve.models import history
from serve.models.checksums import MANIFEST, digest
from serve.models.store import VARIANTS, Store, parent, read_manifest

say = partial(print, file=sys.stderr, flush=True)


def versions(store: Store) -> list[dict[str, Any]]:
    """Every version, newest first: what it is, whether it is in force, its manifest's proof."""
    rows = []
    for variant in VARIANTS:
        withdrawn = history.withdrawn(store.events(variant))
        for version in store.versions(variant):
            manifest = read_manifest(store.folder(variant, version)) or {"files": {}}
            rows.append(
                {
                    "variant": variant,
                    "version": version,
                    "current": version == store.in_force(variant),
                    "whole": store.standing(variant, version) is not None,
                    "withdrawn": version in withdrawn,
                    "bytes": size(manifest),
                    "created": manifest.get("created", ""),
                    "parameters": manifest.get("parameters", {}),
                    "proof": manifest.get("proof", {}),
                }
            )
    return rows


def events(store: Store) -> list[dict[str, Any]]:
    """What came into force when, oldest first."""
    found = [{"variant": variant, **vars(event)} for variant in VARIANTS for event in store.events(variant)]
    return sorted(found, key=lambda event: str(event["at"]))


def size(manifest: Mapping[str, Any]) -> int:
    """Bytes of a version's files."""
    return sum(int(file["bytes"]) for file in manifest["files"].values())


def roll_back(store: Store, variant: str = "", version: str = "") -> dict[str, str]:
    """Puts a version in force in place of the current one: the one named, or that of `variant` before; with a tuned
    model, the merge that it was made from as well, where that is still there. Says what is in force now.

    Raises UsageError where there is none to go back to, or it is damaged; then nothing has changed.
    """
    how: history.How = "named" if version else "rolled back"
    variant = variant_of(store, version) if version else variant
    with store.lock(variant, say):
        was = store.in_force(variant)
        standing = [one for one in store.versions(variant) if store.standing(variant, one)]
        found = version or history.before(store.events(variant), was, standing)
        if not found:
            raise UsageError(f"{store.root / variant}: no other version to go back to; `make versions` lists them")
        if found == was:
            raise UsageError(f"{variant} {was} is in force already; `make versions` lists the others")
        store.verify(variant, found)
        store.make_current(variant, found, how)
    merged = parent(read_manifest(store.folder(variant, found)))
    if variant == "tuned" and merged and store.standing("merged", merged) and merged != store.in_force("merged"):
        with store.lock("merged", say):
            store.make_current("merged", merged, how)
    return {"variant": variant, "from": was, "to": found, **{one: store.in_force(one) for one in VARIANTS}}


def variant_of(store: Store, version: str) -> str:
    """The variant that has this version, which is the digest of all that made it, so no other has."""
    for variant in VARIANTS:
        if version in store.versions(variant):
            return variant
    raise UsageError(f"{store.root}: no version {version} in it; `make versions` lists them")


def prune(store: Store, delete: bool) -> list[dict[str, Any]]:
    """What need not be kept, and what is damaged: variant, version, bytes, why. Gone if `delete`.

    Every byte of every version is read for it.
    """
    rows = []
    for variant in VARIANTS:
        if not (store.root / variant).is_dir():
            continue
        with store.lock(variant, say):
            superfluous = store.superfluous(variant)
            for version in store.versions(variant):
                wrong = store.wrong(variant, version, every_byte=True)
                if wrong or version in superfluous:
                    why = f"damaged: {wrong[0]}" if wrong else "older than those that are kept"
                    manifest = read_manifest(store.folder(variant, version)) or {"files": {}}
                    rows.append({"variant": variant, "version": version, "bytes": size(manifest), "why": why})
                    if delete:
                        store.discard(variant, version)
    return rows


def export(store: Store, variant: str, version: str, out: IO[bytes]) -> None:
    """Writes a version's files as a tar archive: plain files in one folder, `tuned-1f2e3d4c5b6a/`.

    Raises UsageError where there is no such version, or a file of it is damaged.
    """
    version = version or store.in_force(variant)
    folder = store.standing(variant, version) if version else None
    if folder is None:
        raise UsageError(
            f"{store.root / variant}: no whole version {version or 'in force'}; `make versions` lists them"
        )
    store.verify(variant, version)
    manifest = read_manifest(folder)
    assert manifest is not None
    with tarfile.open(fileobj=out, mode="w|", dereference=True) as archive:
        for name in [*manifest["files"], MANIFEST]:
            archive.add(folder / name, f"{variant}-{version}/{name}", recursive=False)


def check_exported(folder: Path) -> None:
    """Raises UsageError when a folder that was exported is not what its manifest says."""
    manifest = read_manifest(folder)
    files = manifest["files"] if manifest else {MANIFEST: {"sha256": ""}}
    for name, file in files.items():
        if not (folder / name).is_file() or digest(folder / name) != file["sha256"]:
            raise UsageError(f"{folder / name}: did not arrive whole; run `make export` again")


def main() -> None:
    parser = argparse.ArgumentParser(description="What can be asked of a model store.")
    parser.add_argument("--store", type=Path, required=True)
    commands = parser.add_subparsers(required=True, dest="command")
    for name in ("versions", "events"):
        commands.add_parser(name)
    back = commands.add_parser("rollback")
    back.add_argument("--variant", default="tuned")
    back.add_argument("--version", default="")
    commands.add_parser("prune").add_argument("--delete", action="store_true")
    out = commands.add_parser("export")
    out.add_argument("variant", choices=VARIANTS)
    out.add_argument("version", nargs="?", default="")
    given = parser.parse_args()
    store = Store(given.store)
    try:
        if given.command == "export":
            export(store, given.variant, given.version, sys.stdout.buffer)
            return
        print(json.dumps(answer(store, given)))
    except UsageError as error:
        say(error)
        sys.exit(2)


def answer(store: Store, given: argparse.Namespace) -> object:
    if given.command == "versions":
        return versions(store)
    if given.command == "events":
        return events(store)
    if given.command == "prune":
        return prune(store, given.delete)
    return roll_back(store, given.variant, given.version)


if __name__ == "__main__":
    main()
