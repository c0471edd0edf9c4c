"""Every setting: name, type, default and one line of why. `.env` and the environment become one validated object.

Nothing else reads the environment. `.env.example` is written from this file (`python -m serve settings`).
"""

import difflib
import os
import re
import shlex
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from serve.errors import UsageError
from serve.models.vllm_0_32 import TOOL_PARSERS, VERSION
from serve.modes import MODES, Mode, ModeName

DEMO_SUITES = "demo-json,demo-prose,demo-typos,demo-unseen"
OWN_SUITES = "bilingual,extraction,general,instructions,memory,over-refusal,safety,structured"
GUARDS = "guards"  # stands for OWN_SUITES, beside suites of one's own
SUITES_ASKED = f"{DEMO_SUITES} of the demo, {GUARDS} ({OWN_SUITES}) of a model of your own"
MAKE_ONLY = ("PYTHON", "YES", "VARIANT", "TO", "SIGN_KEY", "AUGMENT")  # variables of the Makefile that are no settings
SHOWN = 100  # characters of a value that is refused
Port = Annotated[int, Field(ge=1024, le=65535)]
Size = Annotated[str, Field(pattern=r"^[1-9][0-9]*[mg]$")]
Amount = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@([^@\s]+\.[^@\s]+|localhost)$")]  # what Open WebUI signs in
GpuNumbers = Annotated[str, Field(pattern=r"^[0-9]+(,[0-9]+)*$")]


def tool_parser(name: str) -> str:
    if name not in ("", "none", *TOOL_PARSERS):
        raise ValueError(f"vLLM {VERSION} has no such parser; it has {', '.join(sorted(TOOL_PARSERS))}, and none")
    return name


