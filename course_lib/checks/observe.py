"""Run a learner's function under guard, and write down everything it did.

Guarded means: it cannot run for ever, its prints and warnings cost nothing, forbidden
shortcuts raise, and whatever it raises becomes part of the observation. What a hidden
check passed in must not come back in the text of an error: `wording` sees to that.
"""

import contextlib
import dis
import io
import linecache
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from course_lib.checks import wording
from course_lib.checks.failure import Failure
from course_lib.checks.forbidden import ForbiddenCall as ForbiddenCall
from course_lib.checks.forbidden import taken_away

LIMIT_S = 10.0  # unless somebody holds another `Patience`
# A call may take this many times its limit, where the machine was short of cores.
PATIENCE = 2.5
# Linux counts here the microseconds in which somebody waited for a core.
PRESSURE = Path("/proc/pressure/cpu")
FRESH_S = 0.05
TOO_SLOW = "did not return within"
_LIBRARY = str(Path(__file__).parents[1])
RAISES = {dis.opmap[name] for name in ("RAISE_VARARGS", "RERAISE")}
_waited = float("-inf"), 0.0  # when it was asked, and what the answer was
_now: list[tuple[str, ...]] = []  # what is forbidden while calls are running


@dataclass
class Patience:
    """What holds for all calls of a process while somebody holds it, see `held`.

    Attributes:
        limit_s: seconds after which a call is stopped.
        strict: whether not even a visible example may show values: so it is where a
            learner's process has met hidden checks before, and may show in one what
            another passed in.
        threads_lost: whether a thread that a cell had started is not there for the
            function under test.
    """

    limit_s: float = LIMIT_S
    strict: bool = False
    threads_lost: bool = False

    @property
    def longest_s(self) -> float:
        """Seconds that a call takes at most, where the machine was short of cores."""
        return PATIENCE * self.limit_s


_held = [Patience()]  # the latest last; the first is that of a learner's own notebook


def patience() -> Patience:
    """Return the patience that is held now."""
    return _held[-1]


@contextlib.contextmanager
def held(patience: Patience) -> Iterator[Patience]:
    """Let a patience hold in this block; it may be changed meanwhile."""
    _held.append(patience)
    try:
        yield patience
    finally:
        _held.pop()


class Inconclusive:
    """An observation that could not be made; it agrees with every other."""


class TooSlow(BaseException):
    """The time limit is over. Not an Exception, so that no `except:` is likely."""


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
        limit_s: seconds after which the call is stopped; those of the `Patience` that
            is held if not given.
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
            with _time_limit(limit_s or patience().limit_s):
                return _result(call, ours, quiet)
        except TooSlow as error:
            return described(error, ours)


def _result(call: Callable[[], Any], ours: str, hidden: bool) -> Any:
    """Return what `call` returns or how it failed; a text may take for ever, too."""
    try:
        return call()
    except (KeyboardInterrupt, TooSlow):
        raise
    except BaseException as error:
        failure = described(error, ours)
        return wording.without_values(failure, error) if hidden else failure


def described(error: BaseException, ours: str = "") -> Failure:
    """Return how a call ended, as it was raised."""
    try:
        text = str(error).strip().splitlines() or [""]
    except Exception:
        text = [""]
    if isinstance(error, RecursionError):
        text = text[0].split(" while ")  # where the stack ran out is chance
    return Failure(
        type(error).__name__,
        text[0][:200].strip(),
        _place(error, ours),
        _by_library(error),
        patience().threads_lost,
    )


def _by_library(error: BaseException) -> bool:
    """Whether the innermost line called a function of C, or is a library's."""
    if isinstance(said := getattr(error, "library", None), bool):
        return said
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    if "site-packages" in code.co_filename or "/lib/python" in code.co_filename:
        return True
    return code.co_code[trace.tb_lasti] not in RAISES


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
    """Interrupt the block after `seconds`, where the platform has timers.

    The time in which processes waited for a core does not count, so that a right answer
    loses nothing on a crowded machine; but the patience has an end.
    """
    usable = hasattr(signal, "setitimer")
    if not usable or threading.current_thread() is not threading.main_thread():
        yield
        return

    began, waited_before = time.monotonic(), _waited_s()

    def stop(signum: int, frame: FrameType | None) -> None:
        waited = min(_waited_s() - waited_before, (PATIENCE - 1) * seconds)
        left = seconds + waited - (time.monotonic() - began)
        if left <= 0.001:
            raise TooSlow(f"{seconds:g} s")
        signal.setitimer(signal.ITIMER_REAL, left, 1.0)

    previous = signal.signal(signal.SIGALRM, stop)
    # the interval repeats the alarm, should the code under test swallow the first
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _waited_s() -> float:
    """Return for how long processes have waited for a core; 0.0 if nobody says.

    The kernel adds up all cores to answer, so it is asked at most every FRESH_S; the
    limit of a call grows by no more than that.
    """
    global _waited
    now = time.monotonic()
    if not 0 <= now - _waited[0] < FRESH_S:
        try:
            some = PRESSURE.read_text(encoding="ascii").splitlines()[0]
            _waited = now, int(some.rpartition("total=")[2]) / 1e6
        except (OSError, ValueError, IndexError):
            _waited = now, 0.0
    return _waited[1]


def forbidden_now() -> tuple[str, ...]:
    """Return the names that are forbidden at this moment."""
    return _now[-1] if _now else ()


@contextlib.contextmanager
def _forbidden(names: tuple[str, ...]) -> Iterator[None]:
    """Make each dotted name raise, and remember what is forbidden."""
    _now.append(names)
    try:
        with taken_away(names):
            yield
    finally:
        _now.pop()
