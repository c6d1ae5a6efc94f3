"""The learner's process: runs the learner's cells, and answers calls of the judge.

Nothing here is trusted. Learner's code shares this process and may change all of it;
all it can achieve is that other plain data go to the judge. No hidden test, expected
value or file of the course ever comes here.

The process that runs the cells is asked for nothing else. At each test it leaves a
copy of itself behind, a *branch*, and goes on; the branch answers that test's calls
when all cells have run. So what a test passes in cannot turn up in the output of a
cell, what a call breaks is broken for its own test only, and threads and timers of a
cell, which a copy does not inherit, are not there when calls are answered.
"""

import contextlib
import io
import os
import resource
import shutil
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from course_lib.checks import elsewhere
from course_lib.grading.engine import unattended
from course_lib.grading.engine.interpreter import Interpreter
from course_lib.grading.engine.learner import forbid
from course_lib.grading.rpc.answers import Answerer, Requested
from course_lib.grading.rpc.caller import RemoteCaller
from course_lib.grading.rpc.frames import Channel, Closed, Frame
from course_lib.grading.rpc.gradients import LeavesBehind
from course_lib.grading.rpc.line import Answer, Line
from course_lib.grading.rpc.messages import CallBody
from course_lib.grading.rpc.pack import Packer
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.values import Handles, known_kinds
from course_lib.grading.sandbox.linux import die_with_parent

_ours: list[bool] = []  # whether a fork that is under way is one of ours
SLEEP = shutil.which("sleep", path="/usr/bin:/bin") or "/bin/sleep"


