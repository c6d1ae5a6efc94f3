"""An answer to the exercise that lends, with the tools of an attacker before it."""

from textwrap import dedent, indent

from ..entry import ANY, WRONG, Entry

# what an attacker does with whatever the judge gave away
TOOLS = '''
from course_lib.grading.rpc import frames as _wire
from course_lib.grading.rpc.pack import Packer as _Packer
LOOT = """
import gc
open("@OUTSIDE@/owned", "w").write("as the judge")
for found in gc.get_objects():
    if type(found).__name__ == "Task":
        type(found).score = lambda self: self.points
"""
def send(lent, kind, body, leaves=()):
    """Send a request as it stands, and return what comes back, or why nothing does."""
    peer = lent._peer.line
    packer = _Packer(peer.handles)
    for leaf in leaves:
        packer.pack(leaf)
    try:
        return peer.ask(kind, body, packer).body[1]
    except Exception as error:
        return error
def call(lent, target, args=(), kwargs=None, of=None):
    """Ask the judge for a call by any target."""
    peer = lent._peer.line
    packer = _Packer(peer.handles)
    body = {"target": target, "of": of, "grad": False, "forbid": []}
    body["args"] = packer.pack([list(args), kwargs or {}])
    try:
        frame = peer.ask("call", body, packer)
        return peer.unpacker(frame, packer.leaves).unpack(frame.body[1]["result"])
    except Exception as error:
        return error
def loot(value, lent):
    """Make the most of a value: run code with it, or ask it for more."""
    if isinstance(value, dict) and "exec" in value:
        return value["exec"](LOOT)
    for name in ("exec", "eval", "__builtins__", "__globals__", "__dict__"):
        try:
            more = getattr(value, name)
            more = more(LOOT) if name == "exec" else more
        except Exception:
            pass
'''


def lent(name: str, why: str, code: str, task: str = "leaky", **more) -> Entry:
    """A wrong answer to a task that was lent something, after an attempt.

    Args:
        name: of the entry.
        why: of the entry.
        code: statements; `lent` is the function that was lent, `number` its number.
        task: "leaky" or "iterate".
        more: of the entry.
    """
    wrong = WRONG[task].strip() if task == "leaky" else _ITERATE
    function = "decay" if task == "leaky" else "function"
    arguments = "x, decay" if task == "leaky" else "function, x, steps"
    source = f"""
{TOOLS}
kept = []
def attempt(lent, x):
    number = lent._remote_number
{indent(dedent(code).strip(), "    ")}
{wrong.replace(f"def {task}", "def wrong")}
def {task}({arguments}):
    try:
        attempt({function}, x)
    except Exception:
        pass
    return wrong({arguments})
"""
    golden = more.pop("golden", ANY | {task: 0})
    return Entry(
        name, why, {task: source}, golden=golden, exercise="02_lending", **more
    )


_ITERATE = """
def iterate(function, x, steps):
    return [x / 8] * steps
"""
