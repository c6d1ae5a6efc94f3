"""Code that raises, in the cell or when it is called."""

from ..entry import answer
from .where import in_call, in_cell

ENTRIES = [
    in_cell(
        "syntax_error",
        "a cell that does not parse",
        "def (:\n",
        reason="(?i)syntax",
        quick=True,
    ),
    in_cell(
        "indentation_error",
        "tabs and spaces",
        "if True:\n\t1\n        2\n",
        reason="(?i)indent|tab",
    ),
    in_cell(
        "name_error",
        "an unknown name before the definition",
        "unknown_name\n",
        reason="not defined",
    ),
    answer("empty_cell", "nothing at all", "\n", reason="(?i)leaky|not written|define"),
    answer("only_a_comment", "a comment", "# later\n"),
    answer(
        "stub",
        "the released cell, untouched",
        "def leaky(x, decay):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        reason="not written",
        quick=True,
    ),
    answer(
        "another_name",
        "the function is called something else",
        "def leaky_sum(x, decay):\n    return x\n",
        reason="leaky",
    ),
    answer("not_a_function", "the name is a number", "leaky = 3\n"),
    answer(
        "wrong_signature",
        "one argument too few",
        "def leaky(x):\n    return x\n",
        reason="(?i)argument",
    ),
    answer(
        "returns_nothing",
        "a return is missing",
        "def leaky(x, decay):\n    x + 1\n",
        reason="is a return missing",
    ),
    in_call(
        "raises",
        "an error in the function",
        "raise ValueError('oh')",
        reason="ValueError",
    ),
    in_call(
        "raises_base_exception",
        "an error that is no Exception",
        "raise BaseException('oh')",
    ),
    in_call(
        "raises_keyboard_interrupt",
        "an interrupt of its own",
        "raise KeyboardInterrupt",
    ),
    in_call(
        "raises_system_exit",
        "sys.exit in the function",
        "import sys\nsys.exit(0)",
        quick=True,
    ),
    in_call(
        "raises_generator_exit",
        "an error that loops treat specially",
        "raise GeneratorExit",
    ),
    in_call("raises_stop_iteration", "another such", "raise StopIteration"),
    answer(
        "error_whose_text_hangs",
        "str(error) does not return",
        """
        class Slow(Exception):
            def __str__(self):
                while True:
                    pass
        def leaky(x, decay):
            raise Slow
        """,
        quick=True,
    ),
    answer(
        "error_whose_text_fails",
        "str(error) raises, and returns no string",
        """
        class Bad(Exception):
            def __str__(self):
                raise self
            __repr__ = __str__
        def leaky(x, decay):
            raise Bad
        """,
    ),
    answer(
        "error_of_fifty_megabytes",
        "a text that nobody can read",
        """
        def leaky(x, decay):
            raise ValueError("x" * 50_000_000)
        """,
    ),
    answer(
        "error_called_check_failed",
        "an error that looks like the test's own",
        """
        class CheckFailed(AssertionError):
            def _render_traceback_(self):
                return ["leaky: all checks passed."]
        def leaky(x, decay):
            raise CheckFailed("leaky: all checks passed.")
        """,
    ),
    answer(
        "group_of_errors",
        "ten thousand errors in one",
        """
        def leaky(x, decay):
            raise ExceptionGroup("many", [ValueError(str(i)) for i in range(10_000)])
        """,
    ),
    in_call(
        "recursion",
        "a function that calls itself",
        "return leaky(x, decay)",
        reason="RecursionError",
        quick=True,
    ),
    answer(
        "deep_recursion",
        "the stack itself runs out",
        """
        import sys
        sys.setrecursionlimit(10 ** 9)
        def leaky(x, decay):
            return (lambda f: f(f))(lambda f: repr([f(f)]))
        """,
    ),
    in_cell(
        "parser_stack",
        "brackets deeper than the parser goes",
        "deep = " + "(" * 2000 + ")" * 2000 + "\n",
    ),
    in_cell(
        "compiler_stack",
        "an expression deeper than the compiler goes",
        "deep = " + "-" * 100_000 + "1\n",
        golden={"leaky": (0, 3)},
    ),
]
