"""The bank of a task: its reference solution and its known mistakes, as text.

The builder packs a bank into the hidden region of the task's test cell, where an
instructor can read it and a learner never sees it. Text needs no import path and no
file at grading time, which keeps plain `nbgrader autograde` working.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """A wrong answer with a name.

    Attributes:
        name: the function's name in the bank.
        says: a noun phrase that completes "This is what … gives".
        hint: one sentence that points to the mend.
        function: the wrong answer itself.
    """

    name: str
    says: str
    hint: str
    function: Callable


def mistake(task: str, says: str, hint: str) -> Callable[[Callable], Callable]:
    """Mark a function as a wrong answer to `task`.

    Args:
        task: the name of the function that the learner writes.
        says: a noun phrase: "a bias added after the tanh".
        hint: a sentence that points to the mend and does not write it.
    """

    def register(function: Callable) -> Callable:
        function.marked_mistake = task, Mistake(function.__name__, says, hint, function)
        return function

    return register


def accepted(task: str) -> Callable[[Callable], Callable]:
    """Mark a function as a right answer to `task`, written in another way."""

    def register(function: Callable) -> Callable:
        function.marked_accepted = task
        return function

    return register


def shortcut(task: str, name: str) -> Callable[[Callable], Callable]:
    """Mark a function as an answer to `task` that somebody else has written.

    Args:
        task: the name of the function that the learner writes.
        name: the dotted name that it is refused for.
    """

    def register(function: Callable) -> Callable:
        function.marked_shortcut = task, name
        return function

    return register


class Bank:
    """Reference solution and mistakes of one task, executed from text when needed."""

    def __init__(self, task: str, text: str, twins: tuple[str, ...] = ()):
        """Take the text apart only when asked: a right answer needs no mistakes.

        Args:
            task: the function that the learner writes.
            text: the bank as Python.
            twins: dotted names under which the same function is there already.
        """
        self.task, self.twins = task, twins
        self.text = text
        self._namespace: dict[str, Any] | None = None

    def namespace(self) -> dict[str, Any]:
        """Execute the text in a module of its own and return its names."""
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
    def reference(self) -> Callable:
        """The reference solution."""
        return self._names()[self.task]

    @property
    def mistakes(self) -> list[Mistake]:
        """The known wrong answers, in the order of the file."""
        values = self._names().values()
        marks = [getattr(value, "marked_mistake", None) for value in values]
        return [mark[1] for mark in marks if mark and mark[0] == self.task]

    def reference_using(self, **functions: Callable) -> Callable:
        """Return the reference solution as it would be on top of other functions."""
        namespace = self.namespace()
        namespace.update(functions)
        return namespace[self.task]


def load_bank(exercise: str, task: str) -> Bank:
    """Return the bank of a task from the files of the course.

    Only an exercise's source calls this; the builder replaces the call by the text.
    """
    # by name: checks are below authoring, which needs jupytext; learners do not
    banks = import_module("course_lib.authoring.build")
    twins = import_module("course_lib.authoring.twins").twins
    return Bank(task, banks.bank_text(exercise, task), twins(task))
