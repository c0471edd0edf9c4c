"""What every runtime can do."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from serve.harness.measure import Measured
from serve.runtimes.preflight import Findings
from serve.runtimes.tuning import Wanted
from serve.steps import Display

Faults = Mapping[str, Callable[[], AbstractContextManager[None]]]
"""What can be done to a running server, by name: entering does it, leaving undoes what does not end by itself."""


class Runtime(Protocol):
    """The same commands, on containers or on processes of this machine."""

    gpu: bool

    def preflight(self) -> Findings:
        """All that can be said of these settings before anything is made or started."""

    def check(self) -> Findings:
        """The same, and ports and programs. Raises UsageError for what can be refused at once."""

    def up(self, display: Display) -> None:
        """Makes what is missing, starts what does not run, and returns when each program answers a chat.

        Raises UsageError or Failure for the first thing that does not work; what was done stays done.
        """

    def serve_again(self, versions: Mapping[str, str], display: Display, /) -> None:
        """Starts anew what does not serve these versions (by variant), makes nothing, and returns when each program
        answers a chat. Raises Failure for the first that does not.
        """

    def tune(self, wanted: Wanted, display: Display) -> str:
        """Trains an adapter, and returns its version, which is in force then. Raises UsageError or Failure, and the
        store is what it was.
        """

    def store_command(self, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """serve.models.keeping where the store lies: the command line that asks it, and its environment."""

    def stop_servers(self) -> list[str]:
        """Ends the model servers that run, for the memory that they hold, and names them. `up` starts them again."""

    def down(self) -> bool:
        """Stops everything, and keeps every artifact; False where nothing ran."""

    def states(self) -> dict[str, str]:
        """Each program's state in a word: `ready` when it answers."""

    def address(self, variant: str) -> str:
        """Where a variant answers."""

    def version(self, variant: str) -> str:
        """The version of the model in force, or `-`."""

    def show_logs(self) -> None:
        """The end of every log; on a terminal also what is added, until Ctrl-C."""

    def measure(self, kind: str) -> Measured:
        """Runs one of serve.harness.measure.KINDS."""

    def faults(self, server: str) -> Faults: ...

    def made_elsewhere(self) -> list[str]:
        """What was made outside the checkout, by name."""

    def delete_elsewhere(self) -> None: ...
