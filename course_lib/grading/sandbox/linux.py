"""What we ask the kernel for by hand, each request checked: one place for all of them.

A wall that was refused without a word would be no wall, so every failure is raised.
Sources: prctl(2), unshare(2), setns(2), mount(2), capset(2), seccomp(2).
"""

import ctypes
import os
import signal
import struct

NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 1 << 14, 1 << 18
MS_RDONLY = 1
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 23, 24, 38
SECCOMP_MODE_FILTER, CAPABILITY_VERSION_3 = 2, 0x20080522
FILTER_STEP_BYTES = 8

_libc = ctypes.CDLL(None, use_errno=True)


class ConfineError(Exception):
    """The kernel refused a wall; nothing runs without it."""


def _check(result: int, what: str) -> None:
    if result != 0:
        raise ConfineError(f"{what}: {os.strerror(ctypes.get_errno())}")


def _prctl(what: str, option: int, *arguments: int) -> None:
    words = [*map(ctypes.c_ulong, arguments), *[ctypes.c_ulong(0)] * 4][:4]
    _check(_libc.prctl(option, *words), what)


def unshare(spaces: int) -> None:
    """Leave the namespaces of some kinds for new ones; `spaces` adds their flags."""
    _check(_libc.unshare(spaces), "making namespaces")


def setns(descriptor: int, kind: int) -> None:
    """Enter a namespace that is open under a descriptor."""
    _check(_libc.setns(descriptor, kind), "going back to a namespace")


def own_folder() -> int:
    """Return a descriptor of /proc/self, which stays of use when /proc is covered."""
    return os.open("/proc/self", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def new_users(own: int, more: int = 0) -> None:
    """Enter a namespace of users that holds this user only.

    Args:
        own: what `own_folder` returned; it is closed.
        more: flags of namespaces that are made with it, and so belong to it.
    """
    uid, gid = os.geteuid(), os.getegid()
    unshare(NEWUSER | more)
    for name, text in {
        "setgroups": "deny",
        "uid_map": f"{uid} {uid} 1",
        "gid_map": f"{gid} {gid} 1",
    }.items():
        file = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=own)
        try:
            os.write(file, text.encode("ascii"))
        finally:
            os.close(file)
    os.close(own)


def mount(
    source: str | None,
    target: str,
    kind: str | None,
    flags: int,
    options: str | None = None,
) -> None:
    """Mount a file system; None where there is nothing to say."""
    texts = [text and text.encode() for text in (source, target, kind)]
    data = options and options.encode()
    result = _libc.mount(*texts, ctypes.c_ulong(flags), data)
    _check(result, f"mounting {target}")


def die_with_parent() -> None:
    """Ask that this process ends with the one that started it."""
    _prctl("dying with parent", PR_SET_PDEATHSIG, signal.SIGKILL)


def no_new_rights() -> None:
    """No program that is started from now on has more rights than this process."""
    _prctl("forbidding new rights", PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up all capabilities, for good."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_READ, ctypes.c_ulong(capability)) < 0:
            break  # the kernel has no more of them
        _prctl("dropping capabilities", PR_CAPBSET_DROP, capability)
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "dropping capabilities")


def filter_calls(program: bytes) -> None:
    """Put a filter of `seccomp` before this process's system calls, for good."""
    no_new_rights()  # or the kernel takes a filter from root only
    buffer = ctypes.create_string_buffer(program, len(program))
    steps = len(program) // FILTER_STEP_BYTES
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", steps, ctypes.addressof(buffer))
    )
    what = "filtering system calls"
    place = ctypes.addressof(header)
    _prctl(what, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, place)


def become(uid: int) -> None:
    """As root: change to a user without rights."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        # the change made /proc/self belong to root, which hides it from ourselves
        _prctl("staying visible", PR_SET_DUMPABLE, 1)