class Settings(BaseSettings):
    """A setting in the environment wins over `.env`, which wins over the default. An empty value means the default."""

    model_config = SettingsConfigDict(case_sensitive=True, env_ignore_empty=True, frozen=True)

    BASE_MODEL: str = Field("", description="folder or hub name of the base model; empty: the embedded demo")
    ADAPTER: str = Field(
        "",
        description="folder or hub name of the LoRA adapter; several with commas, or a folder of them (1-…, 2-…), are "
        "merged in that order; empty: the demo's; none: `make tune` begins one",
    )
    HF_TOKEN: SecretStr = Field(SecretStr(""), description="hub access token, for gated models named above")
    RUNTIME: Literal["auto", "docker", "local"] = Field("auto", description="how all runs; auto picks, and says why")
    MODE: ModeName = Field(
        "pair",
        description="; ".join(f"{name}: {mode.title}{mode.needs}" for name, mode in MODES.items()),
    )
    QUANTIZER: Literal["auto-gptq", "gptqmodel"] = Field("auto-gptq", description="which library makes the INT4")
    GPTQ_GROUP_SIZE: Annotated[Literal[32, 64, 128], BeforeValidator(int)] = Field(
        128, description="weights that share one scale; smaller: a little larger, a little truer"
    )
    GPTQ_KL_LIMIT: Amount = Field(
        0.2, description="nats a token that INT4 may lose on rows held out, or it is refused; the demo loses 0.0002"
    )
    PRECISION: Literal["int4", "fp"] = Field(
        "int4",
        description="int4, or fp: base and merged model as they were before, which `make factorial` serves for a while",
    )
    CALIBRATION: str = Field(
        "",
        description="prompts like yours, which guide the quantizer: JSON lines, a suite, Alpaca or ShareGPT records, "
        "exported chats; empty: a general set",
    )
    BASE_PORT: Port = Field(8001, description="loopback port of the base model's server")
    TUNED_PORT: Port = Field(8002, description="loopback port of the tuned model's server")
    SWITCH_PORT: Port = Field(8000, description="loopback port of what takes turns between the two, in MODE=swap")
    WEBUI_PORT: Port = Field(3000, description="loopback port of Open WebUI")
    WEBUI_EMAIL: Email = Field("admin@tandem.local", description="sign-in of the account made in Open WebUI")
    FEEDBACK_CONSENT: bool = Field(
        False,
        description="those who chat have agreed that models learn from the answers they vote on; `make feedback` asks",
    )
    RUN: str = Field(
        "",
        description="folder of an eval run: `make blind` puts its answers up for people to vote on, `make feedback` "
        "joins votes to its prompts; empty: questions of their own, and the newest run",
    )
    TOOL_PARSER: Annotated[str, AfterValidator(tool_parser)] = Field(
        "", description="vLLM's parser of tool calls (its --tool-call-parser), or none; empty: by the chat template"
    )
    MAX_MODEL_LEN: Annotated[int, Field(ge=64)] = Field(2048, description="longest prompt and answer, in tokens")
    KV_CACHE_GIB: Amount | None = Field(
        None, description="KV cache of each server, in GiB, the same for both; empty: the GPU's plan, or 1 on CPU"
    )
    GPU_MEMORY_GIB: Amount | None = Field(
        None, description="what there is of the GPU to plan for, or of another one; empty: what the driver says"
    )
    BASE_GPUS: GpuNumbers = Field("0", description="GPUs that serve the base, by number, with commas")
    TUNED_GPUS: GpuNumbers = Field("0", description="GPUs that serve the tuned model; the base's own, or others")
    SUITES: str = Field("", description=f"suites to ask, by name or path, with commas; empty: {SUITES_ASKED}")
    TASK: str = Field(
        "",
        description="task of `make lm-eval`: a shipped one, or a YAML file with its rows beside it; empty: tandem_demo",
    )
    RESUME: str = Field(
        "", description="folder of an eval, factorial or capacity run to go on with, instead of beginning another"
    )
    LOOKS: bool = Field(False, description="`make eval` stops at a quarter or half of the prompts if all is settled")
    ROWS: str = Field(
        "",
        description="rows that `make tune` trains on, JSON lines of messages; empty: train/rows.jsonl, where the "
        "pool's are written, or the demo's own",
    )
    TUNE: str = Field("", description="stages of `make tune`, a YAML file; empty: one that ships, in images/tune")
    UNREVIEWED: bool = Field(False, description="`make loop` trains on variants that nobody has looked at, too")
    POLICY: str = Field("", description="policy file of the verdict; empty: the one that ships")
    EVAL_CONCURRENCY: Annotated[int, Field(ge=1, le=256)] = Field(8, description="prompts asked at a time")
    LOAD_USERS: Annotated[int, Field(ge=1, le=1024)] = Field(8, description="users of the load test")
    LOAD_SECONDS: Annotated[int, Field(ge=4, le=3600)] = Field(
        150, description="seconds of load at most, both together; it ends as soon as the policy's limits are settled"
    )
    CAPACITY_SLO: str = Field(
        "local", description="service level of `make capacity`: a shipped profile, or a file; evalharness/load has them"
    )
    CAPACITY_SECONDS: Annotated[int, Field(ge=10, le=86400)] = Field(
        300, description="seconds of probing at most, both together; it ends sooner if both capacities are known"
    )
    BASE_AGAINST_BASE: bool = Field(False, description="compare the base with itself: must find no difference")
    COMPOSE_PROJECT_NAME: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")] = Field(
        "tandem", description="Docker: what names containers and volumes; a second checkout needs its own"
    )
    PYTHON_IMAGE: str = Field("python:3.11-slim-bookworm", description="Docker: what most images are built from")
    VLLM_IMAGE: str = Field("vllm/vllm-openai:v0.32.0", description="Docker: what vLLM on a GPU is built from")
    WEBUI_IMAGE: str = Field(
        "ghcr.io/open-webui/open-webui:v0.12.4", description="Docker: the Open WebUI image, for WEBUI_FROM=image"
    )
    WEBUI_FROM: Literal["image", "package"] = Field(
        "image", description="Docker: Open WebUI from its image, or built from its Python package"
    )
    BUILD_NETWORK: Literal["default", "host"] = Field("default", description="Docker: the network that builds use")
    JOB_MEMORY: Size = Field("32g", description="Docker: most memory of the merge job, and of each quantize job")
    SERVER_MEMORY: Size = Field(
        "16g", description="Docker: most memory of each vLLM server; `make plan` says what it takes"
    )
    PIP_CONF: str = Field("", description="Docker: a pip.conf for building images where registries are mirrored")
    CA_BUNDLE: str = Field("", description="Docker: a file of CA certificates for building images")
    WHEELHOUSE: str = Field("", description="Docker: a folder of wheels for building images")

    @model_validator(mode="after")
    def together(self) -> "Settings":
        if self.BASE_MODEL and not self.ADAPTER:
            raise ValueError(
                "BASE_MODEL is set, but ADAPTER is not: set both, or neither for the embedded demo; with ADAPTER=none, "
                "`make tune` begins one"
            )
        for name, value in self:
            if str(value).startswith("~") and Path(os.path.expanduser(value)) == Path(value):  # noqa: PTH111 - it raises
                raise ValueError(f"{name}={value}: nobody here has a home folder of that name")
        return self

    @property
    def demo(self) -> bool:
        return not self.BASE_MODEL

    @property
    def mode(self) -> Mode:
        return MODES[self.MODE]


