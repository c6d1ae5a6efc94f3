"""Steps named in the configuration run in workers as they would in nbgrader."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from traitlets.config import Config

from course_lib.grading import steps
from course_lib.grading.engine import Engine
from course_lib.grading.grade import tight

WHERE = {"student": "ann", "assignment": "a", "notebook": "n"}


def printing(text: str):
    """A test cell worth 2 points that printed a text and gave 1.5."""
    marks = {"grade": True, "solution": False, "grade_id": "t", "points": 2}
    score = new_output("execute_result", {"text/plain": "1.5"}, execution_count=1)
    said = new_output("stream", name="stdout", text=text)
    cell = new_code_cell("1", metadata={"nbgrader": marks}, outputs=[said, score])
    return new_notebook(cells=[cell])


def over_the_wire(named: list, config: Config) -> list:
    return steps.made(json.loads(json.dumps(steps.described(named, config))))


def test_options_of_the_configuration_reach_the_workers():
    config = Config()
    config.LimitOutput.max_lines = 3
    named = ["nbgrader.preprocessors.LimitOutput", IgnorePattern, SaveAutoGrades]
    found = over_the_wire(named, config)
    assert [type(step) for step in found] == [
        LimitOutput,
        IgnorePattern,
        SaveAutoGrades,
    ]
    text, rows = steps.finished(found, printing("a\nb\nc\nd\n"), WHERE)
    assert "Output truncated" in text
    assert rows == {"scores": {"t": 1.5}, "comments": {}}


def test_a_step_after_the_saving_changes_no_score():
    class Spoils(NbGraderPreprocessor):
        def preprocess(self, nb, resources):
            nb.cells[0].outputs = []
            return nb, resources

    for order, score in (
        ([SaveAutoGrades(), Spoils()], 1.5),
        ([Spoils(), SaveAutoGrades()], 2),
    ):
        _, rows = steps.finished(order, printing(""), WHERE)
        assert rows["scores"] == {"t": score}


def test_a_step_that_workers_cannot_import_is_refused():
    class Own(NbGraderPreprocessor):
        pass

    with pytest.raises(steps.StepError, match="a module of its own"):
        steps.described([Own], Config())
    with pytest.raises(steps.StepError, match="no preprocessor's class"):
        steps.described([len], Config())


def test_too_many_workers_for_the_memory_are_warned_of():
    assert tight(1, Engine(memory_mib=1)) is None
    text = tight(10_000, Engine(memory_mib=1000))
    assert "10000 x (600 + 1000) MiB = 16000000 MiB" in text


def test_metadata_are_checked_once_and_what_is_wrong_is_always_refused(monkeypatch):
    monkeypatch.setattr(steps, "_valid", set())
    checked = []

    def preprocess(self, nb, resources):
        checked.append(nb)
        return original(self, nb, resources)

    original = CheckCellMetadata.preprocess
    monkeypatch.setattr(CheckCellMetadata, "preprocess", preprocess)
    good, wrong = printing("a"), printing("b")
    for notebook in (good, wrong):
        known = {"locked": False, "schema_version": 3, "cell_type": "code"}
        notebook.cells[0].metadata.nbgrader.update(known)
    for _ in range(3):
        steps.prepared([CheckCellMetadata()], good, WHERE)
    assert len(checked) == 1
    del wrong.cells[0].metadata.nbgrader["points"]
    for _ in range(2):
        with pytest.raises(ValidationError):
            steps.prepared([CheckCellMetadata()], wrong, WHERE)
    good.cells.append(good.cells[0])
    with pytest.raises(ValidationError):  # one name for two cells
        steps.prepared([CheckCellMetadata()], good, WHERE)
