"""Run a rebuilt notebook within limits; what hangs or dies costs its own task only.

A cell that runs too long is interrupted. A kernel that does not answer to that, or that
died, is started anew, and the cells before are replayed without those that killed it.
Each hang halves the patience for the next, and the whole notebook has a limit of its
own, so a hang costs a bounded time however many tests run into it.
"""

import copy
import os
import subprocess
import tempfile
from time import monotonic

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution
from traitlets import Enum, Integer

from course_lib.grading.rebuild import nothing_to_run

SHORTEST_LIMIT_S = 5.0
MAX_CELL_BYTES = 2_000_000
HANGS = "CellTimeoutError"  # nbgrader's name for a cell that was interrupted


def is_test(cell: NotebookNode) -> bool:
    """Whether nbgrader grades this cell by running it."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def error(name: str, text: str) -> NotebookNode:
    """Return an error output with nothing but a name and a sentence."""
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


class RunNotebook(Execute):
    """nbgrader's Execute, with a limit on the notebook and a way back from a crash."""

    notebook_timeout = Integer(
        120, help="Seconds for all cells of a notebook together."
    ).tag(config=True)

    shutdown_kernel = Enum(
        ["graceful", "immediate"], default_value="immediate", help="See nbclient."
    ).tag(config=True)

    def preprocess(self, nb, resources, km=None):
        """Run the notebook, or give every test the reason why it does not run."""
        if reason := nothing_to_run(nb):
            for cell in filter(is_test, nb.cells):
                cell.outputs = [error("NothingToGrade", reason)]
            return nb, resources
        self.deadline = monotonic() + self.notebook_timeout
        self.hangs = 0
        self.skipped: set[int] = set()  # what a replay must not run again
        self.timeout_func = self._patience
        # not in the graded folder: what a cell writes there would go into the feedback
        with tempfile.TemporaryDirectory(prefix="kernel_") as self.folder:
            return super().preprocess(nb, resources, km)

    def _patience(self, cell=None) -> float:
        """Return the seconds that a cell may take; less after every hang."""
        own = max(SHORTEST_LIMIT_S, self.timeout / 2**self.hangs)
        return max(1.0, min(own, self.deadline - monotonic()))

    def start_new_kernel(self, **kwargs):
        """Start a kernel with one thread: more are slower where a class is graded."""
        env = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        # what the kernel itself says on stderr is no output of the notebook
        kwargs |= {"env": env, "cwd": self.folder, "stderr": subprocess.DEVNULL}
        super().start_new_kernel(**kwargs)

    def preprocess_cell(self, cell, resources, index):
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

    def output(self, outs, msg, display_id, cell_index):
        """Keep what a cell prints up to a limit: a loop that prints fills memory."""
        self.printed += len(str(msg["content"]))
        if self.printed > MAX_CELL_BYTES and msg["msg_type"] != "error":
            return None
        return super().output(outs, msg, display_id, cell_index)
