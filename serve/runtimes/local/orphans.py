"""What a program that was killed outright leaves behind: vLLM's workers live on, and hold their memory.

supervisord leads a session, each of its programs a process group in it. So a group without its leader is left over,
and so is a session without its leader, whatever they were.
"""

import os
from collections.abc import Callable
from contextlib import suppress

import psutil


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has waited for yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def orphans(session: int) -> list[psutil.Process]:
    """The processes of a session whose group has lost its leader."""
    return found(lambda pid: os.getsid(pid) == session and not alive(os.getpgid(pid)))


def end_orphans(session: int) -> None:
    """Kills them, and returns when they are gone."""
    kill(orphans(session))


def end_session(leader: int) -> None:
    """Kills what is left of a session whose leader is gone; a number still held by a session is given to no process."""
    kill(found(lambda pid: os.getsid(pid) == leader))


def found(condition: Callable[[int], bool]) -> list[psutil.Process]:
    processes = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if condition(process.pid):
                processes.append(process)
    return processes


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=10)
