"""Values that lie about what they are, or how they compare."""

from ..entry import answer

ENTRIES = [
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
        from course_lib.checks.failure import Failure
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
