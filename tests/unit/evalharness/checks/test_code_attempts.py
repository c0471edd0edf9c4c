"""What code tries that must not succeed, and what stops each attempt: seccomp or Landlock by the number of their error,
limits and the watch by the clock, tricks by the tests' own process. As it is, in namespaces, and without privileges.
"""

import errno
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyseccomp
import pytest
import yaml

from evalharness.checks import code

SECCOMP, LANDLOCK = errno.EPERM, errno.EACCES
WRONG = "def double(n):\n    return 0\n"
TESTS = (
    "assert double(2) == 4\nassert double(-1) == -2\nassert abs(double(0.5) - 1.0) < 1e-6\nassert double([1]) == [1, 1]"
)

NATIVE = """
import os, sys
for name in ("ctypes", "_ctypes"):
    sys.modules.pop(name, None)
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result = libc.syscall(ctypes.c_long(number), *given)
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
"""
"""From the code's own process every call of the kernel can be made: nothing in Python stands before them."""

FILES = {
    "open('{secret}').read()": LANDLOCK,
    "open('/etc/passwd').read()": LANDLOCK,
    "open('/proc/self/environ').read()": LANDLOCK,
    "open('/proc/{harness}/mem', 'rb')": LANDLOCK,
    "open('/dev/shm/tandem-evil', 'w')": LANDLOCK,
    "open('{secret}', 'w')": LANDLOCK,
    "open('{folder}/new', 'w')": LANDLOCK,
    "os.open('{secret}', os.O_RDONLY | os.O_TRUNC)": SECCOMP,
    "os.open('{folder}', os.O_TMPFILE | os.O_RDWR)": LANDLOCK,
    "os.listdir('{folder}')": LANDLOCK,
    "os.listdir('/home')": LANDLOCK,
    "os.remove('{secret}')": LANDLOCK,
    "os.rename('{secret}', 'mine')": LANDLOCK,
    "os.rename('{secret}', '{folder}/other')": LANDLOCK,
    "os.rmdir('{folder}/empty')": LANDLOCK,
    "os.mkdir('{folder}/more')": LANDLOCK,
    "os.symlink('/etc', '{folder}/link')": LANDLOCK,
    "os.link('{secret}', '{folder}/link')": LANDLOCK,
    "os.symlink('{secret}', 'here'); open('here').read()": LANDLOCK,
    "os.truncate('{secret}', 0)": SECCOMP,
    "os.chmod('{secret}', 0o777)": SECCOMP,
    "os.fchmod(os.open(os.__file__, os.O_RDONLY), 0o777)": SECCOMP,
    "os.chown('{secret}', 1, 1)": SECCOMP,
    "os.utime('{secret}', (0, 0))": SECCOMP,
    "os.utime(os.open(os.__file__, os.O_RDONLY), (0, 0))": SECCOMP,
    "os.setxattr('{secret}', 'user.evil', b'x')": SECCOMP,
    "os.removexattr('{secret}', 'user.mark')": SECCOMP,
    "os.mkfifo('pipe')": SECCOMP,
    "os.mknod('{folder}/node')": SECCOMP,
    "os.chroot('{folder}')": SECCOMP,
}
NETWORK = {
    "socket.socket(socket.AF_INET, socket.SOCK_STREAM)": SECCOMP,
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'out', ('127.0.0.1', {port}))": SECCOMP,
    "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)": SECCOMP,
    "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)": SECCOMP,
    "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)": SECCOMP,
    "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)": SECCOMP,
    "socket.create_connection(('127.0.0.1', 9))": SECCOMP,
    "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)": SECCOMP,
    "socket.socketpair()[0].sendto(b'out', '/dev/log')": SECCOMP,
    "socket.socketpair()[0].sendmsg([b'out'])": SECCOMP,
}
PROCESSES = {
    "os.fork()": SECCOMP,
    "os.posix_spawn('/bin/true', ['true'], {{}})": SECCOMP,
    "os.execv('/bin/true', ['true'])": SECCOMP,
    "subprocess.run(['true'])": SECCOMP,
    "_posixsubprocess.fork_exec([b'true'], (b'/bin/true',), True, (), None, None, -1, -1, -1, -1, -1, -1, "
    "*os.pipe(), True, False, -1, None, None, None, -1, None, False)": SECCOMP,
    "multiprocessing.get_context('fork').Process(target=print).start()": SECCOMP,
    "os.kill({harness}, 0)": SECCOMP,
    "os.kill(-1, 0)": SECCOMP,
    "os.killpg(0, 0)": SECCOMP,
    "signal.pidfd_send_signal(0, 0)": SECCOMP,
    "os.pidfd_open({harness})": SECCOMP,
    "os.setsid()": SECCOMP,
    "os.setpriority(os.PRIO_PROCESS, {harness}, 19)": SECCOMP,
    "os.sched_setaffinity({harness}, [0])": SECCOMP,
    "resource.prlimit({harness}, resource.RLIMIT_CORE, (0, 0))": SECCOMP,
    "signal.setitimer(signal.ITIMER_REAL, 100)": SECCOMP,
    "fcntl.fcntl(0, fcntl.F_SETOWN, {harness})": SECCOMP,
    "fcntl.ioctl(0, 0x5412, b'x')": SECCOMP,
    "os.memfd_create('hidden')": SECCOMP,
    "os.setuid(0)": SECCOMP,
}
CALLS = """
    fork vfork clone(17) clone(268435456) execve execveat socket(2,2,0) socket(40,1,0) socket(38,5,0)
    io_uring_setup ptrace(16,{harness}) process_vm_readv process_vm_writev pidfd_getfd
    tgkill({harness},{harness},0) tkill({harness},0) prctl(1,0) prctl(4,1) seccomp(1,0,0) unshare(268435456)
    setns mount umount2 pivot_root keyctl add_key shmget(0,4096,512) msgget(0,512) semget(0,1,512) mq_open
    userfaultfd perf_event_open bpf open_by_handle_at setrlimit prlimit64(0,7,1) sched_setscheduler
    fallocate(1,0,0,4096) splice vmsplice inotify_init1 timer_create personality reboot kexec_load init_module
    swapon sethostname settimeofday chmod creat fchmodat2 utimensat
"""
"""Bare calls of the kernel, all refused by seccomp; those that this architecture does not have are passed over."""

