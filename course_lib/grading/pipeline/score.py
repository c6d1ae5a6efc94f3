"""What the outputs of a test cell are worth, and why.

nbgrader takes the text of the last expression for the score. It gives full marks to
whatever is no number (`np.float64(2.5)`, `tensor(0.)`) or is below 0, and none to any
cell that wrote to stderr. Here a score is the text of a plain float from 0 to the
cell's points, or it is an error with a reason; warnings and progress bars cost nothing.
"""

import math

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from course_lib.grading.notebook.cells import error, is_test
from course_lib.grading.notebook.resources import Resources, Stepped
from course_lib.results import scores


class Verdict(NbGraderPreprocessor):
    """Runs after Execute: leaves only what nbgrader will read as we mean it."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> Stepped:
        """Judge one cell, if it is a test."""
        if is_test(cell):
            outputs, result = scores.take(cell.outputs)
            cell.metadata["unrolled"] = {"result": result} if result else {}
            cell.outputs = judged(outputs, float(cell.metadata.nbgrader.points))
        return cell, resources


def judged(outputs: list[NotebookNode], points: float) -> list[NotebookNode]:
    """Return the outputs of a test cell in a form that nbgrader grades rightly."""
    kept = [out for out in outputs if out.get("name") != "stderr"]
    results = [out for out in kept if out.output_type == "execute_result"]
    failed = any(out.output_type == "error" for out in kept)
    problem = None
    if len(results) > 1:
        problem = f"the test gave {len(results)} results instead of one score"
    elif results and not failed:
        problem = _problem(results[0].data.get("text/plain"), points)
    if problem or failed:
        kept = [out for out in kept if out.output_type != "execute_result"]
    if problem:
        kept.append(error("NoScore", problem))
    return kept


def _problem(text: object, points: float) -> str | None:
    """Return why a result is no score, if it is none."""
    text = "".join(text) if isinstance(text, list) else text
    try:
        score = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        score = math.nan
    if not (0 <= score <= points) or repr(score) != text:
        return (
            f"the test gave {str(text)[:60]} instead of a plain float from 0 to "
            f"{points:g}; this counts as 0"
        )
    return None


class SaveReasons(NbGraderPreprocessor):
    """Runs after SaveAutoGrades: writes what was found into the gradebook's comments.

    A note about a solution cell becomes that cell's comment; any other note becomes
    the comment of the first solution cell.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Stepped:
        """Save the notes that the rebuild left in the notebook's metadata."""
        comments = comments_of(nb)
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            for grade_id, text in comments.items():
                comment = gradebook.find_comment(
                    grade_id, where["notebook"], where["assignment"], where["student"]
                )
                comment.auto_comment = text
            gradebook.db.commit()
        return nb, resources


def comments_of(nb: NotebookNode) -> dict[str, str]:
    """Return the comment of each solution cell that the rebuild left a note about."""
    notes = nb.metadata.get("unrolled", {}).get("notes", [])
    answers = [
        cell.metadata.nbgrader.grade_id
        for cell in nb.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    ]
    comments: dict[str, list[str]] = {}
    for note in notes if answers else []:
        target = note["grade_id"] if note["grade_id"] in answers else answers[0]
        comments.setdefault(target, []).append(note["text"])
    return {grade_id: " ".join(texts) for grade_id, texts in comments.items()}
