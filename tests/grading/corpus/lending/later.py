"""What was lent is used when it is not on loan: later, elsewhere, by somebody else."""

from .attack import lent

ENTRIES = [
    lent(
        "later_in_the_next_call",
        "the function of the first call answers for all later ones",
        """
        kept.append(lent)
        kept[0](x[:, 0])
        loot(call(kept[0], ["number", kept[0]._remote_number], (x[:, 0],)), lent)
        """,
        quick=True,
    ),
    lent(
        "later_all_numbers",
        "every number that may have been given is tried in every call",
        """
        for one in range(500):
            call(lent, ["number", one], (x[:, 0],))
        """,
    ),
    lent(
        "later_by_a_process",
        "a process that was forked in a call goes on asking when the call is over",
        """
        import os, time
        if not kept:
            kept.append(1)
            if os.fork() == 0:
                peer = lent._peer.line
                body = {"target": ["number", number], "of": None, "grad": False,
                        "args": ["list", [["list", []], ["dict", []]]], "forbid": []}
                for _ in range(200):
                    peer.send("call", [0, body], _Packer(peer.handles))
                    time.sleep(0.01)
                os._exit(0)
        """,
        quick=True,
    ),
    lent(
        "later_by_a_thread",
        "a thread that was started in a call goes on asking",
        """
        import threading, time
        def go_on():
            for _ in range(200):
                call(lent, ["number", number], (x[:, 0],))
                time.sleep(0.01)
        threading.Thread(target=go_on, daemon=True).start()
        """,
    ),
    lent(
        "later_in_another_task",
        "numbers of another task's functions",
        """
        for one in range(50):
            loot(call(lent, ["number", one], ([[0.0]],)), lent)
            loot(call(lent, ["number", one], ()), lent)
        """,
        task="iterate",
    ),
    lent(
        "later_in_a_cell",
        "a cell that finds the conversation asks while nothing is lent",
        """
        pass
        """,
        extra=(
            (
                "leaky",
                """
import gc
for found in gc.get_objects():
    if type(found).__name__ == "LearnerPeer":
        for kind, body in (("call", {"target": ["name", "check"], "args": None}),
                           ("pull", [0, ["list", []]]), ("attribute", None)):
            found.line.ask(kind, body)
""",
            ),
        ),
        quick=True,
    ),
    lent(
        "later_by_a_generator",
        "a generator that hands out a function of an earlier call",
        """
        kept.append(lent)
        global iterate
        def iterate(function, x, steps):
            for _ in range(steps + 1):
                yield x
                x = kept[0](x)
        """,
        task="iterate",
    ),
    lent(
        "later_callback_in_callback",
        "the function that was lent is asked for in the middle of asking for it",
        """
        peer = lent._peer.line
        body = {"target": ["number", number], "of": None, "grad": True, "forbid": [],
                "args": ["list", [["list", []], ["dict", []]]]}
        for depth in range(50):
            peer.send("call", [depth, body], _Packer(peer.handles))
        lent(x[:, 0])
        """,
    ),
    lent(
        "later_backward_within",
        "a backward pass through the function, inside the call, twice",
        """
        start = x[:, 0].detach().requires_grad_()
        out = lent(start).sum()
        out.backward(retain_graph=True)
        out.backward()
        """,
        quick=True,
    ),
    lent(
        "later_exceptions",
        "errors named as what ends loops and processes, on the way through",
        """
        class StopIteration(Exception): pass
        class TooSlow(BaseException): pass
        class CheckFailed(Exception): pass
        global wrong
        kinds = [StopIteration, TooSlow, CheckFailed, KeyboardInterrupt, GeneratorExit]
        def wrong(x, decay):
            kept.append(1)
            raise kinds[len(kept) % len(kinds)]("3.0")
        """,
        quick=True,
    ),
]
