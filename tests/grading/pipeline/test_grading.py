"""Every submission ends with a grade and a reason; no page leaks a hidden test."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import nbgrader.apps.api
import pytest
from grading import engine_kit as kit
from grading.faults import CASES, solved
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from places import TINY
from traitlets.config import Config

from course_lib import __main__ as command_line
from course_lib.authoring import build
from course_lib.commands import check as checking
from course_lib.commands import demo as demonstration
from course_lib.grading.course import Course, programs_on_path
from course_lib.grading.feedback.secrets import WITHHELD, redacted, secret_lines
from course_lib.grading.notebook.outputs import MAX_CHARACTERS, plain
from course_lib.grading.pipeline.score import judged
from course_lib.grading.settings import configure
from course_lib.results import scores

NAME = "0_tiny"
CANARIES = ("CANARY_in_the_hidden_region", "CANARY_in_the_bank")
SECRETS = (*CANARIES, "right = double(21)", "Because 3 x")
# jupyter and nbgrader open sockets and files that they leave to the collector
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """The tiny exercise, built by the builder: its instructor notebook."""
    root = tmp_path_factory.mktemp("tiny_source")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    return build.write_source(root / "solutions" / f"{NAME}.py")


def new_course(root: Path, source: Path) -> tuple[Course, dict]:
    """Return a course with the exercise generated, and the release."""
    settings = Config()
    settings.CourseAutograde.max_notebook_bytes = 2_000_000
    settings.RunNotebook.timeout = 6
    settings.RunNotebook.notebook_timeout = 40
    course = Course(root, settings)
    course.add_exercise(source)
    course.generate(NAME)
    release = root / "exercises" / NAME / f"{NAME}.ipynb"
    return course, json.loads(release.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def graded(tmp_path_factory, source) -> Course:
    """All faulty submissions, graded and fed back in one run."""
    root = tmp_path_factory.mktemp("class")
    course, release = new_course(root / "course", source)
    for name, case in CASES.items():
        case.make(course.submission(name, NAME), release)
    course.autograde(NAME)
    course.feedback(NAME)
    return course


@pytest.mark.parametrize("name", CASES)
def test_every_submission_gets_its_grade_and_its_reason(graded, name):
    case = CASES[name]
    grades = {grade.task: grade for grade in graded.grades(name, NAME)}
    assert set(grades) == {"test_double", "test_triple", "why"}
    assert (grades["test_double"].score, grades["test_triple"].score) == case.scores
    page = graded.page(name, NAME).read_text(encoding="utf-8")
    assert case.reason in page
    if case.reason and not case.reason.startswith(("stopped", "ended")):
        assert case.reason in " ".join(graded.comments(name, NAME).values())


def test_only_a_written_answer_waits_for_a_person(graded):
    for name in CASES:
        for grade in graded.grades(name, NAME):
            written = grade.task == "why" and name == "active_outputs"
            assert grade.needs_manual_grade == written, (name, grade)
            assert (grade.score is None) == written, (name, grade)


def test_nothing_secret_reaches_a_learner(graded):
    pages = [path for path in graded.root.glob("exercises/**/*") if path.is_file()]
    pages += [path for path in graded.root.glob("feedback/**/*") if path.is_file()]
    # a page and its results.json for each, and the release
    assert len(pages) == 2 * len(CASES) + 1 + sum(
        path.name == "timestamp.txt" for path in pages
    )
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for secret in SECRETS:
            assert secret not in text, f"{path} shows {secret!r}"
    source = graded.root / "solutions" / NAME / f"{NAME}.ipynb"
    assert all(canary in source.read_text(encoding="utf-8") for canary in CANARIES)


def test_an_output_that_quotes_the_tests_is_withheld(graded):
    page = graded.page("prints_the_tests", NAME).read_text(encoding="utf-8")
    assert "this output holds part of the tests" in page
    assert "f(check.nothing)" in page  # the learner's own frame stays
    assert "Cell In[" in page
    assert "site-packages" not in page


def test_the_page_runs_and_loads_nothing(graded):
    for name in CASES:
        page = graded.page(name, NAME).read_text(encoding="utf-8")
        assert not re.search(r"<script|<svg|<iframe|<link|\x1b", page), name
        assert "alert(7)" in page or name != "active_outputs"  # shown, as text
        assert not re.search(r"<[^>]*\s(on\w+|src=\"http|href=\"http)", page), name
    autograded = graded.root / "autograded/active_outputs" / NAME / f"{NAME}.ipynb"
    kinds = {
        kind
        for cell in nbformat.read(autograded, as_version=4).cells
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
    }
    assert kinds == {"text/plain"}


def test_the_page_starts_with_the_score_of_every_task(graded):
    page = graded.page("syntax_error", NAME).read_text(encoding="utf-8")
    head = page[: page.index("<section")]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", head.split("</style>")[1]))
    assert "3 / 6" in text
    assert "0.1 Twice 0 / 2" in text
    assert "0.2 Three times 3 / 3" in text
    assert "SyntaxError" in page


def results_of(course: Course, student: str) -> dict:
    path = course.page(student, NAME).with_name("results.json")
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_results_stand_beside_the_page_as_data(graded):
    for name, case in CASES.items():
        found = results_of(graded, name)
        assert (found["assignment"], found["student"]) == (NAME, name)
        double, triple, _ = found["tasks"]
        assert (double["score"], triple["score"]) == case.scores
        assert (double["points"], triple["points"]) == (2, 3)
    right, *_ = results_of(graded, "right")["tasks"]
    assert (right["task"], right["function"]) == ("test_double", "double")
    assert (right["seed"], right["seconds"], right["failures"]) == (7, 0.5, [])


def test_the_results_are_no_part_of_a_page(graded):
    for name in CASES:
        assert "vnd.unrolled" not in graded.page(name, NAME).read_text(encoding="utf-8")
        notebook = graded.root / "autograded" / name / NAME / f"{NAME}.ipynb"
        assert "vnd.unrolled" not in notebook.read_text(encoding="utf-8")


WELL_FORMED = {
    **{"task": "t", "points": 2.0, "score": 1.0, "seed": 1, "seconds": 0.1},
    "failures": [dict.fromkeys(scores.FAILURE_FIELDS, "text")],
}


@pytest.mark.parametrize(
    "change",
    [
        *({"score": "1"}, {"extra": 1}, {"failures": [{}]}, {"task": "t" * 30_000}),
        {"failures": [{key: ["expected"] for key in scores.FAILURE_FIELDS}]},
    ],
)
def test_a_malformed_result_is_dropped(change):
    printed = new_output("stream", name="stdout", text="fine")
    outputs = [new_output("display_data", data={scores.MIME: WELL_FORMED}), printed]
    assert scores.take(outputs) == ([printed], WELL_FORMED)
    outputs[0].data[scores.MIME] = WELL_FORMED | change
    assert scores.take(outputs) == ([printed], None)


def test_two_results_are_none():
    output = new_output("display_data", data={scores.MIME: WELL_FORMED})
    assert scores.take([output, output]) == ([], None)


def test_a_result_that_quotes_the_tests_is_withheld():
    failure = dict.fromkeys(scores.FAILURE_FIELDS) | {"gap": f"x {CANARIES[0]} y"}
    found = redacted(failure, [CANARIES[0]])
    assert found["gap"] == WITHHELD
    assert found["check"] is None


def test_what_a_mistake_says_is_no_secret_and_its_code_is():
    cell = new_code_cell(
        """### BEGIN HIDDEN TESTS