class LearnerPeer:
    """The end of the conversation in the learner's process.

    Attributes:
        line: answers whatever the judge asks.
        caller: calls what the judge lends.
        answerer: runs the learner's functions.
        elsewhere: whether a call is running as if on another device.
    """

    def __init__(
        self,
        channel: Channel,
        shell: Interpreter,
        branches: list[socket.socket],
        apart: bool,
    ):
        """Serve the namespace of a shell.

        Args:
            channel: the conversation about cells.
            shell: runs them.
            branches: the sockets of the branches to come.
            apart: whether this process has a process space of its own.
        """
        handles = Handles(
            lambda *words: self.caller.make_remote(*words),
            lambda *words: self.caller.make_remote_module(*words),
        )
        kinds = known_kinds(shell)
        self.line = Line(channel, Side.LEARNER, handles, kinds, self.requests)
        behind = LeavesBehind()
        self.caller = RemoteCaller(self.line, behind)
        self.answerer = Answerer(self.line, behind, self._read)
        self.shell, self.branches, self.apart = shell, branches, apart
        self.elsewhere = False
        os.register_at_fork(after_in_child=self._let_go)

    def _let_go(self) -> None:
        """In a process that a learner's code has forked: hold none of our sockets.

        Otherwise the judge would not see the end of a process whose child lives on.
        """
        if not _ours:
            for sock in (self.line.channel.sock, *self.branches):
                sock.close()

    def requests(self) -> dict[str, Answer]:
        """Run cells, leave branches, say what names hold, call what they stand for."""
        return {
            "call": self._answer_call,
            "pull": self.answerer.answer_pull,
            "run": self._run,
            "branch": self._branch,
            "shed": self._shed,
            "rest": self._rest,
            "names": self._names,
            "attribute": self._attribute,
        }

    def serve_all(self) -> None:
        """Answer until the judge hangs up."""
        with contextlib.suppress(Closed):
            while True:
                self.line.serve(self.line.channel.receive())

    def _run(self, source: str, frame: Frame) -> tuple[Any, Packer]:
        outputs = self.shell.run(source)
        return [outputs, self.shell.execution_count - 1], self.line.packer()

    def _branch(self, number: int, frame: Frame) -> tuple[Any, Packer]:
        """Leave a copy of this process behind, which answers calls on its socket.

        Say how many threads of the learner's it does without: a call may wait for them.
        """
        lost = threading.active_count() - 1
        if _fork_with_room() == 0:
            try:
                own = self.branches[number]
                for sock in (self.line.channel.sock, *self.branches):
                    if sock is not own:
                        sock.close()
                self.line.channel = Channel(own)
                self._leave_group()
                self.serve_all()
            finally:
                os._exit(0)
        self.branches[number].close()
        return lost, self.line.packer()

    def _shed(self, body: None, frame: Frame) -> tuple[Any, Packer]:
        """Go on in a copy: threads and timers of the cells so far stay behind."""
        if self.apart and _fork_with_room():
            self._rest(body, frame)
        self._leave_group()
        return None, self.line.packer()

    def _rest(self, body: None, frame: Frame) -> tuple[Any, Packer]:
        """Do nothing more, but live: with the first process all others end."""
        if self.apart and os.getpid() != 1:
            os._exit(0)
        # another program takes this process over, and its threads and timers end
        os.execv(SLEEP, [SLEEP, "infinity"])

    def _leave_group(self) -> None:
        if not self.apart:
            die_with_parent()
        with contextlib.suppress(OSError):
            os.setsid()  # what one process does to its group is done to itself

    def _names(self, names: list[str], frame: Frame) -> tuple[Any, Packer]:
        """Return each name's value: a function stays here and is called by name."""
        packer = self.line.packer()
        found = []
        for name in names:
            if name in self.shell.user_ns:
                value = self.shell.user_ns[name]
                tree = ["named call", name] if callable(value) else packer.pack(value)
                found.append([name, tree])
        return found, packer

    def find(self, target: list[Any]) -> Callable[..., Any]:
        """Return a function by its name in the notebook, by number, or as a method."""
        kind, value, *method = target
        named = self.shell.user_ns
        found = named[value] if kind == "name" else self.line.handles.find(value)
        found = getattr(found, *method) if kind == "method" else found
        return elsewhere.checked(found) if self.elsewhere else found

    def _answer_call(self, body: CallBody, frame: Frame) -> tuple[Any, Packer]:
        outer, self.elsewhere = self.elsewhere, body["elsewhere"] is True
        try:
            return self.answerer.answer_call(body, frame)
        finally:
            self.elsewhere = outer

    def _attribute(self, body: list[Any], frame: Frame) -> tuple[Any, Packer]:
        """Return an attribute of a function, a class or a module."""
        target, name, module = body
        self.line.unpacker(frame).unpack(module)
        value = getattr(self.find(target), name)
        packer = self.line.packer()
        if module is not None and callable(value) and not isinstance(value, nn.Module):
            return ["its method", name], packer
        return packer.pack(value), packer

    def _read(self, body: CallBody, frame: Frame) -> Requested:
        """Return what the judge asks for; it is trusted."""
        unpacker = self.line.unpacker(frame)
        unpacker.unpack(body["of"])  # a module gets the judge's numbers
        function = self.find(body["target"])
        how = self.conditions(body)
        return Requested(unpacker, function, body["args"], body["grad"], how)

    @contextlib.contextmanager
    def conditions(self, body: CallBody) -> Iterator[None]:
        """Run a call as the checks do: nothing is printed, some names are forbidden."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.redirect_stdout(_Nowhere()))
            stack.enter_context(contextlib.redirect_stderr(_Nowhere()))
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            forbid.forbid(tuple(body["forbid"]))
            yield


class _Nowhere(io.TextIOBase):
    """Takes what a call prints: it might tell what a test passed in."""

    def write(self, text: str) -> int:
        return len(text)


def _fork_with_room() -> int:
    """Fork for ourselves, also where a learner's code has used up its processes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
    _ours.append(True)
    try:
        return os.fork()
    finally:
        _ours.clear()
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))


def serve(
    socks: list[socket.socket], shell: Interpreter, seed: int, apart: bool
) -> None:
    """Answer the judge until it hangs up."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    torch.manual_seed(seed)
    unattended.one_thread(torch)
    sys.path.insert(0, "")  # as in a kernel: a file that a cell writes can be imported
    LearnerPeer(Channel(socks[0]), shell, socks[1:], apart).serve_all()
