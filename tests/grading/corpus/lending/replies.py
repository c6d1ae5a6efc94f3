"""Answers to the judge that claim what did not happen, where something was lent."""

from textwrap import dedent, indent

from ..entry import ANY, WRONG, Entry


def reply(name: str, why: str, code: str, **more) -> Entry:
    """A wrong answer whose process changes each reply to a call.

    Args:
        name: of the entry.
        why: of the entry.
        code: statements that change `reply`, the body, and `table`, its entries.
        more: of the entry.
    """
    source = f"""
from course_lib.grading.engine.learner import learner as _learner
honest = _learner.LearnerPeer._answer_call
def lie(self, body, frame):
    reply, packer = honest(self, body, frame)
    table = packer.table
{indent(dedent(code).strip(), "    ")}
    return reply, packer
_learner.LearnerPeer._answer_call = lie
{WRONG["leaky"]}
"""
    cells = {"leaky": source}
    golden = ANY | {"leaky": 0}
    return Entry(name, why, cells, golden=golden, exercise="02_lending", **more)


ENTRIES = [
    reply(
        "reply_lent_function",
        "the result is the function that was lent",
        "reply['result'] = ['yours', 0]",
        quick=True,
    ),
    reply(
        "reply_any_number",
        "the result is something of the judge's by a number that was never given",
        "reply['result'] = ['list', [['yours', n] for n in range(1, 99)]]",
    ),
    reply(
        "reply_places",
        "changes of arguments that were not sent",
        "reply['changed'] = [[n, 0] for n in (-1, 99, True, None, 10 ** 30, '0')]",
        quick=True,
    ),
    reply(
        "reply_parts",
        "parts of arguments that are other kinds of things",
        """
        reply['parts'] = [[0, ['dict', []]], [1, ['list', []]], [2, None], [-1, 0],
                          [99, ['list', []]]]
        """,
    ),
    reply(
        "reply_gradients",
        "gradients of what has none, and of other shapes",
        "reply['grads'] = [[0, ['leaf', 0]], [0, 'x'], [0, ['function', 0, 'f']]]",
    ),
    reply(
        "reply_graphs",
        "graphs with numbers that are none",
        "reply['graph'], reply['behind'] = True, 'yes'\nreply['graph'] = -1",
    ),
    reply(
        "reply_named",
        "a named tuple with fewer parts than names",
        "reply['result'] = ['named', 'RNNParams', ['W_xh', 'W_hh', 'b_h'], [0]]",
        quick=True,
    ),
    reply(
        "reply_classes",
        "half a million things of half a million kinds",
        "reply['result'] = ['list', [['other', f'K{n}'] for n in range(300_000)]]",
        quick=True,
    ),
    reply(
        "reply_stand_ins",
        "half a million functions of the learner's",
        "reply['result'] = ['list', [['function', n, 'f'] for n in range(200_000)]]",
    ),
    reply(
        "reply_modules",
        "modules under ever new numbers, each with numbers of its own",
        """
        import torch
        made = [packer.pack(torch.zeros(1000)) for _ in range(50)]
        parts = [[['w', one, True]] for one in made]
        reply['result'] = ['list', [
            ['module there', n, 'x', parts[n % 50], True] for n in range(5000)]]
        """,
    ),
    reply(
        "reply_shape",
        "a result without data that stands for a terabyte, with a graph behind it",
        """
        import torch
        reply['result'] = packer.pack(torch.empty(1 << 38, device="meta"))
        table[-1]['wants'] = True
        """,
        quick=True,
    ),
    reply(
        "reply_range",
        "a range that takes for ever to walk over",
        "reply['result'] = ['range', [0, 10 ** 17, 1]]",
        quick=True,
    ),
    reply(
        "reply_unknown_kinds",
        "kinds of values that nobody knows, or that the judge alone may send",
        """
        kept = globals().setdefault('turn', [])
        kept.append(1)
        odd = [['exec', 'x'], ['your module', 0, [], True], ['module', 'RNN', [], []],
               ['named call', 'check'], ['__class__', 0], ['', 0], [7, 0], ['leaf']]
        reply['result'] = odd[len(kept) % len(odd)]
        """,
        quick=True,
    ),
]
