"""Values that cannot cross: too large, too deep, or of no plain type."""

from ..entry import ANY, answer

ENTRIES = [
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
