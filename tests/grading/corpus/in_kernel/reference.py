"""The right answer is taken from the test that holds it."""

from ..entry import answer

ENTRIES = [
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
