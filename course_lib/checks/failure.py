"""How a call ended that gave nothing, and the one exception of the checks.

Both are a message, without a traceback that only frightens.
"""

from dataclasses import dataclass, field

from course_lib.results import hints

# errors whose text is a sentence about the function
SAY_IT_ALL = {"ForbiddenCall", "ProcessEnded", "WrongDevice", "Untried"}


class CheckFailed(AssertionError):
    """An answer that is not right yet; the message says what to look at."""

    def _render_traceback_(self) -> list[str]:
        """Show the message alone; IPython asks for this before it draws frames."""
        return [f"✗ {self}"]


@dataclass
class Failure:
    """How a call ended that did not return.

    Attributes:
        kind: the name of the error's class.
        text: its first line.
        where: the learner's line in which it arose, in words.
        library: whether Python or a library raised it, not a `raise` of the learner's.
        threads_lost: whether the call did without a thread that a cell had started.
    """

    kind: str
    text: str
    where: str = ""
    library: bool = field(default=False, compare=False)
    threads_lost: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        if self.kind == "NotImplementedError":
            return "is not written yet (it raises NotImplementedError)"
        if self.kind == "TooSlow":
            return f"did not return within {self.text}: {self._wait()}"
        if self.kind in SAY_IT_ALL and self.text:
            return self.text
        if self.kind == "NobodyAnswers":
            return f"stops: {self.text}{self.where}"
        text = f": {self.text}" if self.text else ""
        hint = hints.hint(self.kind, self.text)
        more = f" ({hint})" if hint else ""
        return f"raised {self.kind}{text}{more}{self.where}"

    def _wait(self) -> str:
        """Return what a call that did not return may wait for."""
        if self.threads_lost:
            return (
                "its loop may not end, or it waits for threads or processes that a "
                "cell started; only those that the function itself starts are there"
            )
        return "its loop may not end"
