"""A notebook at which nobody sits: what asks for an answer says so instead of waiting.

`check` prepares its kernel with this and the engine every learner's process, so that
`input`, debuggers and `exit` do the same in both, in a cell and in a function. In the
engine a notebook also gets one thread of torch, whatever it asks for: it has one core.
"""

import bdb
import builtins
import cmd
import getpass
import pdb
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import IPython.core.debugger

from course_lib.results.hints import ENDS


class NobodyAnswers(Exception):
    """The code waits for somebody who would type."""


def prepare(shell: Any) -> None:
    """Let whatever waits for an answer raise.

    Args:
        shell: the IPython of this process.
    """
    builtins.input = refusal("input()")
    getpass.getpass = refusal("getpass()")
    if kernel := getattr(shell, "kernel", None):  # it puts its own in their place
        kernel.raw_input, kernel.getpass = builtins.input, getpass.getpass
    sys.breakpointhook = refusal("breakpoint()")
    owners: tuple[Any, ...] = (pdb, IPython.core.debugger, bdb.Bdb, pdb.Pdb)
    for owner in owners:
        owner.set_trace = refusal("set_trace()")
    cmd.Cmd.cmdloop = refusal("the debugger")  # type: ignore[method-assign]
    shell.ask_exit = leave


def refusal(name: str) -> Callable[..., NoReturn]:
    """Return a function that raises whatever it is called with."""

    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise NobodyAnswers(
            f"{name} waits for somebody to type, and nobody is there when a notebook "
            "is graded; take it out"
        )

    return refuse


def leave() -> NoReturn:
    """Do what `sys.exit` does, for IPython's `exit` and `quit`."""
    raise SystemExit(ENDS)


def one_thread(torch: Any) -> None:
    """Let torch go on with one thread, and say that it has as many as it was given.

    The threads would be lost by the fork that answers a test, and it would wait for
    them; and more of them than a submission may have end the process.

    Args:
        torch: the module.
    """
    asked = {"": torch.get_num_threads(), "interop_": torch.get_num_interop_threads()}
    for kind in asked:
        setter, getter = _threads(asked, kind)
        setattr(torch, f"set_num_{kind}threads", setter)
        setattr(torch, f"get_num_{kind}threads", getter)


def _threads(
    asked: dict[str, int], kind: str
) -> tuple[Callable[[int], None], Callable[[], int]]:
    """Return what sets and what tells a number of threads that is only remembered."""

    def set_threads(number: int) -> None:
        if type(number) is not int:
            given = type(number).__name__
            raise TypeError(f"set_num_{kind}threads expects an int, but got {given}")
        if number < 1:
            raise RuntimeError(f"set_num_{kind}threads expects a positive integer")
        asked[kind] = number

    return set_threads, lambda: asked[kind]
