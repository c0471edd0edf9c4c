"""Models of the hub without their weights: what can be looked at before gigabytes are downloaded.

An outline is a folder with a model's small files and, in place of each file of weights, a sparse one of the same size
and header. Whatever reads configurations and headers alone takes it for the model's own; what that finds, nothing here
knows.
"""

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from serve.models.headers import LARGEST_HEADER
from serve.models.sources import UNWANTED, WANTED, hub_refusals

if TYPE_CHECKING:
    from huggingface_hub import DryRunFileInfo

FIRST = 100_000  # bytes of a file of weights that are asked for at once: few headers are longer
AT_ONCE = 8  # files
TIMEOUT = 30.0  # seconds without a byte


@dataclass
class Outlines:
    """The outlines of one look, made in `folder`. `download`: bytes that fetching the models themselves will take."""

    folder: Path
    token: str
    download: int = 0
    names: dict[str, str] = field(default_factory=dict)  # what each folder in it stands for

    def of(self, source: Path | str, setting: str) -> Path:
        """A folder as it is; of a name on the hub an outline or, where the hub is out of reach, what its cache has.

        Raises UsageError where there is neither.
        """
        if isinstance(source, Path):
            return source
        made = self.folder / f"models--{source.replace('/', '--')}"  # as the hub's cache calls it
        self.names[str(made)] = source
        if made.exists():
            return made
        with hub_refusals(source, setting):
            files, kept = listed(source, self.token or None)
            if kept:
                return kept
            made.mkdir()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(partial(draw, source, made, self.token or None), files))
        self.download += sum(file.file_size or 0 for file in files if wanted(file.filename) and not file.is_cached)
        return made

    def named(self, line: str) -> str:
        """A line with what a person gave in place of folders made here."""
        for made, given in sorted(self.names.items(), reverse=True):
            line = re.sub(rf"{re.escape(made)}(?![\w.-])", given.replace("\\", r"\\"), line)
        return line


def listed(name: str, token: str | None) -> "tuple[list[DryRunFileInfo], Path | None]":
    """The files of a model on the hub or, where it is out of reach, its folder in the hub's cache."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import DryRunError, LocalEntryNotFoundError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    try:
        return snapshot_download(name, token=token, ignore_patterns=UNWANTED, dry_run=True), None
    except DryRunError as error:
        try:
            kept = snapshot_download(name, allow_patterns=WANTED, ignore_patterns=UNWANTED, local_files_only=True)
            return [], Path(kept)
        except LocalEntryNotFoundError:
            raise error.__cause__ or error from None


def wanted(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in WANTED)


def draw(name: str, made: Path, token: str | None, file: "DryRunFileInfo") -> None:
    """Puts a file's likeness into an outline. Of what will not be downloaded, the name is enough."""
    from huggingface_hub import hf_hub_download, hf_hub_url
    from huggingface_hub.utils._headers import build_hf_headers

    place, version = made / Path(file.filename).name, file.commit_hash
    if not wanted(file.filename):
        place.touch()
    elif Path(file.local_path).exists():
        place.symlink_to(file.local_path)
    elif place.suffix != ".safetensors":
        place.symlink_to(hf_hub_download(name, file.filename, revision=version, token=token))
    else:
        url = hf_hub_url(name, file.filename, revision=version)
        place.write_bytes(header_bytes(partial(beginning, url, build_hf_headers(token=token))))
        os.truncate(place, file.file_size or 0)


def header_bytes(read: Callable[[int], bytes]) -> bytes:
    """A safetensors file's header with its length before it. `read` gets the first bytes of the file, so many.

    Of a header longer than any that is believed, the length alone.
    """
    first = read(FIRST)
    end = 8 + int.from_bytes(first[:8], "little")
    if end > 8 + LARGEST_HEADER:
        return first[:8]
    return first[:end] if end <= len(first) else read(end)


def beginning(url: str, headers: Mapping[str, str], count: int) -> bytes:
    """The first bytes of a file, and no more of them, also where a server sends more than it was asked for."""
    from huggingface_hub.utils._http import get_session, hf_raise_for_status

    asked = {**headers, "Range": f"bytes=0-{count - 1}", "Accept-Encoding": "identity"}
    taken = b""
    with get_session().stream("GET", url, headers=asked, timeout=TIMEOUT) as response:
        if response.is_error:
            response.read()
        hf_raise_for_status(response)
        for piece in response.iter_bytes():
            taken += piece
            if len(taken) >= count:
                break
    return taken[:count]
