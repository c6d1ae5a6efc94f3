"""What a warm server does before it forks: all that each notebook would repeat."""

import ctypes
import gc
import importlib
import os
import pkgutil
from pathlib import Path
from typing import Any

from course_lib import rooms

# their modules are what notebooks import, and the classes whose values cross
IMPORTED = {*rooms.TEACHING, *rooms.CHECKING} - {"experiments"}
HUGE, MADV_HUGEPAGE, MADV_COLLAPSE = 1 << 21, 14, 25


def rehearse() -> None:
    """Use once what notebooks use: torch loads much of itself at the first call."""
    import torch

    for device in ("cpu", "meta"):
        one = torch.ones(1, 1, device=device, requires_grad=True)
        module = torch.nn.RNN(1, 1, device=device)
        hs, _ = module(torch.tanh(one @ one)[None])
        losses = torch.nn.functional.log_softmax(hs, dim=-1).gather(-1, hs.long() * 0)
        torch.where(losses > 0, losses, 0.0).sum().backward()
    torch.optim.SGD([one]).step()
    torch.testing.assert_close(torch.ones(1), torch.ones(1))


def warm_up(role: str) -> Any:
    """Import what every notebook needs; return the interpreter that is forked."""
    import torch

    import course_lib
    from course_lib import checks  # noqa: F401  as the notebooks do
    from course_lib.grading.engine import unattended
    from course_lib.grading.engine.interpreter import new_interpreter
    from course_lib.grading.engine.learner import forbid, learner  # noqa: F401
    from course_lib.grading.rpc.values import course_kinds

    torch.set_num_threads(1)
    for module in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        if module.name.split(".")[1] in IMPORTED:
            importlib.import_module(module.name)
    rehearse()
    forbid.prepare()
    course_kinds()
    shell = new_interpreter()
    shell.run("1 + 1\n_ = None")
    shell.reset(new_session=True)
    shell.user_ns.pop("_", None)
    if role == "learner":
        unattended.prepare(shell)
    if torch.cuda.is_initialized():
        raise RuntimeError("CUDA was used before a fork, which could not use it")
    if (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise RuntimeError(f"{threads} threads before a fork, which would lose them")
    gc.collect()
    gc.freeze()  # the collector must not touch, and so copy, what children share
    huge_pages()
    return shell


def huge_pages() -> None:
    """Put this process's memory into large pages, where the kernel has them.

    A fork copies the table of pages: with large ones it takes a third of the time.
    """
    libc = ctypes.CDLL(None)
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        place, rights, _, _, inode, *name = line.split()
        if rights != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        low, high = (int(end, 16) for end in place.split("-"))
        low, high = -(-low // HUGE) * HUGE, high // HUGE * HUGE
        for advice in (MADV_HUGEPAGE, MADV_COLLAPSE) if low < high else ():
            start, size = ctypes.c_void_p(low), ctypes.c_size_t(high - low)
            libc.madvise(start, size, advice)  # refused where there are none
