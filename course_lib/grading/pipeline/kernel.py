"""Run a rebuilt notebook within limits; what hangs or dies costs its own task only.

A cell that runs too long is interrupted. A kernel that does not answer to that, or that
died, is started anew, and the cells before are replayed without those that killed it.
Each hang halves the patience for the next, and the whole notebook has a limit of its
own, so a hang costs a bounded time however many tests run into it.
"""

import contextlib
import copy
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from jupyter_client.manager import KernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.preprocessors import Execute
from traitlets import Enum, Integer

from course_lib.grading.notebook.cells import error, generated, is_test, job_of
from course_lib.grading.notebook.reasons import Ran, undefined, used_names
from course_lib.grading.notebook.resources import Resources, Stepped
from course_lib.grading.submission.rebuild import nothing_to_run

SHORTEST_LIMIT_S = 5.0
MAX_CELL_BYTES = 2_000_000
# for the programs that we start, whatever the terminal and the locale want of us
UTF8 = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
STARTUP = "__import__('course_lib.grading.engine.unattended', fromlist=['_']).prepare"
STAND_INS = "__import__('course_lib.results.undefined', fromlist=['_'])"
HANGS = "CellTimeoutError"  # nbgrader's name for a cell that was interrupted


def environment(profile: Path) -> dict[str, str]:
    """Return the environment of a kernel: this process's, less what is one's own.

    Args:
        profile: the folder that IPython takes for its settings.
    """
    env = {**os.environ, **UTF8, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    env |= {"IPYTHONDIR": str(profile), "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("PYTHONSTARTUP", None)
    paths = env.pop("PYTHONPATH", "").split(os.pathsep)
    if ours := [p for p in paths if Path(p, "course_lib", "__init__.py").exists()]:
        env["PYTHONPATH"] = os.pathsep.join(ours)
    return env


class RunNotebook(Execute):
    """nbgrader's Execute, with a limit on the notebook and a way back from a crash."""

    notebook_timeout = Integer(
        120, help="Seconds for all cells of a notebook together."
    ).tag(config=True)

    shutdown_kernel = Enum(
        ["graceful", "immediate"], default_value="immediate", help="See nbclient."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Resources, km: KernelManager | None = None
    ) -> Stepped:
        """Run the notebook, or give every test the reason why it does not run."""
        if reason := nothing_to_run(nb):
            for cell in filter(is_test, nb.cells):
                cell.outputs = [error("NothingToGrade", reason)]
            return nb, resources
        self.deadline = monotonic() + self.notebook_timeout
        self.hangs = 0
        self.skipped: set[int] = set()  # what a replay must not run again
        self.timeout_func = self._patience
        job = job_of(nb, generated(resources["nbgrader"]))
        self.names = {cell["index"]: cell.get("names", ()) for cell in job}
        # not in the graded folder: what a cell writes there would go into the feedback
        with tempfile.TemporaryDirectory(prefix="kernel_") as folder:
            self.folder, self.profile = Path(folder, "work"), Path(folder, "ipython")
            self.folder.mkdir()
            startup = self.profile / "profile_default" / "startup" / "00.py"
            startup.parent.mkdir(parents=True)
            startup.write_text(f"{STARTUP}(get_ipython())\n", encoding="utf-8")
            nb, resources = super().preprocess(nb, resources, km)
        return nb, resources

    def _patience(self, cell: NotebookNode | None = None) -> float:
        """Return the seconds that a cell may take; less after every hang."""
        own: float = max(SHORTEST_LIMIT_S, self.timeout / 2**self.hangs)
        return max(1.0, min(own, self.deadline - monotonic()))

    def start_new_kernel(self, **kwargs: Any) -> None:
        """Start a kernel as the engine starts its processes: nothing of one's own.

        It has one thread, since more are slower where a class is graded; UTF-8; an
        empty folder to work in; no start-up file, no stored variable and no module
        that the person who runs it has elsewhere.
        """
        # what the kernel itself says on stderr is no output of the notebook
        kwargs |= {"env": environment(self.profile), "stderr": subprocess.DEVNULL}
        super().start_new_kernel(**kwargs, cwd=str(self.folder))

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> Stepped:
        """Run one cell; whatever happens, it ends with outputs."""
        if cell.cell_type != "code":
            return cell, resources
        if monotonic() >= self.deadline:
            text = f"the notebook had run for {self.notebook_timeout} s; not run"
            cell.outputs = [error("TimeIsUp", text)]
            return cell, resources
        limit = self._patience(cell)
        if problem := self._run(cell, index, limit):
            cell.outputs = [*cell.get("outputs", []), problem]
        return cell, resources

    def _run(self, cell: NotebookNode, index: int, limit: float) -> NotebookNode | None:
        """Run one cell, and return the error of a hang or of a crash."""
        self.printed = 0
        try:
            with self._stand_ins(cell, index):
                self.execute_cell(cell, index, store_history=True)
        except CellTimeoutError:  # nor does it answer to an interrupt
            stuck = True
        except DeadKernelError:
            self._restart(index)
            return error("KernelDied", "this code ended its Python process")
        else:
            stuck = False
            if not any(o.get("ename") == HANGS for o in cell.get("outputs", [])):
                return None
        self.hangs += 1
        self.skipped.add(index)
        cell.outputs = [o for o in cell.outputs if o.output_type != "error"]
        if stuck:
            self._restart(index)
        return error("Timeout", f"stopped after {limit:.0f} s; does a loop never end?")

    @contextlib.contextmanager
    def _stand_ins(self, cell: NotebookNode, index: int) -> Iterator[None]:
        """While a test runs, let names that no cell defined say why that is so."""
        if not is_test(cell):
            yield
            return
        ran = [
            Ran(own.source, own.get("outputs", []), tuple(self.names.get(place, ())))
            for place, own in enumerate(self.nb.cells[:index])
            if own.cell_type == "code" and not is_test(own)
        ]
        wanted = used_names(cell.source) & set(self.names.get(index, ()))
        reasons = {name: undefined(name, ran) for name in sorted(wanted)}
        self._quietly(f"{STAND_INS}.fill(globals(), {reasons!r})", index)
        yield
        self._quietly(f"{STAND_INS}.clear(globals())", index)

    def _quietly(self, source: str, index: int) -> None:
        """Run a line of ours in the kernel, in the place of a cell that stays."""
        cell = self.nb.cells[index]
        try:
            self.execute_cell(new_code_cell(source), index, store_history=False)
        finally:
            self.nb.cells[index] = cell

    def _restart(self, index: int) -> None:
        """Start a new kernel and replay what led to cell `index`, without that cell."""
        self.skipped.add(index)
        while monotonic() < self.deadline:
            self._cleanup_kernel()
            self.km = self.create_kernel_manager()
            self.start_new_kernel()
            self.start_new_kernel_client()
            if self._replay(index):
                return

    def _replay(self, end: int) -> bool:
        """Run the cells before `end` again; return False if one killed the kernel."""
        for index, cell in enumerate(self.nb.cells[:end]):
            if cell.cell_type != "code" or is_test(cell) or index in self.skipped:
                continue
            try:
                self.execute_cell(copy.deepcopy(cell), index, store_history=True)
            except (DeadKernelError, CellTimeoutError):
                self.skipped.add(index)
                return False
            finally:
                self.nb.cells[index] = cell  # with the outputs of its first run
        return True

    def output(
        self,
        outs: list[NotebookNode],
        msg: dict[str, Any],
        display_id: str,
        cell_index: int,
    ) -> NotebookNode | None:
        """Keep what a cell prints up to a limit: a loop that prints fills memory."""
        self.printed += len(str(msg["content"]))
        if self.printed > MAX_CELL_BYTES and msg["msg_type"] != "error":
            return None
        kept: NotebookNode | None = super().output(outs, msg, display_id, cell_index)
        return kept
