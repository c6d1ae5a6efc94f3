"""Run a learner's function under guard, and write down everything it did.

Guarded means: it cannot run for ever, its prints and warnings cost nothing, forbidden
shortcuts raise, and whatever it raises becomes part of the observation.
"""

import contextlib
import importlib
import io
import linecache
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import torch

LIMIT_S = 10.0
TOO_SLOW = "did not return within"
_LIBRARY = str(Path(__file__).parents[1])
_now: list[tuple[str, ...]] = []  # what is forbidden while calls are running


class ForbiddenCall(Exception):
    """The learner's code called what the exercise asks to write."""


class Inconclusive:
    """An observation that could not be made; it agrees with every other."""


class TooSlow(BaseException):
    """The time limit is over. Not an Exception, so that no `except:` is likely."""


@dataclass
class Failure:
    """How a call ended that did not return: the kind of error, its text, its place."""

    kind: str
    text: str
    where: str = ""

    def __str__(self) -> str:
        if self.kind == "NotImplementedError":
            return "is not written yet (it raises NotImplementedError)"
        if self.kind == "TooSlow":
            return f"did not return within {self.text}: its loop may not end"
        if self.kind in ("ForbiddenCall", "ProcessEnded"):
            return self.text
        return f"raised {self.kind}: {self.text}{self.where}"


def guarded(
    call: Callable[[], Any],
    forbid: tuple[str, ...] = (),
    quiet: bool = True,
    limit_s: float | None = None,
    ours: str = "",
) -> Any:
    """Return what `call` returns, or the `Failure` it ended with.

    Args:
        call: takes nothing; runs the learner's code.
        forbid: dotted names that raise `ForbiddenCall` while it runs.
        quiet: keep prints to ourselves; warnings and progress bars always are.
        limit_s: seconds after which the call is stopped; `LIMIT_S` if not given.
        ours: the file of the hidden tests; a failure never quotes a line of it.
    """
    sink = io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stderr(sink))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if quiet:
            stack.enter_context(contextlib.redirect_stdout(sink))
        stack.enter_context(_forbidden(forbid))
        try:
            with _time_limit(limit_s or LIMIT_S):
                return call()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return _failure(error, ours)


def _failure(error: BaseException, ours: str) -> Failure:
    text = str(error).strip().splitlines() or [""]
    if isinstance(error, RecursionError):
        text = text[0].split(" while ")  # where the stack ran out is chance
    return Failure(type(error).__name__, text[0][:200].strip(), _place(error, ours))


def _place(error: BaseException, ours: str) -> str:
    """Return the learner's own line in which the error arose, if there is one."""
    if isinstance(place := getattr(error, "place", None), str):
        return place  # it arose in the learner's own process
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((_LIBRARY, "<frozen"))
        and frame.filename != ours
        and "site-packages" not in frame.filename
        and "/lib/python" not in frame.filename
    ]
    if not own:
        return ""
    line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    return f"\n  in {own[-1].name}, line {own[-1].lineno}: {line}" if line else ""


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the block after `seconds`, where the platform has timers."""
    usable = hasattr(signal, "setitimer")
    if not usable or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum, frame):
        raise TooSlow(f"{seconds:g} s")

    previous = signal.signal(signal.SIGALRM, stop)
    # the interval repeats the alarm, should the code under test swallow the first
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def forbidden_now() -> tuple[str, ...]:
    """Return the names that are forbidden at this moment."""
    return _now[-1] if _now else ()


@contextlib.contextmanager
def _forbidden(names: tuple[str, ...]) -> Iterator[None]:
    """Make each dotted name raise. Classes raise when they run, however imported."""
    with contextlib.ExitStack() as stack:
        _now.append(names)
        stack.callback(_now.pop)
        for name in names:
            owner, target = _resolve(name)
            if isinstance(target, type) and issubclass(target, torch.nn.Module):
                patch = mock.patch.object(target, "forward", _raiser(name))
            else:
                patch = mock.patch.object(owner, name.rpartition(".")[2], _raiser(name))
            stack.enter_context(patch)
        yield


def _resolve(name: str) -> tuple[Any, Any]:
    module, _, attribute = name.rpartition(".")
    owner = importlib.import_module(module)
    return owner, getattr(owner, attribute)


def _raiser(name: str) -> Callable:
    def refuse(*args, **kwargs):
        raise ForbiddenCall(f"calls {name}; the exercise is to write it yourself")

    return refuse
