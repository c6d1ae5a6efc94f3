"""What a file of answers says of each: its docstring is the mark of a mistake.

    def bias_outside(x_t, h_prev, params):
        '''a bias added after the tanh

        b_h is part of the tanh's argument; check your parentheses.
        '''

The first paragraph is a phrase that completes "Your numbers are those of …"; the second
is the hint.
"""

import ast
import inspect


def answers(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the functions of a file of answers: `_name` is a helper, the rest count.

    Args:
        tree: the file, as Python.
    """
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [node for node in functions if not node.name.startswith("_")]


def read_mark(docstring: str | None) -> tuple[str, str]:
    """Return the phrase and the hint of a mistake, each on one line.

    Args:
        docstring: of the mistake: the phrase, an empty line, the hint.

    Raises:
        ValueError: one of the two is missing; the message goes on after "mistake 'x'".
    """
    phrase, _, hint = inspect.cleandoc(docstring or "").partition("\n\n")
    if not phrase:
        raise ValueError("has no docstring; its first paragraph is the phrase")
    if phrase.endswith("."):
        raise ValueError(f"has a full stop after the phrase {phrase!r}; leave it out")
    if not hint:
        raise ValueError("has no hint; it is the docstring's second paragraph")
    return " ".join(phrase.split()), " ".join(hint.split())
