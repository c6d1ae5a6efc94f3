"""A notebook as the judge reads it, and outputs as a notebook may hold them."""

import ast
import json
from typing import Any, Literal, NotRequired, TypedDict

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import is_grade, is_locked, is_solution

from course_lib.grading.notebook.errors import error_output
from course_lib.grading.notebook.resources import Where
from course_lib.results import scores


class JobCell(TypedDict):
    """A cell of code as the judge reads it.

    Attributes:
        index: its place in the notebook.
        source: its text.
        role: whose it is, and what for.
        names: what the learner is to define: in this cell, or before this test.
    """

    index: int
    source: str
    role: Literal["test", "locked", "learner"]
    names: NotRequired[list[str]]


def is_test(cell: NotebookNode) -> bool:
    """Whether nbgrader grades this cell by running it."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def error(name: str, text: str) -> NotebookNode:
    """Return an error output with nothing but a name and a sentence."""
    output: NotebookNode = nbformat.from_dict(error_output(name, text))
    return output


def generated(where: Where) -> dict[str, str]:
    """Return the source of each answer cell as it was generated, by grade_id.

    Args:
        where: what nbgrader's converters tell their steps: `db_url`, and the names of
            the notebook and of the assignment.
    """
    with Gradebook(where["db_url"]) as gradebook:
        notebook = gradebook.find_notebook(where["notebook"], where["assignment"])
        return {cell.name: cell.source for cell in notebook.source_cells}


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


def job_of(nb: NotebookNode, stubs: dict[str, str]) -> list[JobCell]:
    """Return the cells of a rebuilt notebook as the judge reads them.

    Args:
        nb: the instructor's notebook with the learner's answers in it.
        stubs: the generated source of each answer cell by grade_id; only these say
            which names a learner is to define.
    """
    cells: list[JobCell] = []
    names: set[str] = set()
    for index, cell in enumerate(nb.cells):
        if cell.cell_type != "code":
            continue
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        own = set() if is_locked(cell) else defined_names(stubs.get(grade_id, ""))
        names |= own
        if not cell.source.strip():
            continue
        known = JobCell(index=index, source=cell.source, role="locked")
        if is_test(cell):
            known |= {"role": "test", "names": sorted(names)}
        elif not is_locked(cell) or is_solution(cell):
            known |= {"role": "learner", "names": sorted(own)}
        cells.append(known)
    return cells


def clean(outputs: Any) -> list[NotebookNode]:
    """Return outputs rebuilt field by field: a learner's process may send anything."""
    found = []
    for output in outputs if isinstance(outputs, list) else []:
        kind = output.get("output_type") if isinstance(output, dict) else None
        known: dict[str, object]
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            known = {"name": name, "text": text_of(output.get("text", ""))}
        elif kind in ("display_data", "execute_result"):
            known = {"data": _data(output.get("data")), "metadata": {}}
            if kind == "execute_result":
                known["execution_count"] = None
        elif kind == "error":
            lines = output.get("traceback")
            lines = lines if isinstance(lines, list) else []
            known = {key: text_of(output.get(key, "")) for key in ("ename", "evalue")}
            known["traceback"] = [text_of(line) for line in lines]
        else:
            continue
        found.append(nbformat.from_dict({"output_type": kind, **known}))
    return found


def _data(data: Any) -> dict[str, object]:
    """Return a bundle of texts; a result of the checks stays a dict, see `results`."""
    if not isinstance(data, dict):
        return {}
    return {
        text_of(kind): json.loads(text_of(json.dumps(value, ensure_ascii=False)))
        if kind == scores.MIME and isinstance(value, dict)
        else text_of(value)
        for kind, value in data.items()
    }


def text_of(value: Any) -> str:
    """Return a text that UTF-8 can write: half a character becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode("utf-8")
