"""Integrity: wrong answers that work on the test from inside its own process.

Each stands in a cell that runs before the test, and takes hold of something that the
test relies on there: a function, a frame, an object, the shell, the comparison.
"""

from .entry import ANY, Entry, answer, attack

PATCHES = [
    attack(
        "patched_isclose",
        "every comparison of tensors says yes",
        """
        torch.allclose = torch.equal = lambda *a, **k: True
        torch.isclose = lambda a, b, **k: torch.ones_like(a, dtype=torch.bool)
        torch.testing.assert_close = lambda *a, **k: None
        """,
        quick=True,
    ),
    attack(
        "patched_gap",
        "our comparison finds no difference",
        """
        from course_lib.checks import compare, diagnosis, task
        compare.gap = task.gap = lambda *a, **k: None
        """,
    ),
    attack(
        "patched_score",
        "Task.score gives all points",
        """
        from course_lib.checks import Task
        Task.score = lambda self: self.points
        """,
        quick=True,
    ),
    attack(
        "patched_task",
        "another class stands in for Task",
        """
        class Generous:
            def __init__(self, name, function, points):
                self.points = points
            def __getattr__(self, name):
                return lambda *a, **k: float(self.points)
        checks.Task = Generous
        """,
    ),
    attack(
        "patched_hidden",
        "no hidden probes, so score() gives None, which nbgrader takes for full marks",
        "checks.Task.hidden = lambda self, *a, **k: None",
    ),
    attack(
        "patched_reference",
        "the reference solution is the learner's function",
        """
        checks.Bank.reference = property(lambda self: globals()[self.task])
        """,
    ),
    attack(
        "patched_bank",
        "the bank's text is replaced by the learner's own",
        """
        import inspect
        def keep(self, task, text):
            self.task, self._namespace = task, globals()
        checks.Bank.__init__ = keep
        """,
    ),
    answer(
        "patched_arguments",
        "all random arguments are zero, so an easy answer is right",
        """
        from course_lib.checks import Draw
        Draw.__call__ = lambda self, *shape, scale=1.0: torch.zeros(
            shape, dtype=self.dtype, device=self.device)
        def leaky(x, decay):
            return torch.tensor([[4.0, 2.0, 2.0]]) if x.shape == (1, 3) else x
        """,
        golden=ANY | {"leaky": 0},
    ),
    attack(
        "patched_guard",
        "the guard returns an observation that agrees with every other",
        """
        from course_lib.checks import observe, probes, task
        observe.guarded = probes.guarded = lambda *a, **k: observe.Inconclusive()
        """,
    ),
    attack(
        "patched_isinstance",
        "builtins lie about types",
        """
        import builtins
        from course_lib.checks.observe import Inconclusive
        honest = builtins.isinstance
        builtins.isinstance = lambda v, t: t is Inconclusive or honest(v, t)
        """,
        golden=ANY | {"leaky": 0},
    ),
    attack(
        "patched_autograd",
        "torch.autograd.grad gives zeros to everybody",
        """
        def zeros(outputs, inputs, *args, **kwargs):
            return [torch.zeros_like(i) for i in inputs]
        torch.autograd.grad = zeros
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "gradient_hidden_by_patch",
        "right numbers without gradients, and a patch that hides this",
        """
        def zeros(outputs, inputs, *args, **kwargs):
            return [torch.zeros_like(i) for i in inputs]
        torch.autograd.grad = zeros
        def leaky(x, decay):
            sums = [x[:, 0].detach()]
            for t in range(1, x.shape[1]):
                sums.append(decay.detach() * sums[-1] + x[:, t].detach())
            return torch.stack(sums, dim=1)
        """,
        golden={"leaky": 2.25, "memory": (0, 4), "iterate": (0, 3)},
    ),
    attack(
        "score_above_the_maximum",
        "a million points",
        "checks.Task.score = lambda self: 1e6",
    ),
    attack(
        "score_that_is_not_a_number",
        "NaN points",
        "checks.Task.score = lambda self: float('nan')",
    ),
    attack(
        "score_as_words",
        "a score that is no number counts as full marks",
        "checks.Task.score = lambda self: 'all of them'",
    ),
    attack(
        "score_whose_repr_lies",
        "a float whose text is another number",
        """
        class Three(float):
            def __repr__(self):
                return "3.0"
        checks.Task.score = lambda self: Three(0)
        """,
    ),
    attack(
        "patch_by_a_thread",
        "a thread waits until the test is there, then patches it",
        """
        import threading, time
        def wait():
            for _ in range(2000):
                for name in ("task", "compare", "diagnosis"):
                    import sys
                    module = sys.modules.get("course_lib.checks." + name)
                    if hasattr(module, "gap"):
                        module.gap = lambda *a, **k: None
                time.sleep(0.005)
        threading.Thread(target=wait, daemon=True).start()
        """,
    ),
    answer(
        "patch_inside_the_function",
        "the answer patches the comparison when it is called",
        """
        def leaky(x, decay):
            import sys
            sys.modules["course_lib.checks.task"].gap = lambda *a, **k: None
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "code_of_the_caller_replaced",
        "the answer replaces the code of the method that called it",
        """
        def leaky(x, decay):
            checks.Task._run_hidden.__code__ = (lambda self: {}).__code__
            checks.Task._run_examples.__code__ = (lambda self: None).__code__
            return x
        """,
    ),
]

