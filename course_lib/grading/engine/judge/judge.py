"""The judge's process: runs the locked cells, and asks the learner's process for calls.

The verdict is what a test cell leaves behind *here*. The names that the learner's cells
were to define stand for functions of the learner's process. A call there that dies,
hangs or floods fails like any wrong answer; the process is then started anew and the
cells are replayed, so the other tasks keep what they earned.
"""

import json
import os
import socket
from collections.abc import Iterator
from typing import Any

from course_lib.checks import observe
from course_lib.grading.engine.interpreter import Interpreter
from course_lib.grading.engine.jobs import Cell, Job, Output, Result, Usage
from course_lib.grading.engine.judge.calls import Calls
from course_lib.grading.engine.judge.conversation import fault
from course_lib.grading.engine.judge.replay import Replay
from course_lib.grading.notebook.reasons import Ran, undefined, used_names
from course_lib.grading.rpc.frames import WireError
from course_lib.grading.rpc.proxies import RemoteError
from course_lib.grading.rpc.values import known_kinds
from course_lib.results.undefined import fill


class Judge:
    """One notebook in front of the judge."""

    def __init__(self, shell: Interpreter, replay: Replay):
        """Take the shell of the locked cells, and what runs the learner's."""
        self.shell, self.replay = shell, replay
        self.calls = Calls(replay)

    def results(self, limit_s: float) -> Iterator[Result]:
        """Run the cells, then the tests; yield the outputs of each.

        Args:
            limit_s: seconds for all cells; the tests come on top.
        """
        cells = self.replay.cells
        self.replay.run_cells(limit_s)
        for place, (outputs, count) in self.replay.found.items():
            yield {"index": cells[place]["index"], "outputs": outputs, "count": count}
        number = 0
        for cell in cells:
            if cell["role"] == "locked":
                self.shell.run(cell["source"])
            elif cell["role"] == "test":
                self.calls.enter(number)
                number += 1
                outputs, count = self._test(cell)
                yield {"index": cell["index"], "outputs": outputs, "count": count}

    def _test(self, cell: Cell) -> tuple[list[Output], int | None]:
        wanted = sorted(set(cell["names"]) & used_names(cell["source"]))
        try:
            found = self.calls.names(wanted)
        except (RemoteError, WireError) as problem:
            self.calls.drop()
            return [fault(problem, self.replay.cell_limit_s)], None
        for name in cell["names"]:
            self.shell.user_ns.pop(name, None)
        self.shell.user_ns.update(found)
        missing = [name for name in wanted if name not in found]
        fill(self.shell.user_ns, {name: self._reason(name, cell) for name in missing})
        return self.shell.run(cell["source"]), self.shell.execution_count - 1

    def _reason(self, name: str, test: Cell) -> str:
        """Return why a name that a test reads would have no value."""
        ran = []
        for place, cell in enumerate(self.replay.cells):
            if cell is test:
                break
            if cell["role"] == "learner":
                outputs = self.replay.found.get(place, (None, None))[0]
                ran.append(Ran(cell["source"], outputs, tuple(cell.get("names", ()))))
        return undefined(name, ran)


def run(job_sock: socket.socket, learners: socket.socket, shell: Interpreter) -> None:
    """Judge the one notebook that comes over `job_sock`; send a line a cell."""
    stream = job_sock.makefile("rw", encoding="utf-8")
    job: Job = json.loads(stream.readline())
    os.environ.update(job.get("environment", {}))

    def ask(passed: list[int], **request: Any) -> None:
        text = json.dumps({**request, "fds": len(passed)}).encode() + b"\n"
        socket.send_fds(learners, [text], passed)

    def start(tests: int) -> list[socket.socket]:
        ours, theirs = zip(
            *(socket.socketpair() for _ in range(tests + 1)), strict=True
        )
        ask([sock.fileno() for sock in theirs], op="start", seed=job["seed"])
        for sock in theirs:
            sock.close()
        return list(ours)

    def stop() -> None:
        ask([], op="stop")

    limit_s = job["cell_limit_s"]
    # a call is part of a cell
    patience = observe.Patience(min(observe.LIMIT_S, limit_s), strict=True)
    replay = Replay(job["cells"], start, stop, known_kinds(shell), patience, limit_s)
    with observe.held(patience):
        for result in Judge(shell, replay).results(job.get("limit_s", 300.0) / 2):
            stream.write(json.dumps(result) + "\n")
            stream.flush()
    usage: Usage = {"restarts": max(replay.starts - 1, 0)}
    stream.write(json.dumps({"done": usage}) + "\n")
    stream.flush()
