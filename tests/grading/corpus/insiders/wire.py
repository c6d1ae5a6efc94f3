"""The messages between judge and learner are forged."""

from ..entry import ANY, answer
from ..two_processes.forged import forged

ENTRIES = [
    forged(
        "forged_module_there",
        "a module whose parts have names that a module needs itself",
        """
body[1]["result"] = ["module there", 0, "x", [["forward", ["leaf", 0], True],
    ["__class__", ["leaf", 0], True], ["_peer", ["leaf", 0], False]], True]
""",
    ),
    forged(
        "forged_lazy",
        "a generator whose next value is asked of somebody else",
        "body[1]['result'] = ['lazy', 10 ** 30]",
    ),
    forged(
        "forged_parameter",
        "results that say they are parameters, and so hang in no graph",
        "for entry in table:\n    entry.update(parameter=True, wants=True)",
    ),
    forged(
        "forged_error",
        "an answer that is an error, of a kind that the test itself raises",
        """
if kind == "ok" and isinstance(body[1], dict):
    kind, body = "error", [body[0], ["CheckFailed", "3.0", "x" * 900, True]]
""",
    ),
    forged(
        "forged_error_to_stop",
        "an error named as what ends a process",
        """
if kind == "ok" and isinstance(body[1], dict):
    kind, body = "error", [body[0], ["SystemExit", "0", "", False]]
""",
    ),
    forged(
        "forged_million_entries",
        "a table of half a million entries",
        "table.extend({'n': 0} for _ in range(500_000))",
    ),
    forged(
        "forged_many_names",
        "a value of a million parts, nested",
        "body[1]['result'] = ['list', [['list', []]] * 900_000]",
    ),
    forged(
        "forged_keys_of_a_frame",
        "a dict of strings and numbers that collide, in the frame itself",
        """
body[1]["result"] = ["dict", [[k * (2 ** 61 - 1), 0] for k in range(150_000)]]
""",
        quick=True,
    ),
    forged(
        "forged_set",
        "the same in a set",
        "body[1]['result'] = ['set', [k * (2 ** 61 - 1) for k in range(150_000)]]",
    ),
    answer(
        "requests_without_end",
        "the process asks and asks instead of answering",
        """
        import gc
        def leaky(x, decay):
            peer = next(o for o in gc.get_objects()
                        if type(o).__name__ == "LearnerPeer")
            while True:
                try:
                    peer.line.ask("pull", [0, ["list", []]])
                except Exception:
                    pass
        """,
        quick=True,
    ),
    answer(
        "answer_by_trickle",
        "an answer that comes a byte a second",
        """
        import os, time
        def leaky(x, decay):
            for number in range(3, 64):
                try:
                    if os.readlink(f"/proc/self/fd/{number}").startswith("socket"):
                        while True:
                            os.write(number, b"\\0")
                            time.sleep(1)
                except OSError:
                    pass
        """,
    ),
    answer(
        "nan_with_payload",
        "numbers that are none, each with other bits",
        """
        import numpy as np
        def leaky(x, decay):
            if x.is_meta:
                return x.clone()
            bits = np.arange(x.numel(), dtype=np.uint32) + 0x7FC00000
            made = torch.from_numpy(bits.view(np.float32)).reshape(x.shape)
            return made.to(x.dtype)
        """,
    ),
    answer(
        "branch_sockets_kept",
        "a process started in a cell listens on all sockets of the branches to come",
        """
        import os, socket
        if os.fork() == 0:
            os.setsid()
            kept = []
            for number in range(3, 64):
                try:
                    if os.readlink(f"/proc/self/fd/{number}").startswith("socket"):
                        kept.append(os.dup(number))
                except OSError:
                    pass
            while True:
                for number in kept:
                    try:
                        data = socket.socket(fileno=os.dup(number)).recv(
                            1 << 20, socket.MSG_DONTWAIT)
                        open("/tmp/heard", "ab").write(data)
                    except OSError:
                        pass
        def leaky(x, decay):
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "peer_of_the_branch_replaced",
        "the object that answers says that every answer is the example's",
        """
        from course_lib.grading.engine.learner import learner
        from course_lib.grading.rpc import answers
        def lie(self, body, frame):
            return {"result": 3.0, "score": 3.0}, self.line.packer()
        answers.Answerer.answer_call = learner.LearnerPeer._answer_call = lie
        def leaky(x, decay):
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "attributes_of_what_was_lent",
        "a function that was lent is asked for attributes, politely and on the wire",
        """
        def iterate(function, x, steps):
            for name in ("diagnosis", "bank", "weights", "function", "call"):
                getattr(function, name, None)
            try:
                frame = function._peer.line.ask("attribute", [["number", 0], "x", None])
            except Exception:
                pass
            return x / 8
        """,
        task="iterate",
    ),
]
