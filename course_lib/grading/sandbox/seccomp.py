"""Filters of system calls: what is not on a list is refused.

`system_calls` holds the lists and the rules about arguments; here they become programs
that the kernel runs at each call. A refused call fails and the process lives on: with
EPERM, or with ENOSYS if Linux has it since 5.1 only, for which every C library has a
way without. Sources: seccomp(2), and the kernel's seccomp_filter.rst.
"""

import errno
import platform
import struct
from functools import cache

from course_lib.grading.sandbox import system_calls as calls
from course_lib.grading.sandbox.system_calls import Rule, Table

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, JUMP_IF_EQUAL, JUMP_IF_SET, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 6
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # where they stand in what a filter sees
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
X32 = 0x40000000  # a second numbering of x86-64, which would dodge the list
SINCE_5_1 = 424  # from this number on, all architectures count alike


class NoFilter(Exception):
    """No filter of system calls can be made for this machine."""


def problem() -> str | None:
    """Return why there is no filter for this machine, if so."""
    machine, bits = platform.machine(), 8 * struct.calcsize("P")
    if machine in ARCHITECTURES and bits == 64:
        return None
    return (
        f"the filter of system calls knows the machines {', '.join(ARCHITECTURES)} "
        f"with 64 bits, and this one is {machine} with {bits}, so nothing can be "
        "isolated here. Grade on one of those"
    )


@cache
def for_learners() -> bytes:
    """Return the filter of what runs a learner's code.

    Raises:
        NoFilter: this machine's calls are not known; so do the other filters.
    """
    return _only(calls.LEARNERS, calls.FOR_LEARNERS)


@cache
def for_judges() -> bytes:
    """Return the filter of a judge: one process, which opens files to read only."""
    return _only(calls.JUDGES, calls.FOR_JUDGES)


@cache
def without_programs() -> bytes:
    """Return a filter that refuses to start another program, and nothing else."""
    steps, column = _beginning()
    for numbers in calls.PROGRAMS.values():
        if (number := numbers[column]) is not None:
            steps += _if_called(number, [_refuse(errno.EPERM)])
    return b"".join([*steps, _step(RETURN, ALLOW)])


def _only(allowed: Table, rules: dict[str, Rule]) -> bytes:
    steps, column = _beginning()
    for name, numbers in allowed.items():
        if (number := numbers[column]) is not None:
            block = (
                _check_argument(rules[name])
                if name in rules
                else [_step(RETURN, ALLOW)]
            )
            steps += _if_called(number, block)
    steps += [
        _step(JUMP_IF_AT_LEAST, SINCE_5_1, otherwise=1),
        _refuse(errno.ENOSYS),
        _refuse(errno.EPERM),
    ]
    return b"".join(steps)


def _check_argument(rule: Rule) -> list[bytes]:
    """Return the steps that end a call by what one of its arguments is."""
    steps = [_step(LOAD, ARGUMENTS + 8 * rule.argument)]
    if rule.without:
        steps += [_step(JUMP_IF_SET, rule.without, otherwise=1), _refuse(errno.EPERM)]
    if rule.bit:
        steps += [_step(JUMP_IF_SET, rule.bit, then=1), _refuse(errno.EPERM)]
    for value in rule.values:
        steps += [_step(JUMP_IF_EQUAL, value, otherwise=1), _step(RETURN, ALLOW)]
    last = _refuse(errno.EPERM) if rule.values else _step(RETURN, ALLOW)
    return [*steps, last]


def _if_called(number: int, block: list[bytes]) -> list[bytes]:
    return [_step(JUMP_IF_EQUAL, number, otherwise=len(block)), *block]


def _beginning() -> tuple[list[bytes], int]:
    """Return the steps that load the number of a call, and its column in the lists."""
    if why := problem():
        raise NoFilter(why)
    architecture, column = ARCHITECTURES[platform.machine()]
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(JUMP_IF_EQUAL, architecture, then=1),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
    ]
    if column == 0:
        steps += [_step(JUMP_IF_AT_LEAST, X32, otherwise=1), _refuse(errno.EPERM)]
    return steps, column


def _refuse(code: int) -> bytes:
    return _step(RETURN, ERRNO | code)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
