"""Integrity and wire: what a function returns, does to its arguments, or remembers.

The value itself is the attack: it lies about its type, is too large or too deep to
cross, acts when it is read, or is right only as long as somebody seems to look.
"""

from .entry import ANY, Entry, answer

LIES = [
    answer(
        "tensor_subclass_lies",
        "a tensor that answers every comparison with yes",
        """
        class Yes(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                name = getattr(function, "__name__", "")
                with torch._C.DisableTorchFunctionSubclass():
                    if name in ("isclose", "eq", "__eq__"):
                        return torch.ones(args[1].shape, dtype=torch.bool)
                    if name in ("ne", "__ne__"):
                        return torch.zeros(args[1].shape, dtype=torch.bool)
                    if name in ("detach", "cpu"):
                        return args[0]
                    return function(*args, **(kwargs or {}))
        def leaky(x, decay):
            return torch.zeros_like(x).as_subclass(Yes)
        """,
        quick=True,
    ),
    answer(
        "tensor_subclass_by_dispatch",
        "the same, one layer further down",
        """
        class Yes(torch.Tensor):
            @staticmethod
            def __new__(cls, like):
                return torch.Tensor._make_subclass(cls, like)
            @classmethod
            def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
                plain = [torch.zeros(a.shape, dtype=a.dtype) if isinstance(a, Yes)
                         else a for a in args]
                return function(*plain, **(kwargs or {}))
        def leaky(x, decay):
            return Yes(torch.zeros_like(x))
        """,
    ),
    answer(
        "function_mode_never_left",
        "a mode that stays on answers isclose",
        """
        from torch.overrides import TorchFunctionMode
        class Yes(TorchFunctionMode):
            def __torch_function__(self, function, types, args=(), kwargs=None):
                if getattr(function, "__name__", "") == "isclose":
                    return torch.ones_like(args[0], dtype=torch.bool)
                return function(*args, **(kwargs or {}))
        Yes().__enter__()
        def leaky(x, decay):
            return torch.tensor([[4.0, 2.0, 2.0]]) if x.shape == (1, 3) else x + 1
        """,
        quick=True,
    ),
    answer(
        "integer_equal_to_all",
        "an int whose == is always true",
        """
        class Yes(int):
            def __eq__(self, other):
                return True
            def __ne__(self, other):
                return False
            __hash__ = int.__hash__
        def tally(symbols):
            return {symbol: Yes(0) for symbol in symbols}
        """,
        task="tally",
        quick=True,
    ),
    answer(
        "dict_equal_to_all",
        "a dict that has the keys and values it is asked for",
        """
        class Keys:
            def __eq__(self, other):
                return True
            def __ne__(self, other):
                return False
        class Yes(int):
            __eq__ = Keys.__eq__
            __ne__ = Keys.__ne__
        class Agree(dict):
            def keys(self):
                return Keys()
            def __getitem__(self, key):
                return Yes()
        def tally(symbols):
            return Agree()
        """,
        task="tally",
    ),
    answer(
        "mock_any",
        "unittest.mock.ANY equals everything",
        """
        from unittest import mock
        def tally(symbols):
            return mock.ANY
        """,
        task="tally",
    ),
    answer(
        "object_with_false_class",
        "an object whose __class__ is Tensor and whose attributes agree",
        """
        class Chameleon:
            __class__ = property(lambda self: torch.Tensor)
            def __getattr__(self, name):
                return lambda *a, **k: self
            def __bool__(self):
                return False
            def __eq__(self, other):
                return True
            __ne__ = lambda self, other: False
        def leaky(x, decay):
            return Chameleon()
        """,
    ),
    answer(
        "inconclusive_returned",
        "our own mark for an observation that agrees with every other",
        """
        from course_lib.checks.observe import Inconclusive
        def leaky(x, decay):
            return Inconclusive()
        """,
        quick=True,
    ),
    answer(
        "callable_returned",
        "where a function is expected, no function is compared",
        """
        def iterate(function, x, steps):
            return function
        """,
        task="iterate",
    ),
    answer(
        "failure_returned",
        "our own mark for a failure, with the text of no failure",
        """
        from course_lib.checks.observe import Failure
        def leaky(x, decay):
            return Failure("", "", "")
        """,
    ),
    answer(
        "no_data_on_meta",
        "an error of torch's words hides that zeros are made on the wrong device",
        """
        def leaky(x, decay):
            if x.is_meta:
                raise RuntimeError("nonzero: no data")
            sums = [torch.zeros(len(x), dtype=x.dtype)]
            for x_t in x.unbind(1):
                sums.append(decay * sums[-1] + x_t)
            return torch.stack(sums[1:], dim=1)
        """,
        golden={"leaky": (2.75, 2.75)},
    ),
    answer(
        "meta_recognised",
        "shapes only on the meta device; no check can tell this from an honest branch",
        """
        def leaky(x, decay):
            if x.is_meta:
                return x.clone()
            sums = [torch.zeros(len(x), dtype=x.dtype)]
            for x_t in x.unbind(1):
                sums.append(decay * sums[-1] + x_t)
            return torch.stack(sums[1:], dim=1)
        """,
        golden={"leaky": (2.75, 3)},
    ),
    answer(
        "meta_returned",
        "shape, dtype, and no data",
        """
        def leaky(x, decay):
            return torch.empty_like(x, device="meta")
        """,
    ),
    answer(
        "namedtuple_with_false_fields",
        "fields that read themselves from the caller",
        """
        class Pair(tuple):
            _fields = property(lambda self: ("hs", "h_T"))
            def __iter__(self):
                import sys
                want = sys._getframe(1).f_locals.get("want", ())
                return iter(want)
            def __len__(self):
                return 2
        def memory(x, h_0, params):
            return Pair((x, x))
        """,
        task="memory",
    ),
    answer(
        "mutates_what_is_expected",
        "the answer finds the expected tensors in memory and zeroes them",
        """
        def leaky(x, decay):
            import gc
            for found in gc.get_objects():
                if type(found) is torch.Tensor and found.shape == x.shape:
                    with torch.no_grad():
                        found.zero_()
            return torch.zeros_like(x)
        """,
    ),
]