_DATA = yaml.safe_load(Path(__file__).with_name("attempts.yaml").read_text())
CHEATS, GREED = _DATA["cheats"], _DATA["greed"]


@pytest.fixture(scope="module", params=["as it is", "in namespaces", "without privileges"])
def situation(request: pytest.FixtureRequest) -> Iterator[None]:
    before = {
        "as it is": [],
        "in namespaces": ["unshare", "-r", "-n"],
        # as in a container: no new privileges, and none that root has
        "without privileges": ["setpriv", "--no-new-privs", *(["--bounding-set=-all"] if os.getuid() == 0 else [])],
    }[request.param]
    if before and subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"this machine does not let us run {before[0]}")
    own = code._COMMAND
    code._COMMAND = (*before, *own)
    yield
    code._COMMAND = own


def filled(attempt: str, folder: Path, port: int) -> str:
    return attempt.format(secret=folder / "secret", folder=folder, harness=os.getpid(), port=port)


def native() -> list[str]:
    """The bare calls, by their numbers on this machine."""
    attempts = []
    for name, _, arguments in re.findall(r"([a-z0-9_]+)(\(([^)]*)\))?", CALLS.replace("{harness}", str(os.getpid()))):
        number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        if number >= 0:
            attempts.append(f"call({number}{', ' + arguments if arguments else ', 0, 0, 0, 0'})  # {name}")
    return attempts