check.hidden(Bank(r'''
def double(x):
    return 2 * x + zero
''', r'''
def half(x):
    \"\"\"a half

    It is divided by two.
    \"\"\"
    return x / 2 + zero
'''))
### END HIDDEN TESTS"""
    )
    cell.metadata.nbgrader = {"grade": True, "solution": False, "locked": True}
    found = secret_lines(new_notebook(cells=[cell]))
    assert sorted(found) == [
        "check.hidden(Bank(r'''",
        "def double(x):",
        "def half(x):",
        "return 2 * x + zero",
        "return x / 2 + zero",
    ]


def test_nothing_but_the_notebook_is_taken_along(graded):
    for folder in (graded.root / "autograded").glob("*/*"):
        assert [path.name for path in folder.iterdir()] == [f"{NAME}.ipynb"]


def result(text: str):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


@pytest.mark.parametrize(
    "text",
    [
        *("np.float64(2.5)", "tensor(0.)", "False", "True", "-1", "-1.0", "nan"),
        *("inf", "3.5", "1e9", "2", "'2.0'", "2.00", " 2.0", "[2.0]", "None", ""),
    ],
)
def test_a_result_that_is_no_score_counts_0(text):
    outputs = judged([result(text)], points=3.0)
    assert [out.output_type for out in outputs] == ["error"]
    assert outputs[0].ename == "NoScore"


