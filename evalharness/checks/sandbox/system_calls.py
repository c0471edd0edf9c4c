"""The system calls that a model's code may make: a seccomp filter, compiled by libseccomp for the machine it runs on.

What is not named here fails with "operation not permitted". It knows nothing of files' places: Landlock holds those.
"""

import errno
import fcntl
import os
import socket
import tempfile
from functools import lru_cache

MEMORY = "brk madvise membarrier mmap mprotect mremap msync munmap"
FILES = """
    access chdir close close_range dup dup2 dup3 faccessat faccessat2 fadvise64 fchdir fdatasync flock fstat fstatfs
    fsync ftruncate getcwd getdents getdents64 link linkat lseek lstat mkdir mkdirat newfstatat pread64 preadv
    preadv2 pwrite64 pwritev pwritev2 read readlink readlinkat readv rename renameat renameat2 rmdir sendfile stat
    statfs statx symlink symlinkat umask unlink unlinkat write writev
"""  # not: by path truncate, chmod, chown, utime, xattr, mknod
CLOCKS = "clock_getres clock_gettime clock_nanosleep gettimeofday nanosleep time times"
THREADS = """
    arch_prctl exit exit_group futex get_robust_list getcpu gettid restart_syscall rseq sched_getaffinity
    sched_yield set_robust_list set_tid_address
"""
SIGNALS = "rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigtimedwait sigaltstack"  # to get, never to send
WAITING = """
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_wait eventfd2 getsockname getsockopt pipe pipe2 poll
    ppoll pselect6 recvfrom select shutdown
"""
SELF = """
    getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid
    getrlimit getrusage getsid getuid sysinfo uname
"""

DESCRIPTORS = (  # no owner for signals, no larger pipes, no leases, no seals
    fcntl.F_DUPFD, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL, fcntl.F_GETLK, fcntl.F_SETLK,
    fcntl.F_SETLKW, fcntl.F_DUPFD_CLOEXEC, fcntl.F_OFD_GETLK, fcntl.F_OFD_SETLK, fcntl.F_OFD_SETLKW,
)  # fmt: skip
TERMINALS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FION- and FIOCLEX
A_THREAD = (0x3D0F00, 0x7D0F00)  # the flags of clone with which glibc and musl make one, and no process
NAMES = (15, 16)  # prctl: PR_SET_NAME, PR_GET_NAME
KIND = 0xF  # of a socket's type: what remains are flags


@lru_cache
def program() -> bytes:
    """The filter as an array of the kernel's `struct sock_filter`. Raises OSError where it cannot be made."""
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError, AttributeError) as error:
        raise OSError(f"libseccomp cannot be used ({error})") from None
    made = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))

    def allow(names: str, *conditions: object, action: int = seccomp.ALLOW) -> None:
        for name in names.split():
            number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
            if number >= 0:  # an architecture does not have all of them
                made.add_rule(action, number, *conditions)

    def argument(place: int, value: int, mask: int = 0xFFFFFFFF) -> object:
        return seccomp.Arg(place, seccomp.MASKED_EQ, mask, value)

    for names in (MEMORY, FILES, CLOCKS, THREADS, SIGNALS, WAITING, SELF):
        allow(names)
    for call, flags in (("open", 1), ("openat", 2)):  # reading may not empty a file, which older Landlocks let happen
        allow(call, argument(flags, 0, os.O_TRUNC))
        allow(call, argument(flags, os.O_WRONLY, os.O_ACCMODE))
        allow(call, argument(flags, os.O_RDWR, os.O_ACCMODE))
    for value in DESCRIPTORS:
        allow("fcntl", argument(1, value))
    for value in TERMINALS:
        allow("ioctl", argument(1, value))
    for value in A_THREAD:
        allow("clone", argument(0, value))
    for value in NAMES:
        allow("prctl", argument(0, value))
    allow("prlimit64", argument(0, 0), seccomp.Arg(2, seccomp.EQ, 0))  # its own limits, to read
    # A pair of connected sockets, by which asyncio wakes itself up, and nothing sent but to the other end.
    allow("socketpair", argument(0, socket.AF_UNIX), argument(1, socket.SOCK_STREAM, KIND))
    allow("sendto", seccomp.Arg(4, seccomp.EQ, 0))
    allow("clone3 openat2", action=seccomp.ERRNO(errno.ENOSYS))  # C libraries and Python have other ways for these
    allow("fgetxattr flistxattr getxattr lgetxattr listxattr llistxattr", action=seccomp.ERRNO(errno.ENOTSUP))
    with tempfile.TemporaryFile() as file:
        made.export_bpf(file)
        file.seek(0)
        return file.read()
