"""The learner's process: runs the learner's cells, and answers calls of the judge.

Nothing here is trusted. Learner's code shares this process and may change all of it;
all it can achieve is that other plain data go to the judge. No hidden test, expected
value or file of the course ever comes here.
"""

import contextlib
import io
import socket
import warnings
from collections.abc import Callable
from typing import Any

import torch

from course_lib.checks import observe
from course_lib.grading.interpreter import Interpreter
from course_lib.grading.peer import Peer
from course_lib.grading.values import known_kinds
from course_lib.grading.wire import Channel, Closed, Frame


class LearnerPeer(Peer):
    """The end of the conversation in the learner's process."""

    trusts = True

    def __init__(self, channel: Channel, shell: Interpreter):
        """Serve the namespace of a shell."""
        super().__init__(channel, known_kinds(shell))
        self.shell = shell

    def other_requests(self) -> dict[str, Callable]:
        """Run cells, say which names exist, drop what is no longer needed."""
        return {"run": self._run, "names": self._names, "forget": self._forget}

    def _run(self, source: str, frame: Frame) -> tuple[Any, Any]:
        outputs = self.shell.run(source)
        return [outputs, self.shell.execution_count - 1], self._packer()

    def _names(self, names: list[str], frame: Frame) -> tuple[Any, Any]:
        """Return each name's value: a function stays here and is called by name."""
        packer = self._packer()
        found = []
        for name in names:
            if name in self.shell.user_ns:
                value = self.shell.user_ns[name]
                tree = ["named call", name] if callable(value) else packer.pack(value)
                found.append([name, tree])
        return found, packer

    def _forget(self, body: None, frame: Frame) -> tuple[Any, Any]:
        self.forget()
        return None, self._packer()

    def find(self, target: list) -> Callable:
        """Return a function by its name in the notebook, or by number."""
        kind, value = target
        return self.shell.user_ns[value] if kind == "name" else super().find(target)

    @contextlib.contextmanager
    def conditions(self, body: dict, printed: io.StringIO):
        """Run a call as the checks do: warnings are silent, some names forbidden."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.redirect_stdout(printed))
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            stack.enter_context(observe._forbidden(tuple(body["forbid"])))
            yield


def serve(sock: socket.socket, shell: Interpreter, seed: int) -> None:
    """Answer the judge until it hangs up."""
    torch.manual_seed(seed)
    peer = LearnerPeer(Channel(sock), shell)
    with contextlib.suppress(Closed):
        while True:
            peer.serve(peer.channel.receive())
