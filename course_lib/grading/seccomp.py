"""System calls that no answer needs: those that open doors in the kernel itself.

Namespaces and the loss of all capabilities refuse most of what matters. This filter
closes the rest: new namespaces (in which a process would have capabilities again),
tracing, keys, BPF, io_uring. A refused call fails with EPERM; the process lives on.
"""

import platform
import struct

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
LOAD, JUMP_IF_EQUAL, JUMP_IF_SET, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 6
NEW_NAMESPACES = 0x7E020080  # the flags of clone that make one
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
CLONE3 = 435
CLONE = (56, 220)
X32 = 0x40000000  # a second numbering of x86-64, which would dodge the list
DENIED = {  # numbers on x86-64 and on aarch64
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "open_by_handle_at": (304, 265),
    # memory that no process maps, and so none is charged for
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
}
PROGRAMS = {"execve": (59, 221), "execveat": (322, 281)}


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)


def without_programs() -> tuple[bytes, int] | None:
    """Return a filter that refuses to start another program, and its length."""
    if platform.machine() not in ARCHITECTURES:
        return None
    steps, column = _beginning()
    steps += _refusals(PROGRAMS, column)
    steps.append(_step(RETURN, ALLOW))
    return b"".join(steps), len(steps)


def program() -> tuple[bytes, int] | None:
    """Return the filter and its length, or None on a machine that it does not know."""
    if platform.machine() not in ARCHITECTURES:
        return None
    steps, column = _beginning()
    # its flags lie behind a pointer; where it is missing, the C library uses clone
    steps += [_step(JUMP_IF_EQUAL, CLONE3, otherwise=1), _step(RETURN, ERRNO | ENOSYS)]
    steps += _refusals(DENIED, column)
    steps += [
        _step(JUMP_IF_EQUAL, CLONE[column], otherwise=3),
        _step(LOAD, 16),
        _step(JUMP_IF_SET, NEW_NAMESPACES, otherwise=1),
        _step(RETURN, ERRNO | EPERM),
        _step(RETURN, ALLOW),
    ]
    return b"".join(steps), len(steps)


def _refusals(calls: dict[str, tuple[int, int]], column: int) -> list[bytes]:
    found = []
    for numbers in calls.values():
        found.append(_step(JUMP_IF_EQUAL, numbers[column], otherwise=1))
        found.append(_step(RETURN, ERRNO | EPERM))
    return found


def _beginning() -> tuple[list[bytes], int]:
    """Return the steps that load the number of a call, and its column."""
    architecture, column = ARCHITECTURES[platform.machine()]
    steps = [
        _step(LOAD, 4),
        _step(JUMP_IF_EQUAL, architecture, then=1),
        _step(RETURN, KILL),
        _step(LOAD, 0),
    ]
    if column == 0:
        steps += [
            _step(JUMP_IF_AT_LEAST, X32, otherwise=1),
            _step(RETURN, ERRNO | EPERM),
        ]
    return steps, column