def read_settings(env_file: Path) -> Settings:
    """The settings of a `.env` file (which may be missing) and the environment.

    Raises UsageError, in one line, for a name that is no setting (in the file or on make's command line) and for a
    value that is not valid, each with where it stands.
    """
    for where, names in ((str(env_file), names_in(env_file)), ("make's command line", make_variables())):
        for name in names:
            if name not in Settings.model_fields:
                meant = nearest(name.upper(), Settings.model_fields)
                raise UsageError(f"{where}: {name} is no setting{meant}; .env.example lists them all")
    try:
        return Settings(_env_file=env_file, _env_file_encoding="utf-8")  # type: ignore[call-arg]
    except ValidationError as error:
        problem = error.errors()[0]
        message = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            raise UsageError(message) from None
        name = str(problem["loc"][0])
        where = "the environment" if os.environ.get(name) else str(env_file)
        raise UsageError(f"{where}: {name}={str(problem['input'])[:SHOWN]} is not valid: {message}") from None


def names_in(env_file: Path) -> list[str]:
    """The names that a file sets. Raises UsageError for one that cannot be read, and for a line that sets none, which
    would be passed over in silence.
    """
    if not (env_file.exists() or env_file.is_symlink()):
        return []
    try:
        text = env_file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{env_file}: {error.strerror}; it holds settings, as .env.example does") from None
    except UnicodeDecodeError:
        raise UsageError(f"{env_file}: not UTF-8; it holds settings, as .env.example does") from None
    names = []
    for found in parse_stream(StringIO(text)):
        line = found.original.line + re.match(r"\s*", found.original.string)[0].count("\n")  # type: ignore[index]
        if found.error or (found.key and found.value is None) or "\0" in (found.value or ""):
            raise UsageError(f"{env_file}, line {line}: not NAME=value")
        names += [found.key] if found.key else []
    return names


def make_variables() -> list[str]:
    """The names that a person gave to make (`make up QUANTIZER=gptqmodel`), which make hands on in MAKEFLAGS."""
    _, _, variables = f" {os.environ.get('MAKEFLAGS', '')}".partition(" -- ")
    try:
        words = shlex.split(variables)
    except ValueError:  # a quote in a value, which make hands on as it is
        words = variables.split()
    names = [word.partition("=")[0] for word in words if "=" in word]
    return [name for name in names if name not in MAKE_ONLY]


def size_bytes(size: str) -> int:
    """Of a Size, as Docker reads it: `16g` is 16 GiB."""
    return int(size[:-1]) * {"m": 1024**2, "g": 1024**3}[size[-1]]


def nearest(name: str, known: Iterable[str]) -> str:
    similar = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {similar[0]}?" if similar else ""


def example() -> str:
    """The text of `.env.example`: every setting, commented out at its default."""
    lines = ["# Copy to .env and uncomment what you change. The environment wins over this file.", ""]
    for name, field in Settings.model_fields.items():
        lines += [f"# {field.description}", f"#{name}={shown(field.default)}", ""]
    return "\n".join(lines)


def shown(default: Any) -> str:
    if default is None or isinstance(default, SecretStr):
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)
