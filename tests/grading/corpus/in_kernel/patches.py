"""Functions that the test relies on are replaced."""

from ..entry import ANY, answer, attack

ENTRIES = [
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
