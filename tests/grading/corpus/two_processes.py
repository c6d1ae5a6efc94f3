"""Attacks on a grader that keeps test and answer in two processes.

The answer talks to the test over a wire: it can ask back, keep what it was lent, lie in
every reply, and fail in the middle of one. A restart runs its cells again.
"""

from .entry import ANY, RIGHT, WRONG, Entry, answer, before_right, right

CALLBACKS = [
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

WIRE = [
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


def forged(name: str, why: str, code: str, **more) -> Entry:
    """A wrong answer whose process changes what the grader's own code sends.

    Args:
        name: of the entry.
        why: of the entry.
        code: the body of `forge(message)`, which returns what is sent instead.
        more: of the entry.
    """
    lines = "\n".join("    " + line for line in code.strip().splitlines())
    source = f"""
import json
honest = json.dumps
def forge(message):
    kind, body, table = message
{lines}
    return [kind, body, table]
def dumps(value, *args, **kwargs):
    try:
        value = forge(value)
    except Exception:
        pass
    return honest(value, *args, **kwargs)
json.dumps = dumps
"""
    return answer(name, why, source + WRONG["leaky"], golden=ANY | {"leaky": 0}, **more)


FORGED = [
    forged(
        "forged_result_is_argument",
        "the result is said to be the test's own argument",
        "body[1]['result'] = ['arg', 0]",
    ),
    forged(
        "forged_result_is_yours",
        "the result is said to be a function of the test's side",
        "body[1]['result'] = ['yours', 0]",
        quick=True,
    ),
    forged(
        "forged_changes",
        "the call is said to have changed every argument to zeros",
        "body[1]['changed'] = [[i, body[1]['result']] for i in range(4)]",
    ),
    forged(
        "forged_request",
        "an answer that is a question: call your functions, one after the other",
        """
if kind == "ok":
    arguments = [["list", []], ["dict", []]]
    kind, body = "call", [0, {"target": ["name", "check"], "args": arguments,
                              "grad": False, "forbid": ["os.system"]}]
""",
    ),
    forged(
        "forged_names",
        "the names that a cell defined are said to be other values",
        """
if isinstance(body[1], list):
    body[1] = [["leaky", ["yours", 0]], ["check", 1], "x", None, [[], {}]]
""",
        quick=True,
    ),
    forged(
        "forged_count",
        "a cell is said to have been the minus first, with broken outputs",
        """
if isinstance(body[1], list) and len(body[1]) == 2:
    body[1] = [[{"output_type": "stream", "text": {"a": []}}, 3, None,
                {"output_type": "execute_result", "data": [1]}], -1]
""",
    ),
    forged(
        "forged_leaves",
        "tensors that want gradients of bytes, and gradients of themselves",
        """
for entry in table:
    entry.update({"wants": True, "grad": 0, "is": "array", "order": [5, "x"]})
""",
    ),
    forged(
        "forged_generator",
        "a generator of random numbers with an impossible state",
        """
table[:] = [{"is": "numpy rng", "state": {"bit_generator": "PCG64",
             "state": {"state": -1, "inc": 10 ** 60}, "has_uint32": 9}} for _ in table]
""",
    ),
    forged(
        "forged_module",
        "a module of torch whose attributes are chosen",
        """
body[1]["result"] = ["module", "Linear", [["__class__", 1], ["forward",
                     ["function", 0, "f"]]], [[], [], []]]
""",
    ),
    forged(
        "forged_graph",
        "a graph of twenty thousand operations behind a tensor",
        """
for entry in table:
    entry["graph"] = [["TanhBackward0", [["op", max(i - 1, 0)]]] for i in range(20000)]
""",
    ),
]

SLOW = [
    answer(
        "keys_that_collide",
        "a dict whose keys have one hash, so that building it takes minutes",
        """
        class Key(int):
            __hash__ = object.__hash__
        made = {Key(k * (2 ** 61 - 1)): 1 for k in range(200_000)}
        def tally(symbols):
            return made
        """,
        task="tally",
        quick=True,
    ),
    answer(
        "name_with_colliding_keys",
        "the same where a function is expected",
        """
        class Key(int):
            __hash__ = object.__hash__
        tally = {Key(k * (2 ** 61 - 1)): 1 for k in range(200_000)}
        """,
        task="tally",
        quick=True,
    ),
    answer(
        "name_of_hundred_megabytes",
        "a large tensor where a function is expected",
        "leaky = torch.zeros(30_000_000)",
    ),
    right(
        "surrogate_printed",
        "half a character on standard output, which UTF-8 cannot write",
        RIGHT["leaky"] + "print('half: \\ud83d')\n",
        quick=True,
    ),
    right(
        "surrogate_printed_in_call",
        "the same while the test calls",
        RIGHT["leaky"].replace(
            "    sums =", "    print('half: \\ud83d')\n    sums =", 1
        ),
        quick=True,
    ),
    answer(
        "surrogate_raised",
        "the same in the text of an error",
        """
        def leaky(x, decay):
            raise ValueError("half: \ud83d")
        """,
        quick=True,
    ),
    before_right(
        "memory_in_files",
        "six gigabytes in files that exist in memory only, and are not mapped",
        """
        import os
        kept = []
        try:
            for number in range(100):
                kept.append(os.memfd_create(str(number)))
                os.write(kept[-1], b"x" * (60 << 20))
        except OSError as error:
            print(error.errno)
        """,
        golden={"leaky": (0, 3)},
        heavy=True,
    ),
]

RESTARTS = [
    Entry(
        "better_the_second_time",
        "the cell ends the process when it runs first, and is right when it runs again",
        {
            "leaky": "import os\nif not os.path.exists('been_here'):\n"
            "    open('been_here', 'w').close()\n    os._exit(0)\n" + RIGHT["leaky"]
        },
        {"leaky": (0, 3)},
    ),
    Entry(
        "expensive_restart",
        "a cell of one second, and four functions that end the process in every call",
        {
            "tally": "import os, time\ntime.sleep(1)\n"
            "def tally(symbols):\n    os._exit(0)\n",
            "leaky": "def leaky(x, decay):\n    os._exit(0)\n",
            "memory": "def memory(x, h_0, params):\n    os._exit(0)\n",
            "iterate": "def iterate(function, x, steps):\n    os._exit(0)\n",
        },
        quick=True,
    ),
    Entry(
        "exits_after_some_calls",
        "a right function whose process ends on the ninth call",
        {
            "leaky": "import os\ncalls = 0\n"
            + RIGHT["leaky"].replace(
                "    sums =",
                "    global calls\n    calls += 1\n    calls < 9 or os._exit(0)\n"
                "    sums =",
            )
        },
        {"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "exits_a_little_later",
        "a timer ends the process while the next cells run",
        "import os, threading\nthreading.Timer(0.2, os._exit, (0,)).start()\n",
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "slow_cells",
        "one second in the cell",
        "import time\ntime.sleep(1)\n",
        extra=tuple(("leaky", "time.sleep(1)") for _ in range(20)),
        golden={"leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
]

MACHINE = [
    before_right(
        "bytecode_written",
        "compiled code of the checks, which Python trusts more than their source",
        """
        import glob
        for path in glob.glob("@LIB@/course_lib/checks/__pycache__/task.*.pyc"):
            try:
                with open(path, "r+b") as file:
                    file.seek(16)
                    file.write(b"x" * 16)
            except OSError as error:
                print(type(error))
        """,
        quick=True,
    ),
    before_right(
        "stored",
        "%store, which keeps variables for later kernels",
        "gift = 3\n%store gift\n",
    ),
    before_right(
        "system_v_memory",
        "shared memory that belongs to no file and no process",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        print(libc.shmget(0x0C0FFEE, 4096, 0o1666) >= 0)
        """,
    ),
    before_right(
        "namespace_made",
        "namespaces of its own, in which the process is root",
        """
        import ctypes, os
        pid = os.fork()
        if pid == 0:
            libc = ctypes.CDLL(None, use_errno=True)
            made = libc.unshare(0x10000000 | 0x00020000)
            os._exit(0 if made == 0 else 1)
        os.waitpid(pid, 0)
        """,
    ),
    before_right(
        "shell_html",
        "a cell magic that writes HTML",
        "get_ipython().run_cell_magic('html', '', '<script>corpus_active()</script>')\n"
        "get_ipython().run_cell_magic('javascript', '', 'corpus_active()')\n",
    ),
]

ENTRIES: list[Entry] = CALLBACKS + WIRE + FORGED + SLOW + RESTARTS + MACHINE
