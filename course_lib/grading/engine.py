"""The engine behind `nbgrader autograde`: judge and learner in processes of their own.

`Engine` takes the place of nbgrader's Execute in `Autograde.autograde_preprocessors`.
It hands the notebook to a judge, reads back the outputs of each cell as it is done, and
keeps time. A judge that fails is an accident of ours: the notebook is tried again, and
if it fails twice at one cell that cell alone is given up.
"""

import ast
import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from time import monotonic
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_locked, is_solution
from traitlets import Bool, Dict, Enum, Float, Integer

from course_lib import results
from course_lib.grading.confine import Confinement
from course_lib.grading.execute import is_test
from course_lib.grading.rebuild import nothing_to_run
from course_lib.grading.sandbox import ENVIRONMENT, PACKAGE, Backend, choose

START_LIMIT_S = 120.0
PUBLISH = {"NBGRADER_EXECUTION": "autograde"}  # tests say what they found as data
TRIES_A_CELL = 2


class EngineError(RuntimeError):
    """The engine itself cannot work; no grade is to be had from it."""


class Servers:
    """The two warm servers of this process: judges outside the walls, learners in."""

    def __init__(self, backend: Backend):
        """Start both; they import at the same time."""
        self.backend = backend
        limits = json.dumps(asdict(backend.confinement()))
        self.folder = tempfile.TemporaryDirectory(prefix="judges_")
        self.judges, judge = _popen_judges(self.folder.name)
        inner = ["-m", "course_lib.grading.warm", "learner", "--limits", limits]
        self.learners, learner = _popen(
            lambda fd: backend.command([*inner, "--control", str(fd)]),
            backend.environment(),
        )
        self.processes = [judge, learner]
        for sock in (self.judges, self.learners):
            _await_ready(sock)

    def client(self, control: socket.socket) -> socket.socket:
        """Return a new connection to a server; what it starts lives as long."""
        ours, theirs = socket.socketpair()
        with theirs:
            request = json.dumps({"op": "client", "fds": 1}).encode() + b"\n"
            socket.send_fds(control, [request], [theirs.fileno()])
        return ours

    def alive(self) -> bool:
        """Whether both servers run."""
        return all(process.poll() is None for process in self.processes)

    def close(self) -> None:
        """End both servers and everything in them."""
        self.judges.close()
        self.learners.close()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.folder.cleanup()


def _popen(command: Any, env: dict) -> tuple[socket.socket, subprocess.Popen]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            command(theirs.fileno()),
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return ours, process


def _popen_judges(folder: str) -> tuple[socket.socket, subprocess.Popen]:
    inner = [sys.executable, "-P", "-m", "course_lib.grading.warm", "judge"]
    home = {key: os.environ[key] for key in ("HOME", "PATH") if key in os.environ}
    # no GPU: learners' processes have none, and tests must see what answers see
    env = {**ENVIRONMENT, **home, "PYTHONPATH": str(PACKAGE.parent)}
    env |= {"CUDA_VISIBLE_DEVICES": "", "IPYTHONDIR": folder, "MPLCONFIGDIR": folder}
    return _popen(lambda fd: [*inner, "--control", str(fd)], env)


def _await_ready(sock: socket.socket) -> None:
    sock.settimeout(START_LIMIT_S)
    try:
        ready = sock.recv(16) == b"ready\n"
    except OSError:
        ready = False
    if not ready:
        raise EngineError("a warm server did not start; its error stands above")
    sock.settimeout(None)


_servers: dict[tuple[int, Backend], Servers] = {}


def servers(backend: Backend) -> Servers:
    """Return this process's servers for a backend; started once, ended at exit."""
    key = os.getpid(), backend
    found = _servers.get(key)
    if found is None or not found.alive():
        if found is not None:
            found.close()
        found = _servers[key] = Servers(backend)
        atexit.register(_close, key)
    return found


def close_servers() -> None:
    """End this process's servers now: what multiprocessing starts has no atexit."""
    for key in list(_servers):
        _close(key)


def _close(key: tuple[int, Backend]) -> None:
    if key[0] == os.getpid() and key in _servers:
        _servers.pop(key).close()


class Run:
    """One notebook before the judge, tried again where the judge itself failed."""

    def __init__(self, backend: Backend, job: dict, limit_s: float):
        """Take a job as `judge.run` reads it, and seconds for all of it."""
        self.backend, self.job = backend, job
        self.deadline = monotonic() + limit_s
        self.done: dict[int, dict] = {}
        self.usage: dict[str, Any] = {}

    def results(self) -> dict[int, dict]:
        """Return the result of each cell by its index."""
        tries: dict[int, int] = {}
        given_up: set[int] = set()
        while not self._attempt(given_up) and monotonic() < self.deadline:
            cells = [cell["index"] for cell in self.job["cells"]]
            stuck = next((i for i in cells if i not in self.done), cells[-1])
            tries[stuck] = tries.get(stuck, 0) + 1
            if tries[stuck] >= TRIES_A_CELL:
                given_up.add(stuck)
                text = "the judge could not finish this cell"
                self.done[stuck] = {"outputs": [_error("JudgeFailed", text)]}
        return self.done

    def _attempt(self, given_up: set[int]) -> bool:
        """Run the cells; return whether the judge came to the end."""
        cells = [c for c in self.job["cells"] if c["index"] not in given_up]
        found = servers(self.backend)
        with contextlib.ExitStack() as stack:
            client = stack.enter_context(found.client(found.judges))
            ours, theirs = socket.socketpair()
            stack.enter_context(ours)
            with theirs, found.client(found.learners) as learners:
                fds = [theirs.fileno(), learners.fileno()]
                request = json.dumps({"op": "start", "fds": 2}).encode() + b"\n"
                socket.send_fds(client, [request], fds)
            try:
                ours.settimeout(max(0.1, self.deadline - monotonic()))
                ours.sendall(json.dumps({**self.job, "cells": cells}).encode() + b"\n")
                for result in self._lines(ours):
                    if "done" in result:
                        self.usage = result["done"]
                        return True
                    self.done.setdefault(result["index"], result)
            except OSError:
                pass
        return False

    def _lines(self, sock: socket.socket) -> Iterator[dict]:
        data = bytearray()
        while True:
            left = self.deadline - monotonic()
            if left <= 0:
                return
            sock.settimeout(left)
            got = sock.recv(1 << 20)
            if not got:
                return
            data += got
            *lines, data = data.split(b"\n")
            yield from map(json.loads, lines)


