"""Steps named in the configuration run in workers as they would in nbgrader."""

import enum
import json
import math
import re
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.nbgraderformat import ValidationError
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from nbgrader.utils import compute_checksum
from traitlets import Float
from traitlets.config import Config

from course_lib.grading.batch.grade import warn_if_memory_is_short
from course_lib.grading.engine.preprocessor import Engine
from course_lib.grading.pipeline import plain, steps
from course_lib.grading.pipeline.autograde import CourseAutograde
from course_lib.grading.pipeline.penalties import Guarded, LatePenalties, late_step
from course_lib.grading.settings import configure

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


def test_text_becomes_inert_in_workers_after_it_was_compared():
    config = Config()
    configure(config)
    named = config.Autograde.autograde_preprocessors
    found = over_the_wire(named[named.index(SaveAutoGrades) :], config)
    stub = "Why? <img src=x onerror=alert(1)>"
    marks = {"grade": True, "solution": True, "grade_id": "why", "points": 1}
    marks |= {"locked": False, "schema_version": 3, "task": False}
    own, added = (new_markdown_cell(stub, metadata={}) for _ in range(2))
    own.metadata["nbgrader"] = NotebookNode(marks | {"cell_type": "markdown"})
    own.metadata.nbgrader["checksum"] = compute_checksum(own)
    text, rows = steps.finished(found, new_notebook(cells=[own, added]), WHERE)
    assert rows["comments"] == {"why": "No response."}
    assert rows["scores"] == {"why": 0}
    sources = [cell["source"] for cell in json.loads(text)["cells"]]
    assert ["".join(source) for source in sources] == [stub.replace("<", "< ")] * 2


def test_a_step_that_workers_cannot_import_is_refused():
    class Own(NbGraderPreprocessor):
        pass

    with pytest.raises(steps.StepError, match="a module of its own"):
        steps.described([Own], Config())
    with pytest.raises(steps.StepError, match="no preprocessor's class"):
        steps.described([len], Config())


def test_too_many_workers_for_the_memory_are_warned_of(capsys):
    warn_if_memory_is_short(1, Engine(memory_mib=1))
    assert capsys.readouterr().err == ""
    warn_if_memory_is_short(10_000, Engine(memory_mib=1000))
    text = capsys.readouterr().err
    assert "1 x 600 MiB + 10000 x (60 + 1000) MiB = 10600600 MiB" in text
    warn_if_memory_is_short(10_000, Engine(memory_mib=1000), share=False)
    text = capsys.readouterr().err
    assert "10000 x 600 MiB + 10000 x (60 + 1000) MiB = 16600000 MiB" in text


class Plugin(BasePlugin):
    points = Float(1.0).tag(config=True)


class Colour(enum.Enum):
    RED = 1


VALUES = [
    *(None, True, 3, 0.5, "é", [1, [2]], (1, 2), {"b": 1, "a": [2]}, {1: (2,)}),
    *({"b", "a", "c"}, frozenset({1, 2}), b"\xff", Path("a/b"), re.compile("a+", re.I)),
    *(Plugin, LimitOutput, json.dumps, Colour.RED, {"nested": [{Plugin}, (Plugin,)]}),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_a_configuration_holds_can_be_written_down(value):
    text = json.dumps(plain.plain(value), sort_keys=True)
    again = plain.restored(json.loads(text))
    assert again == value
    assert type(again) is type(value)


def test_equal_sets_are_written_alike():
    words = [f"word {number}" for number in range(50)]
    texts = {json.dumps(plain.plain(set(some))) for some in (words, words[::-1])}
    assert len(texts) == 1


def test_what_cannot_be_written_down_is_named():
    class Own:
        pass

    config = Config()
    config.Engine.environment = {"A": Own()}
    with pytest.raises(steps.StepError, match=r"c\.Engine\.environment = .*no plain"):
        steps.chosen(Engine, config)
    config.Engine.environment = {"A": Own}
    with pytest.raises(steps.StepError, match=r"c\.Engine\.environment.*of its own"):
        steps.chosen(Engine, config)


@pytest.mark.parametrize("given", [Plugin, f"{__name__}.Plugin"])
def test_a_plugin_for_late_work_is_a_class_or_its_name(given):
    """It stays with the writer; what workers are told holds no word of it."""
    config = Config()
    config.AssignLatePenalties.plugin_class = given
    config.Plugin.points = 2.5
    for step in (AssignLatePenalties, LatePenalties):
        assert over_the_wire([step], config)[0].__class__ is step
        converter = CourseAutograde(config=config)
        converter.autograde_preprocessors = [step]
        found = late_step(converter).plugin_inst.inner
        assert isinstance(found, Plugin)
        assert found.points == 2.5


def test_a_plugin_that_cannot_be_had_is_named():
    config = Config()
    config.AssignLatePenalties.plugin_class = "no_such_module.Plugin"
    converter = CourseAutograde(config=config)
    converter.autograde_preprocessors = [LatePenalties]
    with pytest.raises(steps.StepError, match=r"plugin_class.*no_such_module"):
        late_step(converter)


@pytest.mark.parametrize("gives", [1 / 3, "2", None, math.nan, "much", ValueError])
def test_a_plugin_that_fails_costs_nobody_anything(gives):
    class Odd(BasePlugin):
        def late_submission_penalty(self, student_id, score, total_seconds_late):
            if isinstance(gives, type):
                raise gives("no")
            return gives

    guarded = Guarded(inner=Odd())
    found = guarded.late_submission_penalty("ann", 5.0, 1.0)
    right = {1 / 3: 1 / 3, "2": 2.0}.get(gives)
    assert found == right
    fails = gives not in (1 / 3, "2", None)
    assert list(guarded.problems) == (["ann"] if fails else [])


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
