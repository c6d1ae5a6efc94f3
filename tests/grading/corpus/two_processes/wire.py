"""Values that break, bend or flood the wire."""

from ..entry import ANY, answer

ENTRIES = [
    answer(
        "json_patched",
        "whatever is written as JSON says ok",
        """
        import json
        honest = json.dumps
        json.dumps = lambda *a, **k: honest(*a, **k).replace("error", "ok")
        json.JSONEncoder.encode = lambda self, value: '["ok", null, []]'
        def leaky(x, decay):
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "sockets_patched",
        "whatever is sent is sent twice",
        """
        import socket
        class Twice(socket.socket):
            def sendall(self, data, *args):
                super().sendall(data, *args)
                return super().sendall(data, *args)
        socket.socket = Twice
        def leaky(x, decay):
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "serialiser_patched",
        "tensors are written as other tensors",
        """
        try:
            import safetensors.torch
            safetensors.torch.save = lambda tensors, *a, **k: b"\\xff" * 64
        except ImportError:
            pass
        torch.Tensor.numpy = lambda self, *a, **k: None
        def leaky(x, decay):
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "length_of_list_lies",
        "a list that is longer when it is counted than when it is read",
        """
        class Lies(list):
            def __len__(self):
                return 2 ** 31
            def __iter__(self):
                return iter([1])
        def tally(symbols):
            return Lies([1])
        """,
        task="tally",
    ),
    answer(
        "shape_lies",
        "a tensor whose shape is not that of its numbers",
        """
        class Lies(torch.Tensor):
            shape = property(lambda self: torch.Size([10 ** 6, 10 ** 6]))
            def numel(self):
                return 10 ** 12
            def size(self, *a):
                return self.shape
        def leaky(x, decay):
            return x.clone().as_subclass(Lies)
        """,
    ),
    answer(
        "named_tuple_forged",
        "a named tuple whose names are code",
        """
        class Evil(tuple):
            _fields = ("__class__", "x): pass\\nopen('@OUTSIDE@/ran', 'w')\\ndef f(")
        Evil.__name__ = Evil.__qualname__ = "os.system"
        Evil.__module__ = "os"
        def memory(x, h_0, params):
            return Evil((x, x))
        """,
        task="memory",
    ),
    answer(
        "class_named_after_ours",
        "a result whose class calls itself RNNParams",
        """
        import collections
        Mine = collections.namedtuple("RNNParams", "W_xh W_hh b_h extra")
        Mine.__module__ = "course_lib.cells"
        def memory(x, h_0, params):
            return Mine(x, x, x, x)
        """,
        task="memory",
    ),
    answer(
        "changes_while_it_crosses",
        "a thread changes the result while it is written",
        """
        import threading, time
        result = {}
        def churn():
            while True:
                result[str(time.monotonic())] = 1
                if len(result) > 1000:
                    result.clear()
        threading.Thread(target=churn, daemon=True).start()
        def tally(symbols):
            return result
        """,
        task="tally",
        golden=ANY | {"tally": 0},
    ),
    answer(
        "storage_shared",
        "a small view of a gigabyte",
        """
        kept = torch.empty(1 << 28)
        def leaky(x, decay):
            part = kept[:3].reshape(1, 3)
            part.copy_(torch.tensor([[4.0, 2.0, 2.0]]))
            return part
        """,
    ),
    answer(
        "names_removed",
        "the function deletes itself on the first call",
        """
        def leaky(x, decay):
            globals().pop("leaky", None)
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "name_is_a_property",
        "the namespace answers with something else each time it is asked",
        """
        class Turns:
            def __init__(self):
                self.calls = 0
            def __call__(self, x, decay):
                self.calls += 1
                if self.calls == 1:
                    return torch.tensor([[4.0, 2.0, 2.0]])
                raise SystemExit
        leaky = Turns()
        """,
    ),
    answer(
        "modules_of_the_grader",
        "the grader's own modules in this process are replaced",
        """
        import sys, types
        for name, module in list(sys.modules.items()):
            if name.startswith("course_lib.grading"):
                for key, value in list(vars(module).items()):
                    if isinstance(value, types.FunctionType):
                        value.__code__ = (lambda *a, **k: None).__code__
        def leaky(x, decay):
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
]