def _error(name: str, text: str) -> dict:
    line = f"{name}: {text}"
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [line]}


def defined_names(source: str) -> set[str]:
    """Return the names that a cell binds at top level; of a stub, not of an answer."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return set()
    kinds = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
    found = {node.name for node in body if isinstance(node, kinds)}
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            found |= {n.id for n in stored if isinstance(n.ctx, ast.Store)}
    return found


def job_of(nb: NotebookNode, stubs: dict[str, str]) -> list[dict]:
    """Return the cells of a rebuilt notebook as the judge reads them.

    Args:
        nb: the instructor's notebook with the learner's answers in it.
        stubs: the generated source of each answer cell by grade_id; only these say
            which names a learner is to define.
    """
    cells, names = [], set()
    for index, cell in enumerate(nb.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        known = {"index": index, "source": cell.source}
        if is_test(cell):
            cells.append({**known, "role": "test", "names": sorted(names)})
        elif is_locked(cell) and not is_solution(cell):
            cells.append({**known, "role": "locked"})
        else:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            names |= defined_names(stubs.get(grade_id, ""))
            cells.append({**known, "role": "learner"})
    return cells


def clean(outputs: Any) -> list[NotebookNode]:
    """Return outputs rebuilt field by field: a learner's process may send anything."""
    found = []
    for output in outputs if isinstance(outputs, list) else []:
        kind = output.get("output_type") if isinstance(output, dict) else None
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            known = {"name": name, "text": str(output.get("text", ""))}
        elif kind in ("display_data", "execute_result"):
            data = output.get("data")
            data = data if isinstance(data, dict) else {}
            known = {"data": {str(k): str(v) for k, v in data.items()}, "metadata": {}}
            if isinstance(data.get(results.MIME), dict):  # what a test found; see there
                known["data"][results.MIME] = data[results.MIME]
            if kind == "execute_result":
                known["execution_count"] = None
        elif kind == "error":
            lines = output.get("traceback")
            lines = lines if isinstance(lines, list) else []
            known = {key: str(output.get(key, "")) for key in ("ename", "evalue")}
            known["traceback"] = [str(line) for line in lines]
        else:
            continue
        found.append(nbformat.from_dict({"output_type": kind, **known}))
    return found


class Engine(NbGraderPreprocessor):
    """Runs a notebook with the verdict in a trusted process; replaces Execute."""

    sandbox = Enum(["bwrap", "none"], "bwrap", help="What isolates learners.").tag(
        config=True
    )
    trusted = Bool(
        False, help="Your word that submissions are harmless; 'none' needs it."
    ).tag(config=True)
    timeout = Float(30.0, help="Seconds a cell of a learner may run.").tag(config=True)
    notebook_timeout = Float(
        300.0, help="Seconds for all cells of a notebook together."
    ).tag(config=True)
    memory_mib = Integer(1024, help="Memory of one submission.").tag(config=True)
    processes = Integer(64, help="Processes and threads of one.").tag(config=True)
    cpu_s = Integer(300, help="CPU seconds of one process.").tag(config=True)
    file_mib = Integer(64, help="Size of its /tmp and of one file.").tag(config=True)
    environment = Dict(help="Variables set for judges, such as UNROLLED_SEED.").tag(
        config=True
    )
    seed = Integer(0, help="Seed of torch in the learner's process.").tag(config=True)

    def backend(self) -> Backend:
        """Return the isolation that the configuration asks for, or raise."""
        sizes = ("memory_mib", "processes", "cpu_s", "file_mib")
        limits = Confinement(**{name: getattr(self, name) for name in sizes})
        return choose(self.sandbox, self.trusted, limits)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Fill in the outputs of every cell."""
        if reason := nothing_to_run(nb):
            for cell in filter(is_test, nb.cells):
                cell.outputs = [nbformat.from_dict(_error("NothingToGrade", reason))]
            return nb, resources
        cells = job_of(nb, self._stubs(resources["nbgrader"]))
        environment = {
            key: os.environ[key] for key in ("UNROLLED_SEED",) if key in os.environ
        }
        job = {
            "cells": cells,
            "seed": self.seed,
            "cell_limit_s": self.timeout,
            "environment": {**PUBLISH, **environment, **self.environment},
        }
        run = Run(self.backend(), job, self.notebook_timeout)
        done = run.results()
        late = {"outputs": [_error("TimeIsUp", self._late())]}
        for cell in cells:
            result = done.get(cell["index"], late)
            target = nb.cells[cell["index"]]
            target.outputs = clean(result["outputs"])
            target.execution_count = result.get("count")
            for output in target.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = target.execution_count
        return nb, resources

    def _late(self) -> str:
        return f"the notebook had run for {self.notebook_timeout:g} s; not run"

    def _stubs(self, where: dict) -> dict[str, str]:
        with Gradebook(where["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(where["notebook"], where["assignment"])
            return {cell.name: cell.source for cell in notebook.source_cells}
