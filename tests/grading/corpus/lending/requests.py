"""Requests that the judge did not offer: other targets, kinds and arguments."""

from .attack import lent

DUNDERS = (
    *(
        "__getattribute__",
        "__call__",
        "__globals__",
        "__init__",
        "__class__",
        "__dict__",
    ),
    *(
        "__reduce_ex__",
        "__setattr__",
        "__get__",
        "__subclasshook__",
        "__dir__",
        "__code__",
    ),
)

ENTRIES = [
    lent(
        "lent_builtins_by_method",
        "a method of the function that was lent gives its builtins, and so exec",
        """
        value = call(lent, ["method", number, "__getattribute__"], ("__builtins__",))
        loot(value, lent)
        """,
        quick=True,
    ),
    *[
        lent(
            f"lent_method_{name.strip('_')}",
            f"the function that was lent is asked for its method {name}",
            f"""
            for words in ((), ("__globals__",), ("__code__", None), (2,), (object,)):
                loot(call(lent, ["method", number, {name!r}], words), lent)
            """,
            quick=name in ("__globals__", "__reduce_ex__"),
        )
        for name in DUNDERS
    ],
    lent(
        "lent_method_of_all_numbers",
        "methods of everything that ever had a number",
        """
        for one in range(300):
            for name in ("__getattribute__", "score", "function", "apply", "forward"):
                loot(call(lent, ["method", one, name], ("__builtins__",)), lent)
        """,
    ),
    lent(
        "lent_names_of_the_judge",
        "the judge is asked for names of the notebook, as it asks",
        """
        for name in ("check", "exec", "__builtins__", "leaky_case", "get_ipython"):
            loot(call(lent, ["name", name], (LOOT,)), lent)
        """,
        quick=True,
    ),
    lent(
        "lent_odd_numbers",
        "numbers that are none",
        """
        for odd in (-1, True, 0.0, "0", 2 ** 70, None, [0], {"a": 0}, float("nan")):
            loot(call(lent, ["number", odd], (x[:, 0],)), lent)
        """,
        quick=True,
    ),
    lent(
        "lent_odd_targets",
        "targets of every other form",
        """
        for odd in ([], ["number"], ["number", number, "__globals__"], "number", None,
                    ["call", number], {"number": number}, [["number", number]],
                    ["number", number, "__call__", "__globals__"], 7):
            loot(call(lent, odd, (x[:, 0],)), lent)
        """,
    ),
    lent(
        "lent_odd_of",
        "a call of a method of a module that is none",
        """
        for odd in (["your module", number, [], True], ["yours", number],
                    ["module there", 0, "x", [], True], 7, ["module", "RNN", [], []]):
            loot(call(lent, ["number", number], (x[:, 0],), of=odd), lent)
        """,
    ),
    lent(
        "lent_requests_of_every_kind",
        "requests that only the judge may send, and kinds that nobody knows",
        """
        for kind in ("attribute", "run", "names", "branch", "shed", "rest", "eval",
                     "exec", "", "serve", "__class__", "call ", "CALL"):
            for body in (LOOT, [["number", number], "__globals__", None], None, 0,
                         ["check"], {"target": ["number", number]}):
                loot(send(lent, kind, body), lent)
        """,
        quick=True,
    ),
    lent(
        "lent_attribute",
        "attributes of the function that was lent, by the request that exists for it",
        """
        for name in ("__globals__", "__closure__", "__code__", "__defaults__", "bank"):
            loot(send(lent, "attribute", [["number", number], name, None]), lent)
        """,
        quick=True,
    ),
    lent(
        "lent_bodies",
        "bodies of calls and pulls that are none",
        """
        for kind in ("call", "pull"):
            for body in (None, 0, "x", [], [1], [1, 2, 3], {}, {"target": None},
                         {"target": ["number", number]}, [None, None], [number, 7],
                         {"target": ["number", number], "args": ["list", [1]]}):
                send(lent, kind, body)
        """,
        quick=True,
    ),
    lent(
        "lent_arguments_that_act",
        "a function, a module, a generator and a liar as arguments",
        """
        class Liar(float):
            def __eq__(self, other): return True
        class Acts:
            def __getattr__(self, name): return lambda *a, **k: Liar(0)
        for odd in (attempt, torch.nn.Linear(1, 1), (i for i in [1]), Acts(), lent,
                    {"a": attempt}, [torch.nn.RNNCell(1, 1)], Liar(2), type,
                    map(abs, [])):
            call(lent, ["number", number], (odd,))
            call(lent, ["number", number], (x[:, 0],), {"share": odd})
        """,
        quick=True,
    ),
    lent(
        "lent_arguments_that_name",
        "arguments that name something of the judge's",
        """
        peer = lent._peer.line
        for odd in (["arg", 0], ["arg", -1], ["yours", number], ["yours", 0],
                    ["leaf", 0], ["leaf", -1], ["your module", 0, [], True],
                    ["module", "RNN", [], [[], [], []]], ["named call", "check"],
                    ["its method", "exec"], ["function", number, "f"], ["lazy", number],
                    ["module there", 0, "x", [["__class__", 0, True]], True],
                    ["other", "Task"], ["device", "cuda:9"], ["dtype", "object"]):
            body = {"target": ["number", number], "args": ["list", [["list", [odd]],
                    ["dict", []]]], "grad": True, "forbid": [], "of": None}
            loot(send(lent, "call", body), lent)
        """,
        quick=True,
    ),
    lent(
        "lent_keywords",
        "words that the hidden function has as defaults, and words that are none",
        """
        for words in ({"share": x}, {"self": x}, {"": 0}, {"s": x[:, 0]},
                      {"x" * 9999: 0}):
            call(lent, ["number", number], (), words)
        body = {"target": ["number", number], "grad": True, "of": None, "args":
                ["list", [["list", []], ["dict", [[7, 0], [None, 0]]]]]}
        send(lent, "call", body)
        """,
    ),
    lent(
        "lent_shapes_without_data",
        "shapes that stand for petabytes, given to the function and returned",
        """
        for n in (1 << 30, 1 << 40, 1 << 60):
            call(lent, ["number", number], (torch.empty(n, device="meta"),))
        many = [torch.empty(1 << 20, device="meta") for _ in range(500)]
        call(lent, ["number", number], (many,))
        """,
        quick=True,
    ),
    lent(
        "lent_much_data",
        "as much data as a message holds, again and again",
        """
        much = torch.ones(60_000_000)
        for _ in range(20):
            call(lent, ["number", number], (much,))
        """,
        heavy=True,
    ),
    lent(
        "lent_graphs_without_end",
        "results with a graph, which the judge keeps, without end",
        """
        much = torch.ones(4_000_000, requires_grad=True)
        for _ in range(200):
            lent(much)
        """,
        heavy=True,
    ),
    lent(
        "lent_long_values",
        "a range without end, a deep list, a million parts, numbers that are too long",
        """
        deep = []
        for _ in range(3000):
            deep = [deep]
        for odd in (range(10 ** 15), deep, [[]] * 900_000, 10 ** 4000, "x" * 10 ** 7,
                    torch.Size([1] * 5000),
                    {k * (2 ** 61 - 1): 0 for k in range(99_999)}):
            call(lent, ["number", number], (odd,))
        """,
    ),
    lent(
        "lent_pulls",
        "gradients through results that are not there, or of other shapes",
        """
        peer = lent._peer.line
        for graph in (0, 1, -1, 10 ** 20):
            for grads in ([], [x], [x] * 9, [None], ["x"], [attempt], [x.double()]):
                packer = _Packer(peer.handles)
                tree = packer.pack(grads)
                try:
                    loot(peer.ask("pull", [graph, tree], packer).body[1], lent)
                except Exception:
                    pass
        """,
        quick=True,
    ),
    lent(
        "lent_flood",
        "a hundred thousand requests in a row, without waiting for an answer",
        """
        peer = lent._peer.line
        body = {"target": ["number", number], "args": ["list", [["list", []],
                ["dict", []]]], "grad": False, "forbid": [], "of": None}
        for _ in range(100_000):
            peer.send("call", [0, body], _Packer(peer.handles))
        """,
    ),
    lent(
        "lent_errors_read",
        "errors of the function that was lent, provoked and read for hidden text",
        """
        said = []
        for odd in (None, "x", [], x.long(), x[:0], torch.empty(0), {"a": 1}, -1):
            error = call(lent, ["number", number], (odd,))
            said.append(f"{error} {getattr(error, 'place', '')}")
        raise_it = "; ".join(said)
        kept.append(raise_it)
        global wrong
        def wrong(x, decay):
            raise ValueError(kept[0])
        """,
        quick=True,
    ),
]
