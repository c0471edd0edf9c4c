"""Where the base model, the adapters and the calibration rows come from: folders, hub names, or the embedded demo."""

import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from serve.errors import UsageError
from serve.models.preflight_adapter import in_order
from serve.models.preflight_pair import last_part
from serve.settings import Settings

ANEW = "none"  # what ADAPTER is set to where `make tune` is to begin one
DEMO_BASE = "tandem-demo-base"  # what its adapters call it
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
# Never pickled weights, never code.
WANTED = [
    "*.safetensors",
    "*.safetensors.index.json",
    "*.json",
    "*.txt",
    "*.model",
    "*.jinja",
    "LICENSE*",
    "NOTICE*",
    "README.md",  # which states the licence
]
# What lies in folders of its own, and the same weights once more, as Mistral's own programs name them.
UNWANTED = ["*/*", "consolidated*"]


@dataclass(frozen=True)
class Sources:
    """`base` and `adapter` are folders, or hub names (str) that have to be fetched first; `then` are the adapters that
    are merged after that one, in order."""

    base: Path | str
    adapter: Path | str
    calibration: Path
    then: tuple[Path | str, ...] = ()

    @property
    def adapters(self) -> tuple[Path | str, ...]:
        return (self.adapter, *self.then)


def model_sources(settings: Settings, root: Path) -> Sources:
    calibration = root / Path(settings.CALIBRATION).expanduser() if settings.CALIBRATION else None
    demo, general = root / "images" / "demo", root / "images" / "quantize" / "calibration.jsonl"
    named = several(settings.ADAPTER, root) if settings.ADAPTER else [str(demo / "adapter")]
    adapter, *then = (located(one, root) for one in named)
    if settings.demo:
        return Sources(demo / "base", adapter, calibration or demo / "calibration.jsonl", tuple(then))
    return Sources(located(settings.BASE_MODEL, root), adapter, calibration or general, tuple(then))


def check_served(settings: Settings) -> None:
    """Raises UsageError where the adapter is one that is still to be trained."""
    if settings.ADAPTER == ANEW:
        raise UsageError(
            "ADAPTER=none: nothing to serve yet; `make tune` trains one, then set ADAPTER to what it names"
        )


def several(given: str, root: Path) -> list[str]:
    """What commas set apart, but in the name of a folder that is there."""
    named = [one.strip() for one in given.split(",") if one.strip()]
    return named if named and not (root / Path(given).expanduser()).exists() else [given]


def together(adapters: Sequence[Path], folder: Path) -> Path:
    """One adapter as it is; several as folders `1-…`, `2-…` of a folder that is made anew, with the same files.

    They are files of their own, not symbolic links: a container sees what lies in the one folder alone.
    """
    if len(adapters) == 1:
        return adapters[0]
    shutil.rmtree(folder, ignore_errors=True)
    hidden = shutil.ignore_patterns(".*")  # no part of a model
    for number, one in enumerate((one for adapter in adapters for one in in_order(adapter)), 1):
        shutil.copytree(one, folder / f"{number}-{last_part(one)}", ignore=hidden, copy_function=linked)
    return folder


def linked(source: str, target: str) -> None:
    """The same file under another name; on another disk, a copy."""
    try:
        os.link(Path(source).resolve(), target)
    except OSError:
        shutil.copy2(source, target)


def located(given: str, root: Path) -> Path | str:
    """A folder (absolute, or relative to the checkout) where there is one or it can be no hub name; else that name."""
    folder = root / Path(given).expanduser()
    return given if HUB_NAME.fullmatch(given) and not folder.exists() else folder


def fetch(name: str, setting: str) -> Path:
    """The folder of a model of the hub, downloaded where it is not in the hub's cache; resumes what was begun.

    Raises UsageError when the hub does not give it.
    """
    from huggingface_hub import snapshot_download

    with hub_refusals(name, setting):
        return Path(snapshot_download(name, allow_patterns=WANTED, ignore_patterns=UNWANTED))


def fetch_file(name: str, file: str, setting: str, token: str) -> Path:
    """One file of a model of the hub, such as its config.json, without the rest. Raises UsageError as fetch does."""
    from huggingface_hub import hf_hub_download

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # what goes wrong is said in one line
    with hub_refusals(name, setting, file):
        return Path(hf_hub_download(name, file, token=token or None))


@contextmanager
def hub_refusals(name: str, setting: str, wanted: str = "files") -> Iterator[None]:
    """What the hub's client raises, as a UsageError of one line."""
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RemoteEntryNotFoundError
    from huggingface_hub.errors import RepositoryNotFoundError as NotFound

    try:
        yield
    except GatedRepoError:
        raise UsageError(f"{setting}={name}: its owner must grant you access; then set HF_TOKEN") from None
    except (NotFound, HFValidationError):
        raise UsageError(f"{setting}={name}: no such folder, and no such model on the hub") from None
    except RemoteEntryNotFoundError:
        raise UsageError(f"{setting}={name}: it has no {wanted}; set {setting} to one that does") from None
    except Exception as error:  # the hub's client raises those of three network libraries
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UsageError(f"{setting}={name}: no such folder, and the hub gave none: {reason}") from None


def main(setting: str, name: str) -> None:
    """`python -m serve.models.sources SETTING NAME`: a download as a process of its own, which can be ended."""
    try:
        print(fetch(name, setting))
    except UsageError as error:
        print(error)
        sys.exit(2)


if __name__ == "__main__":
    main(*sys.argv[1:])