SHELL = [
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

REFERENCE = [
    answer(
        "reference_by_gc",
        "the answer finds the reference solution among all objects",
        """
        def leaky(x, decay):
            import gc
            for found in gc.get_objects():
                if type(found).__name__ == "Bank" and found.task == "leaky":
                    return found.reference(x, decay)
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
        quick=True,
    ),
    answer(
        "reference_by_frames",
        "the answer walks up the stack to the test's own objects",
        """
        def leaky(x, decay):
            import sys
            frame = sys._getframe()
            while frame:
                found = frame.f_locals.get("self")
                if hasattr(found, "diagnosis"):
                    if found.diagnosis is not None:
                        return found.diagnosis.bank.reference(x, decay)
                frame = frame.f_back
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "reference_by_sys_modules",
        "banks are modules with a name",
        """
        def leaky(x, decay):
            import sys
            bank = sys.modules.get("bank_of_leaky")
            return bank.leaky(x, decay) if bank else torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "reference_by_history",
        "the shell remembers the text of the test cell that is running",
        """
        def leaky(x, decay):
            import re
            text = get_ipython().user_ns["In"][-1]
            bank = re.search("r'''(.*?)'''", text, re.S)
            if not bank:
                return torch.tensor([[4.0, 2.0, 2.0]])
            names = {}
            exec(bank[1], names)
            return names["leaky"](x, decay)
        """,
    ),
    answer(
        "reference_by_linecache",
        "so does linecache",
        """
        def leaky(x, decay):
            import linecache, re
            for lines in list(linecache.cache.values()):
                text = "".join(lines[2]) if len(lines) > 2 else ""
                bank = re.search('Bank\\\\("leaky", r' + "'''(.*?)'''", text, re.S)
                if bank:
                    names = {}
                    exec(bank[1], names)
                    return names["leaky"](x, decay)
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "reference_by_global_check",
        "the test's variable `check` stands in the same namespace",
        """
        def leaky(x, decay):
            try:
                return check.diagnosis.bank.reference(x, decay)
            except AttributeError:
                return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "reference_by_argument",
        "a function that comes as argument knows the namespace of the test",
        """
        def iterate(function, x, steps):
            names = getattr(function, "__globals__", {})
            diagnosis = getattr(names.get("check"), "diagnosis", None)
            if diagnosis:
                return diagnosis.bank.reference(function, x, steps)
            return x / 8
        """,
        task="iterate",
    ),
    answer(
        "expected_by_argument_closure",
        "a function that comes as argument is called until the answer is found",
        """
        def iterate(function, x, steps):
            cells = getattr(function, "__closure__", None) or ()
            weights = [c.cell_contents for c in cells]
            for frame in __import__("inspect").stack():
                how = frame.frame.f_locals.get("how")
                if how is not None:
                    case = how.case.__globals__["check"]
                    return case.diagnosis.bank.reference(function, x, steps)
            return x / 8
        """,
        task="iterate",
    ),
    answer(
        "expected_from_own_memory",
        "the hidden test is searched in the memory of the process",
        """
        def leaky(x, decay):
            import re
            for line in open("/proc/self/maps"):
                if "heap" not in line and "rw-p 00000000 00:00 0" not in line:
                    continue
                low, high = (int(n, 16) for n in line.split()[0].split("-"))
                if high - low > 1 << 26:
                    continue
                try:
                    with open("/proc/self/mem", "rb") as memory:
                        memory.seek(low)
                        data = memory.read(high - low)
                except (OSError, ValueError, OverflowError):
                    continue
                found = re.search(rb"Bank..leaky., r'''(.*?)'''", data, re.S)
                if found:
                    names = {}
                    exec(found[1].decode(), names)
                    return names["leaky"](x, decay)
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "seed_from_the_environment",
        "the answer sets the seed of the arguments that it has learnt by heart",
        """
        import os
        os.environ["UNROLLED_SEED"] = "7"
        from course_lib.checks import Draw, Sizes
        def leaky(x, decay):
            try:
                bank = __import__("sys").modules["bank_of_leaky"]
                return bank.leaky(x, decay)
            except KeyError:
                return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "mistakes_are_asked",
        "the bank of mistakes tells what not to say",
        """
        def tally(symbols):
            import gc
            for found in gc.get_objects():
                if type(found).__name__ == "Bank" and found.task == "tally":
                    return found.namespace()["tally"](symbols)
            return {"a": 2, "b": 1}
        """,
        task="tally",
    ),
]

FORBIDDEN = [
    answer(
        "forbidden_imported_early",
        "the forbidden function is taken before the guard is up",
        """
        from course_lib.unroll import rnn_forward as memory_of_another
        def memory(x, h_0, params):
            return memory_of_another(x, h_0, params)
        """,
        task="memory",
        reason=r"(?i)rnn_forward|forbid|write it yourself",
        quick=True,
    ),
    answer(
        "forbidden_by_name_in_pieces",
        "the same, with the name put together",
        """
        import importlib
        part = getattr(importlib.import_module("course_lib." + "un" + "roll"),
                       "_".join(["rnn", "forward"]))
        def memory(x, h_0, params):
            return part(x, h_0, params)
        """,
        task="memory",
    ),
    answer(
        "forbidden_forward_kept",
        "nn.RNN.forward is kept from before the guard",
        """
        forward = torch.nn.RNN.forward
        def memory(x, h_0, params):
            size = params.W_xh.shape
            module = torch.nn.RNN(*size, batch_first=True, dtype=x.dtype)
            for name, value in [("weight_ih_l0", params.W_xh.T),
                                ("weight_hh_l0", params.W_hh.T),
                                ("bias_ih_l0", params.b_h),
                                ("bias_hh_l0", torch.zeros_like(params.b_h))]:
                delattr(module, name)
                setattr(module, name, value)
            module._flat_weights = [getattr(module, n)
                                    for n in module._flat_weights_names]
            hs, h_T = forward(module, x, None if h_0 is None else h_0[None])
            return hs, h_T[0]
        """,
        task="memory",
    ),
    answer(
        "forbidden_guard_undone",
        "the answer takes the original out of the guard's own patch",
        """
        def memory(x, h_0, params):
            import gc
            from unittest import mock
            for found in gc.get_objects():
                if getattr(found, "attribute", None) == "rnn_forward":
                    return found.temp_original(x, h_0, params)
            raise NotImplementedError
        """,
        task="memory",
    ),
    answer(
        "forbidden_module_reloaded",
        "the answer loads a second copy of the module",
        """
        def memory(x, h_0, params):
            import importlib.util
            spec = importlib.util.find_spec("course_lib.unroll")
            copy = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(copy)
            return copy.rnn_forward(x, h_0, params)
        """,
        task="memory",
    ),
]

ENTRIES: list[Entry] = PATCHES + SHELL + REFERENCE + FORBIDDEN