def asked(attempts: list[str]) -> tuple[str, str]:
    """Code that makes every attempt and keeps the numbers of the errors, and nothing where there was none."""
    modules = "_posixsubprocess, fcntl, multiprocessing, os, resource, signal, socket, subprocess"
    body = "".join(
        f"try:\n    {attempt}\n    stopped.append(0)\nexcept OSError as error:\n    stopped.append(error.errno)\n"
        for attempt in attempts
    )
    return NATIVE + f"import {modules}\nstopped = []\n" + body, ""


def test_there_are_more_than_fifty_attempts() -> None:
    assert len(FILES) + len(NETWORK) + len(PROCESSES) + len(CHEATS) + len(GREED) >= 52
    assert len(native()) >= 40


@pytest.mark.usefixtures("situation")
def test_nothing_outside_can_be_read_changed_reached_or_started(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    secret = tmp_path / "secret"
    secret.write_text("x")
    before = secret.stat()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        wanted = {
            **{
                filled(one, tmp_path, listening.getsockname()[1]): stops
                for one, stops in (FILES | NETWORK | PROCESSES).items()
            },
            **dict.fromkeys(native(), SECCOMP),
        }
        made, _ = asked([*wanted])
        if not code.runs(made, f"assert stopped == {[*wanted.values()]}", 20, code.MEMORY_MB):
            one_by_one = {
                one: code.runs(asked([one])[0], f"assert stopped == [{stops}]", 5, 512) for one, stops in wanted.items()
            }
            pytest.fail(f"not stopped, or not by what should: {[one for one, held in one_by_one.items() if not held]}")
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.recv(1)
    after = secret.stat()
    assert (after.st_mode, after.st_mtime, after.st_uid, after.st_nlink) == (
        before.st_mode,
        before.st_mtime,
        before.st_uid,
        before.st_nlink,
    )
    assert secret.read_text() == "x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "secret"]
    assert not Path("/dev/shm/tandem-evil").exists()  # noqa: S108


@pytest.mark.parametrize("cheat", CHEATS)
def test_wrong_code_passes_by_no_trick(cheat: str) -> None:
    assert not code.runs(WRONG + CHEATS[cheat], TESTS, 5, code.MEMORY_MB)


@pytest.mark.parametrize("greed", GREED)
def test_code_that_takes_too_much_is_ended_and_leaves_nothing(
    greed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "STARTUP_SECONDS", 2.0)
    monkeypatch.setattr(code.tempfile, "tempdir", str(tmp_path))
    began = time.monotonic()
    assert not code.runs(WRONG.replace("0", "2 * n") + GREED[greed], "assert double(2) == 4", 2, 300)
    assert time.monotonic() - began < 10
    assert list(tmp_path.iterdir()) == []


def test_what_grows_is_ended_by_the_watch_and_not_by_the_clock() -> None:
    for greed in ("many files", "deleted files", "small files", "threads"):
        began = time.monotonic()
        assert not code.runs(WRONG + GREED[greed], TESTS, 60, 1000)
        assert time.monotonic() - began < 10


def test_code_ends_with_the_harness(tmp_path: Path) -> None:
    mark = tmp_path.name
    script = f"from evalharness.checks import code\ncode.runs('import time; time.sleep(100)  # {mark}', 'x', 100, 512)"
    harness = subprocess.Popen(
        [sys.executable, "-c", script], cwd=Path.cwd(), env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    try:
        until = time.monotonic() + 20
        while len(running := children(harness.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(running) == 2
    finally:
        harness.kill()
        harness.wait()
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}/cwd").exists() for pid in running) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}/cwd").exists() for pid in running)
    shutil.rmtree(tmp_path, ignore_errors=True)


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def test_many_are_judged_at_once() -> None:
    right = "def double(n):\n    return 2 * n\n"
    passed: list[bool] = []
    threads = [threading.Thread(target=lambda: passed.append(code.runs(right, TESTS, 20, 512))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed == [True] * 6