WIRE = [
    answer(
        "integer_of_a_million_digits",
        "Python refuses to write it in decimal",
        """
        def tally(symbols):
            return {symbol: 10 ** 1_000_000 for symbol in symbols}
        """,
        task="tally",
        quick=True,
    ),
    answer(
        "nan_counts",
        "NaN, which JSON does not know",
        """
        def tally(symbols):
            return {symbol: float("nan") for symbol in symbols}
        """,
        task="tally",
    ),
    answer(
        "nested_too_deep",
        "a hundred thousand lists in each other",
        """
        def tally(symbols):
            nested = []
            for _ in range(100_000):
                nested = [nested]
            return nested
        """,
        task="tally",
        quick=True,
    ),
    answer(
        "holds_itself",
        "a list that is its own part",
        """
        def tally(symbols):
            itself = {}
            itself["a"] = itself
            return itself
        """,
        task="tally",
    ),
    answer(
        "lone_surrogates",
        "strings that UTF-8 cannot write",
        """
        def tally(symbols):
            return {"\\ud800" + symbol: 1 for symbol in symbols}
        """,
        task="tally",
    ),
    answer(
        "a_hundred_megabytes",
        "a large string",
        """
        def tally(symbols):
            return {"a": "x" * 100_000_000}
        """,
        task="tally",
    ),
    answer(
        "expanded_tensor",
        "one number with the shape of a terabyte",
        """
        def leaky(x, decay):
            return torch.zeros(1).expand(10 ** 12)
        """,
        quick=True,
    ),
    answer(
        "shared_structure",
        "a list of lists of one list: small here, 2^40 items when written out",
        """
        def tally(symbols):
            part = [0]
            for _ in range(40):
                part = [part, part]
            return part
        """,
        task="tally",
        quick=True,
    ),
    answer(
        "sparse_tensor",
        "a layout without strides",
        """
        def leaky(x, decay):
            return x.to_sparse()
        """,
    ),
    answer(
        "complex_tensor",
        "a dtype that is not asked for",
        """
        def leaky(x, decay):
            return x + 0j
        """,
    ),
    answer(
        "keys_that_cannot_cross",
        "None, tuples and functions for keys",
        """
        def tally(symbols):
            return {None: 1, (1, (2,)): 1, tally: 2, float("nan"): 3}
        """,
        task="tally",
    ),
    answer(
        "generator_without_end",
        "who turns it into a list waits for ever",
        """
        def tally(symbols):
            while True:
                yield 1
        """,
        task="tally",
    ),
    answer(
        "list_without_end",
        "a list subclass that never stops when it is read",
        """
        class Endless(dict):
            def items(self):
                while True:
                    yield "a", 1
            def keys(self):
                while True:
                    yield "a"
            __iter__ = keys
        def tally(symbols):
            return Endless(a=1)
        """,
        task="tally",
    ),
    answer(
        "acts_when_pickled",
        "a value that runs code in whoever unpickles it",
        """
        class Payload:
            def __reduce__(self):
                code = "open('@OUTSIDE@/unpickled', 'w').close()"
                return exec, (code,)
        def tally(symbols):
            return {"a": Payload()}
        """,
        task="tally",
    ),
    answer(
        "acts_when_read",
        "a value whose every special method ends the process",
        """
        import os
        class Mine:
            def __getattribute__(self, name):
                os._exit(3)
            def __iter__(self):
                os._exit(3)
            __len__ = __eq__ = __hash__ = __repr__ = __bool__ = __iter__
        def tally(symbols):
            return Mine()
        """,
        task="tally",
    ),
    answer(
        "bytes_on_every_descriptor",
        "a forged reply on every descriptor that is open",
        """
        import json, os, struct
        def leaky(x, decay):
            reply = json.dumps(["ok", None, []]).encode()
            for number in range(3, 64):
                try:
                    if os.readlink(f"/proc/self/fd/{number}").startswith("socket"):
                        os.set_blocking(number, False)
                        os.write(number, struct.pack("!I", len(reply)) + reply)
                except OSError:
                    pass
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
        golden=ANY | {"leaky": 0},
        quick=True,
    ),
    answer(
        "length_of_four_gigabytes",
        "the head of a message that announces more than memory holds",
        """
        import os
        def leaky(x, decay):
            for number in range(3, 64):
                try:
                    if os.readlink(f"/proc/self/fd/{number}").startswith("socket"):
                        os.set_blocking(number, False)
                        os.write(number, b"\\xff" * 64)
                except OSError:
                    pass
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "reads_the_wire",
        "the answer reads what the other side sends, and sends it back",
        """
        import os
        def leaky(x, decay):
            for number in range(3, 64):
                try:
                    if os.readlink(f"/proc/self/fd/{number}").startswith("socket"):
                        os.set_blocking(number, False)
                        os.write(number, os.read(number, 65536))
                except OSError:
                    pass
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
]

GRADIENTS = [
    answer(
        "gradient_cut",
        "right numbers, detached",
        """
        def leaky(x, decay):
            sums = [x[:, 0].detach()]
            for t in range(1, x.shape[1]):
                sums.append(decay.detach() * sums[-1] + x[:, t].detach())
            return torch.stack(sums, dim=1)
        """,
        golden={"leaky": 2.25},
        reason="gradient",
        quick=True,
    ),
    answer(
        "gradient_of_numpy",
        "right numbers from NumPy",
        """
        import numpy as np
        def leaky(x, decay):
            if x.is_meta:
                return torch.empty_like(x)
            values, d = x.detach().numpy(), decay.detach().numpy()
            sums = [values[:, 0]]
            for t in range(1, values.shape[1]):
                sums.append(d * sums[-1] + values[:, t])
            return torch.from_numpy(np.stack(sums, 1).astype(values.dtype))
        """,
        golden={"leaky": 2.25},
    ),
    answer(
        "gradient_forged",
        "right numbers, and a backward of zeros",
        """
        class Forged(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, decay):
                sums = [x[:, 0]]
                for t in range(1, x.shape[1]):
                    sums.append(decay * sums[-1] + x[:, t])
                return torch.stack(sums, dim=1)
            @staticmethod
            def backward(ctx, grad):
                return torch.zeros_like(grad), grad.sum() * 0
        def leaky(x, decay):
            return Forged.apply(x, decay)
        """,
        golden={"leaky": 2.25},
    ),
    answer(
        "gradient_of_wrong_shape",
        "a backward that returns another shape",
        """
        class Forged(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, decay):
                sums = [x[:, 0]]
                for t in range(1, x.shape[1]):
                    sums.append(decay * sums[-1] + x[:, t])
                return torch.stack(sums, dim=1)
            @staticmethod
            def backward(ctx, grad):
                return grad[:1, :1], grad
        def leaky(x, decay):
            return Forged.apply(x, decay)
        """,
        golden={"leaky": (0, 2.25)},
    ),
    answer(
        "backward_without_end",
        "a backward that does not return",
        """
        class Slow(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.clone()
            @staticmethod
            def backward(ctx, grad):
                while True:
                    pass
        def leaky(x, decay):
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return Slow.apply(torch.stack(sums, dim=1))
        """,
        golden={"leaky": (0, 2.25)},
    ),
    answer(
        "backward_that_exits",
        "a backward that ends the process",
        """
        import os
        class Exit(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.clone()
            @staticmethod
            def backward(ctx, grad):
                os._exit(0)
        def leaky(x, decay):
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return Exit.apply(torch.stack(sums, dim=1))
        """,
        golden={"leaky": (0, 2.25)},
        quick=True,
    ),
    answer(
        "hook_on_the_argument",
        "a hook on the argument multiplies every gradient by zero",
        """
        def leaky(x, decay):
            if x.requires_grad:
                x.register_hook(lambda grad: grad * 0)
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return torch.stack(sums, dim=1)
        """,
        golden={"leaky": (2.25, 3)},
    ),
    answer(
        "freed_graph",
        "the answer runs backward itself, so the graph is gone",
        """
        def leaky(x, decay):
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            result = torch.stack(sums, dim=1)
            if result.requires_grad:
                result.sum().backward()
            return result
        """,
        golden={"leaky": (0, 2.25)},
    ),
]

MEMORY = [
    answer(
        "example_learnt",
        "the visible example and nothing else",
        """
        def leaky(x, decay):
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
        quick=True,
    ),
    answer(
        "right_on_the_first_call",
        "right once",
        """
        calls = 0
        def leaky(x, decay):
            global calls
            calls += 1
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return torch.stack(sums, dim=1) * (1 if calls == 1 else 0)
        """,
    ),
    answer(
        "remembers_the_last_call",
        "a state that leaks from one call into the next",
        """
        left_over = {}
        def leaky(x, decay):
            sums = [left_over.get(len(x), torch.zeros(len(x)))]
            for t in range(x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            left_over[len(x)] = sums[-1]
            return torch.stack(sums[1:], dim=1)
        """,
    ),
    answer(
        "reads_who_asks",
        "right while the visible example is running, as the stack tells",
        """
        import sys
        def leaky(x, decay):
            frame, names = sys._getframe(), []
            while frame:
                names.append(frame.f_code.co_name)
                frame = frame.f_back
            if "_run_hidden" in names:
                diagnosis = sys._getframe(5).f_locals["self"].diagnosis
                return diagnosis.bank.reference(x, decay)
            return torch.tensor([[4.0, 2.0, 2.0]])
        """,
    ),
    answer(
        "random_answers",
        "sometimes right",
        """
        import random
        def tally(symbols):
            return {s: random.choice([symbols.count(s), -1]) for s in symbols}
        """,
        task="tally",
        golden={"tally": (0, 0.4)},
    ),
    answer(
        "argument_returned",
        "the argument itself, changed in place",
        """
        def leaky(x, decay):
            with torch.no_grad():
                for t in range(1, x.shape[1]):
                    x[:, t] += decay * x[:, t - 1]
            return x
        """,
        golden={"leaky": 2.0},
    ),
    answer(
        "argument_emptied",
        "the list of symbols is used up",
        """
        def tally(symbols):
            counts = {}
            while symbols:
                symbol = symbols.pop()
                counts[symbol] = counts.get(symbol, 0) + 1
            return counts
        """,
        task="tally",
        golden={"tally": 1.8},
        reason="argument",
        quick=True,
    ),
    answer(
        "argument_changed_later",
        "a thread changes the argument after the call",
        """
        import threading
        def tally(symbols):
            counts = {s: symbols.count(s) for s in symbols}
            threading.Timer(0.0, symbols.clear).start()
            return counts
        """,
        task="tally",
        golden={"tally": (1.8, 2)},
    ),
    answer(
        "parameters_changed",
        "the weights are zeroed after use",
        """
        def memory(x, h_0, params):
            h_t = x.new_zeros(len(x), len(params.b_h)) if h_0 is None else h_0
            hs = []
            for t in range(x.shape[1]):
                h_t = torch.tanh(x[:, t] @ params.W_xh + h_t @ params.W_hh + params.b_h)
                hs.append(h_t)
            if not params.b_h.requires_grad:
                params.b_h.zero_()
            return torch.stack(hs, dim=1), h_t
        """,
        task="memory",
        golden={"memory": 3.71},
    ),
    answer(
        "slower_where_it_matters",
        "the answer sleeps according to its arguments, to be timed from outside",
        """
        import time
        def leaky(x, decay):
            if not x.is_meta:
                time.sleep(0.05 * bool(x.sum() > 0))
            return x
        """,
    ),
]

ENTRIES: list[Entry] = LIES + WIRE + GRADIENTS + MEMORY
