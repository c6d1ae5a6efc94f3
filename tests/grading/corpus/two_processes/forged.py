"""Results are forged: published, printed, or returned in their form."""

from ..entry import ANY, WRONG, Entry, answer


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


ENTRIES = [
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
