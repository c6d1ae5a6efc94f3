"""What nbconvert and nbgrader hand from step to step beside the notebook, as types."""

from typing import Any

from nbformat import NotebookNode

Resources = dict[str, Any]  # nbconvert's; each step may add what it likes
Where = dict[str, str]  # nbgrader's: `notebook`, `assignment`, `student`, `db_url`
Stepped = tuple[NotebookNode, Resources]  # what a step returns