@pytest.mark.parametrize("text", ["0.0", "2.0", "3.0", "0.1", "1e-05"])
def test_a_plain_float_in_range_stays(text):
    assert judged([result(text)], points=3.0) == [result(text)]


def test_a_second_result_or_an_error_leaves_no_score():
    assert judged([result("3.0"), result("3.0")], 3.0)[0].ename == "NoScore"
    error = new_output("error", ename="E", evalue="", traceback=[])
    assert judged([result("3.0"), error], 3.0) == [error]


def test_stderr_of_a_test_costs_nothing():
    noise = new_output("stream", name="stderr", text="UserWarning")
    said = new_output("stream", name="stdout", text="fine")
    assert judged([noise, said, result("3.0")], 3.0) == [said, result("3.0")]


def test_long_outputs_are_cut_in_the_middle():
    text = plain("a" * MAX_CHARACTERS + "b" * MAX_CHARACTERS)
    assert len(text) < 1.1 * MAX_CHARACTERS
    assert text.startswith("a")
    assert text.endswith("b")
    assert plain("10 %\r50 %\r100 %\n\x1b[31mdone\x1b[0m") == "100 %\ndone"


def test_nbgraders_own_commands_do_all_this(tmp_path, source):
    kit.backend()  # the commands read nbgrader_config.py, which names the engine
    course, release = new_course(tmp_path, source)
    for name in ("missing", "right"):
        CASES[name].make(course.submission(name, NAME), release)
    for command in (
        ("generate_assignment", NAME, "--force"),
        ("autograde", NAME),
        ("generate_feedback", NAME),
        ("export", "--to", "grades.csv"),
    ):
        done = nbgrader_command(course.root, *command)
        assert done.returncode == 0, done.stderr
    with (tmp_path / "grades.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert scores == {"missing": "0.0", "right": "5.0"}
    assert "is missing" in course.page("missing", NAME).read_text(encoding="utf-8")


def nbgrader_command(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    with programs_on_path():
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=folder,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )


def test_the_formgrader_grades_a_single_empty_submission(tmp_path, source):
    course, release = new_course(tmp_path, source)
    CASES["missing"].make(course.submission("missing", NAME), release)
    config = Config()
    configure(config)
    config.CourseDirectory.root = str(tmp_path)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    answer = api.autograde(NAME, "missing")
    assert answer["success"], answer
    assert [grade.score for grade in course.grades("missing", NAME)] == [0, 0, 0]
    assert nbgrader.apps.api.Autograde.__name__ == "CourseAutograde"


def test_a_changed_exercise_must_be_generated_again(tmp_path, source):
    course, release = new_course(tmp_path, source)
    CASES["missing"].make(course.submission("missing", NAME), release)
    path = tmp_path / "solutions" / NAME / f"{NAME}.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace("double(21) == 42", "double(1) == 2"),
        encoding="utf-8",
    )
    with pytest.raises(NbGraderException) as refused:
        course.autograde(NAME)
    assert "has changed since it was last generated" in str(refused.value)
    assert f"nbgrader generate_assignment {NAME} --force" in str(refused.value)
    assert not list((tmp_path / "autograded").glob("*/*"))


