"""Settings → what Compose is told: which files, which variables, which folders and files a container sees. Pure but for
looking where a folder's files really lie; it starts nothing.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from serve.errors import UsageError
from serve.models.preflight import check_readable
from serve.models.store import in_hidden_folder
from serve.settings import Settings

INPUT = Path("/input")  # where containers find what a person gave
NOT_FOR_COMPOSE = ("HF_TOKEN", "RUNTIME", "CALIBRATION")
PATHS = ("PIP_CONF", "CA_BUNDLE", "WHEELHOUSE")


def project_files(settings: Settings, folder: Path, gpu: bool) -> list[Path]:
    names = ["compose.yaml", "gpu.yaml" if gpu else "cpu.yaml", *settings.mode.compose]
    return [folder / name for name in (*names, *(["fp.yaml"] if settings.PRECISION == "fp" else []))]


def variables(settings: Settings, root: Path) -> dict[str, str]:
    """Every setting as Compose files name it; relative paths start in the checkout."""
    values = {name: text(value) for name, value in settings if name not in NOT_FOR_COMPOSE}
    if settings.RESUME:  # runs/ lies in the container where it lies in the checkout
        values["RESUME"] = os.path.relpath((root / settings.RESUME).resolve(), root)
    return values | {name: str(root / values[name]) for name in PATHS if values[name]}


def text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def job_inputs(base: Path, adapter: Path, calibration: Path) -> dict[str, str]:
    """What the jobs read, as variables of the Compose files."""
    base_mount, base_inside = mounted(base, "BASE_MODEL")
    adapter_mount, adapter_inside = mounted(adapter, "ADAPTER")
    return {
        "BASE_MODEL": str(base_mount),
        "BASE_MODEL_INSIDE": base_inside,
        "ADAPTER": str(adapter_mount),
        "ADAPTER_INSIDE": adapter_inside,
        "CALIBRATION": str(calibration.resolve()),
    }


def mounted(folder: Path, setting: str) -> tuple[Path, str]:
    """The folder that a container must see to read this one, and where in it this one lies (`` for the same).

    In a hub's cache a model's files are links to a folder beside it, and a container sees nothing outside a mount.
    Raises UsageError where a container could not read it, or links lead too far apart to be mounted together.
    """
    folder = folder.resolve()
    for path in (folder, *folder.rglob("*")):
        if not in_hidden_folder(path, folder):
            check_readable(path, everyone=True)
    targets = [path.resolve() for path in folder.rglob("*") if path.is_symlink()]
    mount = Path(os.path.commonpath([folder, *targets]))
    inside = folder.relative_to(mount)
    if mount != folder and inside.parts[0] != "snapshots":
        raise UsageError(f"{folder}: its links lead to files elsewhere; set {setting} to a folder that holds the files")
    return mount, "" if inside == Path() else str(inside)


def harness_words(settings: Settings, root: Path) -> list[str]:
    """The words of `docker compose run` that let the harness see what was given as files: suites, policy, task.

    Raises UsageError for a file that is not there.
    """
    files: dict[Path, Path] = {}

    def seen(given: str, setting: str) -> str:
        """Its path in the container, for what is a file; a shipped suite's name stays as it is."""
        if not given.endswith((".yaml", ".yml")) and "/" not in given:
            return given
        file = (root / Path(given).expanduser()).resolve()
        if not file.is_file():
            raise UsageError(f"{file}: no such file; set {setting} to one that is there")
        check_readable(file, everyone=os.getuid() == 0)
        # A task's rows lie beside it.
        folder, inside = (
            (file.parent, f"task/{file.name}") if setting == "TASK" else (file, f"{len(files)}-{file.name}")
        )
        files[folder] = INPUT / inside.split("/")[0]
        return str(INPUT / inside)

    given = {
        "SUITES": ",".join(seen(name.strip(), "SUITES") for name in settings.SUITES.split(",") if name.strip()),
        "POLICY": seen(settings.POLICY, "POLICY") if settings.POLICY else "",
        "TASK": seen(settings.TASK, "TASK") if settings.TASK else "",
    }
    mounts = [word for file, place in files.items() for word in ("--volume", f"{file}:{place}:ro")]
    return [*mounts, *variable_flags({name: value for name, value in given.items() if value})]


def variable_flags(variables: Mapping[str, str]) -> list[str]:
    return [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
