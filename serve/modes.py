"""What MODE decides, a row a mode: which servers there are, who answers for whom, and how they share a card.

Everything else reads it here (`settings.mode`). It knows names of services and of Compose files, and starts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from serve.errors import UsageError

ModeName = Literal["pair", "lora", "swap"]
VARIANTS = ("base", "tuned")  # the order of rows, columns and comparisons everywhere


@dataclass(frozen=True)
class Mode:
    """`servers` are the variants that have a vLLM server, and so quantized weights, of their own; `answering` is the
    service that answers for each variant. `compose` are the Compose files that the mode adds.

    `lora`: the one server is that of the INT4 base, and has the adapter as its second model. `sleep`: one server is
    awake at a time, and has the card to itself.
    """

    name: ModeName
    title: str
    servers: tuple[str, ...]
    answering: Mapping[str, str]
    compose: tuple[str, ...] = ()
    lora: bool = False
    sleep: bool = False

    def check(self, gpu: bool, precision: str) -> None:
        """Raises UsageError for a mode that this machine, or this precision, cannot be served in."""
        if self.lora and precision == "fp":
            others = " or ".join(name + mode.needs for name, mode in MODES.items() if not mode.lora)
            raise UsageError(
                f"MODE={self.name} serves the INT4 base alone, so nothing in full precision; set MODE to {others}"
            )
        if self.sleep and not gpu:  # is_sleep_mode_available in vllm/platforms/interface.py
            others = " or ".join(name for name, mode in MODES.items() if not mode.sleep)
            raise UsageError(
                f"MODE={self.name} needs an NVIDIA GPU, which vLLM's sleep mode is made for; set MODE to {others}"
            )

    @property
    def needs(self) -> str:
        """What a machine must have for it, in words to put after others."""
        return " (NVIDIA GPU only)" if self.sleep else ""


MODES: Mapping[ModeName, Mode] = {
    mode.name: mode
    for mode in (
        Mode(
            "pair",
            "a server each for base and tuned",
            servers=VARIANTS,
            answering={"base": "base", "tuned": "tuned"},
        ),
        Mode(
            "lora",
            "one server on the base, with the adapter as its second model",
            servers=("base",),
            answering={"base": "base", "tuned": "base"},
            compose=("lora.yaml",),
            lora=True,
        ),
        Mode(
            "swap",
            "a server each, of which one is awake at a time",
            servers=VARIANTS,
            answering={"base": "switch", "tuned": "switch"},
            compose=("swap.yaml",),
            sleep=True,
        ),
    )
}