def learners_course(root: Path, source: Path, notebook: dict | None) -> Path:
    """Return a course folder as a learner has it, with a notebook to check."""
    target = root / "solutions" / NAME / f"{NAME}.ipynb"
    target.parent.mkdir(parents=True)
    shutil.copy(source, target)
    if notebook is not None:
        own = root / "exercises" / NAME / f"{NAME}.ipynb"
        own.parent.mkdir(parents=True)
        own.write_text(json.dumps(notebook), encoding="utf-8")
    return root


def test_check_prints_scores_and_messages_and_keeps_the_page(
    tmp_path, source, capsys, monkeypatch
):
    answered = solved(
        json.loads(source.read_text(encoding="utf-8")), triple="triple = 3"
    )
    root = learners_course(tmp_path, source, answered)
    monkeypatch.setattr(command_line, "ROOT", root)
    monkeypatch.setenv("UNROLLED_SEED", "")
    assert command_line.main(["check", NAME, "--seed", "11"]) == 1
    said = capsys.readouterr().out
    assert "0.1 Twice: 2 of 2" in said
    assert os.environ["UNROLLED_SEED"] == "11"
    assert "✓ example: True" in said
    assert "0.2 Three times: 0 of 3" in said
    assert "✗ TypeError: 'int' object is not callable" in said
    page = root / "_build" / "feedback" / f"{NAME}.html"
    assert str(page) in said
    assert "0.2 Three times" in page.read_text(encoding="utf-8")
    assert not (root / "gradebook.db").exists()


def test_check_returns_0_for_full_marks(tmp_path, source, capsys):
    cells = json.loads(source.read_text(encoding="utf-8"))
    notebook = solved(cells)
    # a tiny exercise whose written answer is no longer graded
    notebook["cells"] = notebook["cells"][:-1]
    shorter = tmp_path / "source" / f"{NAME}.ipynb"
    shorter.parent.mkdir()
    shorter.write_text(
        json.dumps({**cells, "cells": cells["cells"][:-1]}), encoding="utf-8"
    )
    root = learners_course(tmp_path / "course", shorter, notebook)
    assert checking.check(root, NAME) == 0
    assert "5 of 5 points" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "0_tinny"], "there is no exercise '0_tinny'; there are 0_tiny"),
        (["check", NAME], "does not exist; give another with --notebook"),
    ],
)
def test_check_refuses_what_is_not_there(
    tmp_path, source, capsys, monkeypatch, arguments, message
):
    monkeypatch.setattr(command_line, "ROOT", learners_course(tmp_path, source, None))
    assert command_line.main(arguments) == 2
    assert message in capsys.readouterr().err


def test_check_in_a_bundle_without_tests_says_what_it_can_do(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(command_line, "ROOT", tmp_path)
    assert command_line.main(["check", NAME]) == 2
    assert "carries no tests to grade with" in capsys.readouterr().err


def test_without_a_command_the_commands_are_listed(capsys):
    assert command_line.main([]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("build", "check", "demo", "serve"))


MISTAKES = """
import math


def _half(x):
    return math.floor(x) / 2


def calls_the_answer(x):
    '''one too many

    Under the name of the task it would call itself.
    '''
    return double(x) + 1


def halved(x):
    '''a half

    Twice is not half.
    '''
    return _half(x)


def squared(x):
    '''a square

    Twice is not squared.
    '''
    return x**2
"""


def test_the_demonstration_class_is_graded_once(tmp_path, source, capsys):
    root = learners_course(tmp_path, source, None)
    mistakes = root / "solutions" / "mistakes" / NAME
    mistakes.mkdir(parents=True)
    (mistakes / "double.py").write_text(MISTAKES, encoding="utf-8")
    course = demonstration.demo(root)
    said = capsys.readouterr().out
    assert re.search(r" right +unfinished +wrong\n", said)
    # a wrong `double` costs `triple`, too, which calls it
    assert re.search(rf"{NAME} +5 of 6 +0 of 6 +0\.5 of 6\n", said)
    pages = {student: course.page(student, NAME) for student in demonstration.STUDENTS}
    assert all(page.exists() for page in pages.values())
    assert (course.root / "grades.csv").exists()
    made = pages["right"].stat().st_mtime_ns
    demonstration.demo(root)
    assert pages["right"].stat().st_mtime_ns == made
    assert "5 of 6" in capsys.readouterr().out
