"""The bank of a task: its reference solution and its known mistakes, as text.

The builder packs a bank into the hidden region of the task's test cell, where an
instructor can read it and a learner never sees it. Text needs no import path and no
file at grading time, which keeps plain `nbgrader autograde` working.
"""

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from course_lib.results.marks import answers, read_mark

Function = Callable[..., Any]


@dataclass(frozen=True)
class Mistake:
    """A wrong answer with a name.

    Attributes:
        name: the function's name in the bank.
        says: a noun phrase that completes "Your numbers are those of …".
        hint: one sentence that points to the mend.
        function: the wrong answer itself.
    """

    name: str
    says: str
    hint: str
    function: Function


def shortcut(task: str, name: str) -> Callable[[Function], Function]:
    """Mark a function as an answer to `task` that somebody else has written.

    Args:
        task: the name of the function that the learner writes.
        name: the dotted name that it is refused for.
    """

    def register(function: Function) -> Function:
        vars(function)["marked_shortcut"] = task, name
        return function

    return register


class Bank:
    """Reference solution and mistakes of one task, executed from text when needed."""

    def __init__(
        self, task: str, text: str, wrong: str = "", twins: tuple[str, ...] = ()
    ):
        """Take the texts apart only when asked: a right answer needs no mistakes.

        Args:
            task: the function that the learner writes.
            text: set-up and reference solution, as Python.
            wrong: the mistakes, as Python that runs after `text`: each is a function,
                and its docstring says the phrase and the hint; see `read_mark`.
            twins: dotted names under which the same function is there already.
        """
        self.task, self.twins = task, twins
        self.text, self.wrong = text, wrong
        self._namespace: dict[str, Any] | None = None
        self._mistakes: list[Mistake] | None = None

    def namespace(self) -> dict[str, Any]:
        """Execute the reference in a module of its own and return its names."""
        module = ModuleType(f"bank_of_{self.task}")
        # dataclasses and pickling look their module up by name
        sys.modules[module.__name__] = module
        exec(compile(self.text, f"<bank of {self.task}>", "exec"), module.__dict__)
        return module.__dict__

    def _names(self) -> dict[str, Any]:
        if self._namespace is None:
            self._namespace = self.namespace()
        return self._namespace

    @property
    def reference(self) -> Function:
        """The reference solution."""
        return cast(Function, self._names()[self.task])

    @property
    def mistakes(self) -> list[Mistake]:
        """The known wrong answers, in the order of the file."""
        if self._mistakes is None:
            tree = ast.parse(self.wrong)
            names = self._names()
            exec(compile(tree, f"<mistakes of {self.task}>", "exec"), names)
            marks = {n.name: read_mark(ast.get_docstring(n)) for n in answers(tree)}
            self._mistakes = [Mistake(n, *mark, names[n]) for n, mark in marks.items()]
        return self._mistakes

    def reference_using(self, **functions: Function) -> Function:
        """Return the reference solution as it would be on top of other functions."""
        namespace = self.namespace()
        namespace.update(functions)
        return cast(Function, namespace[self.task])


def load_bank(exercise: str, task: str) -> Bank:
    """Return the bank of a task from the files of the course.

    Only an exercise's source calls this; the builder replaces the call by the text.
    """
    # by name: checks are below authoring, which needs jupytext; learners do not
    banks = import_module("course_lib.authoring.banks")
    return Bank(task, *banks.texts_of(exercise, task))
