"""What stands in a test for a function that its cell did not define, and says why.

A test that needs the function fails with the reason. A test that has it for a second
purpose only, such as to say that a mistake follows from an earlier one, goes on.
"""

from typing import Any, NoReturn


class Undefined:
    """A name without a value; whoever calls it meets a NameError.

    Attributes:
        reason: why it has none, as a sentence of one or more lines.
    """

    def __init__(self, name: str, reason: str):
        """Take the name and the reason."""
        self.__name__ = self.__qualname__ = name
        self.reason = reason

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise what Python raises; the reason follows on further lines."""
        raise NameError(f"name {self.__name__!r} is not defined\n{self.reason}")

    def __getattr__(self, attribute: str) -> Any:
        """Raise it for any attribute, too; Python's own ones are just not there."""
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return self()


def why_not(function: object) -> str | None:
    """Return the reason why a function has no value, or None where it has one."""
    return function.reason if type(function) is Undefined else None


def fill(namespace: dict[str, Any], reasons: dict[str, str]) -> None:
    """Put a stand-in where a name is missing in a namespace."""
    for name, reason in reasons.items():
        namespace.setdefault(name, Undefined(name, reason))


def clear(namespace: dict[str, Any]) -> None:
    """Take all stand-ins away again."""
    for name in [n for n, value in namespace.items() if type(value) is Undefined]:
        del namespace[name]
