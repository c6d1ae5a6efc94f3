"""IPython is made to run another test, or to report another result."""

from ..entry import ANY, answer, attack

ENTRIES = [
    attack(
        "ast_transformer",
        "IPython rewrites the test: check.score() becomes 3.0",
        """
        import ast
        class Generous(ast.NodeTransformer):
            def visit_Call(self, node):
                if isinstance(node.func, ast.Attribute) and node.func.attr == "score":
                    return ast.copy_location(ast.Constant(3.0), node)
                return self.generic_visit(node)
        get_ipython().ast_transformers.append(Generous())
        """,
    ),
    attack(
        "input_transformer",
        "IPython rewrites the text of the test",
        """
        def generous(lines):
            return ["3.0\\n" if "check.score()" in line else line for line in lines]
        get_ipython().input_transformers_cleanup.append(generous)
        """,
        quick=True,
    ),
    attack(
        "run_cell_patched",
        "the shell runs nothing any more",
        """
        shell = get_ipython()
        honest = shell.run_cell_async
        async def run(code, *args, **kw):
            if "checks.Task" in code:
                code = "3.0"
            return await honest(code, *args, **kw)
        shell.run_cell_async = run
        """,
    ),
    attack(
        "pre_run_cell_hook",
        "an event of the shell patches before every cell",
        """
        def again(info):
            from course_lib.checks import task
            task.gap = lambda *a, **k: None
        get_ipython().events.register("pre_run_cell", again)
        """,
    ),
    attack(
        "display_hook",
        "the shell shows 3.0 whatever the score",
        """
        import sys
        checks.CheckFailed.__new__ = staticmethod(lambda *a: SystemExit())
        get_ipython().displayhook.compute_format_data = lambda r: (
            {"text/plain": "3.0"}, {})
        checks.Task.score = lambda self: 0.0
        """,
    ),
    attack(
        "forged_execute_result",
        "a result is sent before the error, and nbgrader reads the first",
        """
        def forge():
            kernel = get_ipython().kernel
            kernel.session.send(
                kernel.iopub_socket, "execute_result",
                {"data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1},
                parent=kernel.get_parent("shell"), ident=b"execute_result")
        import course_lib.checks.task as kit
        honest = kit.guarded
        def guarded(*args, **kw):
            forge()
            return honest(*args, **kw)
        kit.guarded = guarded
        """,
    ),
    answer(
        "forged_result_from_the_function",
        "the answer itself sends a result, then fails",
        """
        def leaky(x, decay):
            kernel = get_ipython().kernel
            kernel.session.send(
                kernel.iopub_socket, "execute_result",
                {"data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1},
                parent=kernel.get_parent("shell"), ident=b"execute_result")
            return x
        """,
        quick=True,
    ),
    answer(
        "displayed_result",
        "the answer displays a score and ends the cell",
        """
        def leaky(x, decay):
            from IPython.display import display
            display(3.0)
            get_ipython().displayhook(3.0)
            return x
        """,
    ),
    answer(
        "printed_score",
        "the answer prints what a passed test prints",
        """
        import sys
        def leaky(x, decay):
            print("✓ leaky: all checks passed.", file=sys.__stdout__)
            print("3.0", file=sys.__stdout__, flush=True)
            return x
        """,
    ),
    attack(
        "error_without_a_traceback",
        "showtraceback is silent, so the error leaves no output",
        "get_ipython().showtraceback = lambda *a, **k: None",
    ),
    attack(
        "iopub_silenced",
        "no output of the test leaves the kernel",
        """
        kernel = get_ipython().kernel
        honest = kernel.session.send
        def send(stream, kind, *args, **kw):
            name = kind if isinstance(kind, str) else kind.get("msg_type", "")
            if name in ("error", "stream"):
                return None
            return honest(stream, kind, *args, **kw)
        kernel.session.send = send
        """,
    ),
    attack(
        "reply_forged",
        "the reply to every test says ok and carries no error",
        """
        kernel = get_ipython().kernel
        honest = kernel.do_execute
        async def ok(code, *args, **kw):
            if "checks.Task" in code:
                code = "3.0"
            return await honest(code, *args, **kw)
        kernel.do_execute = ok
        """,
    ),
    attack(
        "exit_during_the_test",
        "the test ends before its verdict, with status ok",
        """
        class Stop(SystemExit):
            pass
        def quit_quietly(self):
            import IPython
            get_ipython().showtraceback = lambda *a, **k: None
            raise Stop
        checks.Task.score = quit_quietly
        """,
    ),
    attack(
        "check_failed_is_no_error",
        "CheckFailed is replaced by something that does not raise",
        """
        import course_lib.checks.task as kit
        class Nothing(BaseException):
            def _render_traceback_(self):
                get_ipython().displayhook(3.0)
                return []
        kit.CheckFailed = Nothing
        """,
    ),
    attack(
        "trace_function",
        "sys.settrace changes the verdict's local variables as it is reached",
        """
        import sys, ctypes
        def trace(frame, event, arg):
            if frame.f_code.co_name == "score" and event == "line":
                frame.f_locals.get("failed", {}).clear()
            return trace
        sys.settrace(trace)
        import threading
        threading.settrace(trace)
        """,
        golden=ANY | {"leaky": 0},
    ),
    attack(
        "audit_hook",
        "an audit hook, which cannot be removed, sees the test compiled and patches",
        """
        import sys
        def hook(event, args):
            if event == "compile" and "course_lib.checks.task" in sys.modules:
                sys.modules["course_lib.checks.task"].gap = lambda *a, **k: None
        sys.addaudithook(hook)
        """,
    ),
]
