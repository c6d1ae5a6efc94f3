"""What the answer was lent is asked for more than it is there for."""

from ..entry import ANY, answer

ENTRIES = [
    answer(
        "callback_attributes",
        "a function that was lent is asked for its insides, name by name",
        """
        def iterate(function, x, steps):
            for names in (("__globals__",), ("__code__", "co_consts"), ("__closure__",),
                          ("__self__",), ("__func__", "__globals__"), ("__wrapped__",),
                          ("__reduce_ex__",), ("__class__", "__subclasses__")):
                value = function
                try:
                    for name in names:
                        value = getattr(value, name)
                    if callable(value):
                        value = value()
                    bank = value["check"].diagnosis.bank
                    return bank.reference(function, x, steps)
                except Exception:
                    pass
            return x / 8
        """,
        task="iterate",
        quick=True,
    ),
    answer(
        "callback_link_used",
        "the wire's own objects are found and asked for names of the test",
        """
        import gc
        def iterate(function, x, steps):
            for found in gc.get_objects():
                module = getattr(type(found), "__module__", "")
                if not str(module).startswith("course_lib.grading"):
                    continue
                for name in ("call", "request", "ask", "get", "send"):
                    for words in (("get", "check"), ("attr", "check", "diagnosis")):
                        try:
                            value = getattr(found, name)(*words)
                            bank = value.diagnosis.bank
                            return bank.reference(function, x, steps)
                        except Exception:
                            pass
            return x / 8
        """,
        task="iterate",
        golden=ANY | {"iterate": 0},
        quick=True,
    ),
    answer(
        "callback_kept",
        "a function that was lent is used after it was given back",
        """
        kept = []
        def iterate(function, x, steps):
            kept.append(function)
            for _ in range(steps):
                x = kept[0](x)
            return x
        """,
        task="iterate",
        quick=True,
    ),
    answer(
        "callback_with_itself",
        "the function that was lent gets itself, the answer, and nonsense",
        """
        def iterate(function, x, steps):
            for value in (function, iterate, object(), None, [[]], {"a": function}):
                try:
                    function(value)
                except Exception:
                    pass
            return x / 8
        """,
        task="iterate",
    ),
    answer(
        "callback_with_terabyte",
        "the function that was lent gets a tensor that does not fit",
        """
        def iterate(function, x, steps):
            try:
                function(torch.zeros(1).expand(10 ** 12))
            except Exception:
                pass
            return x / 8
        """,
        task="iterate",
    ),
    answer(
        "callback_without_end",
        "the function that was lent is called for ever",
        """
        def iterate(function, x, steps):
            while True:
                x = function(x)
        """,
        task="iterate",
        quick=True,
    ),
    answer(
        "callback_from_threads",
        "four threads call the function that was lent, all at once",
        """
        import threading
        def iterate(function, x, steps):
            results = []
            def run():
                value = x
                for _ in range(steps):
                    value = function(value)
                results.append(value)
            threads = [threading.Thread(target=run) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return results[0]
        """,
        task="iterate",
        golden={"iterate": (0, 3)},
    ),
    answer(
        "callback_interrupted",
        "the process ends while the function that was lent is running",
        """
        import os, threading
        def iterate(function, x, steps):
            threading.Timer(0.001, os._exit, (0,)).start()
            while True:
                x = function(x)
        """,
        task="iterate",
        quick=True,
    ),
    answer(
        "callback_gradients_refused",
        "a graph through the function that was lent, cut in between",
        """
        def iterate(function, x, steps):
            for _ in range(steps):
                x = function(x.detach())
            return x
        """,
        task="iterate",
        golden={"iterate": 2.36},
    ),
]
