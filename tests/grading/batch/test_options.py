"""Time stamps, penalties and nbgrader's options do what they do in nbgrader."""

from datetime import datetime
from pathlib import Path

import pytest
from grading.batch.class_kit import IGNORED, NAME, contents, fresh, nbgrader_again

from course_lib.grading.batch.grade import GradeError, grade
from course_lib.grading.course import Course

pytestmark = [IGNORED, pytest.mark.usefixtures("workers")]


def test_time_stamps_are_read_in_any_form_or_named(prepared, undisturbed, tmp_path):
    root = fresh(prepared, tmp_path / "course")
    late, none = (root / "submitted" / f"learner, {n}" / NAME for n in (1, 3))
    (late / "timestamp.txt").write_bytes("2024-05-02 00:00 UTC\r\n".encode("utf-16"))
    (none / "timestamp.txt").write_text("11/12/2024 23:59", encoding="utf-8")
    summary = grade(root, NAME, workers=2)
    assert summary.executed == 6
    assert list(summary.undated) == ["learner, 3"]
    said = "The time of handing in is not known: timestamp.txt (11/12/2024) may name"
    assert f"  learner, 3: {said} several days." in str(summary)
    course = Course(root)
    assert said in " ".join(course.comments("learner, 3", NAME).values())
    with course.gradebook() as gradebook:
        found = {n: gradebook.find_submission(NAME, f"learner, {n}") for n in (1, 3)}
        assert found[1].timestamp == datetime(2024, 5, 2)
        assert found[1].late_submission_penalty == found[1].score == 5
        assert found[3].timestamp is None
        assert found[3].late_submission_penalty == 0
    again = grade(root, NAME)
    assert again.up_to_date == 6
    assert said in str(again)


def penalties(root: Path) -> dict[str, float]:
    """Return the penalty of each learner, 0 for none."""
    with Course(root).gradebook() as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {one.student.id: one.late_submission_penalty for one in found}


def test_penalties_follow_what_they_depend_on(undisturbed, tmp_path):
    """No notebook runs again for them, and both ways of grading leave the same."""
    root = fresh(undisturbed[0], tmp_path / "course")
    names = [f"learner, {number}" for number in range(6)]
    late = names[::2]
    assert penalties(root) == dict.fromkeys(names, 0) | dict.fromkeys(late, 3.5)
    with Course(root).gradebook() as gradebook:
        gradebook.find_grade("why", NAME, NAME, late[0]).manual_score = 1.0
        gradebook.grant_extension(NAME, late[1], hours=48)
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal, summary.up_to_date) == (0, 0, 6)
    assert summary.penalties == {late[0]: 4.5, late[1]: 0}
    assert f"  {late[0]}: 4.5" in str(summary)
    with Course(root).gradebook() as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2024, 5, 3))
    by_nbgrader = fresh(root, tmp_path / "nbgrader")
    assert grade(root, NAME).penalties == {late[0]: 0, late[2]: 0}
    assert penalties(root) == dict.fromkeys(names, 0)
    assert grade(root, NAME).penalties == {}
    nbgrader_again(by_nbgrader)
    assert penalties(by_nbgrader) == dict.fromkeys(names, 0)


def test_a_plugin_that_fails_for_one_costs_no_other(undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    (root / "a_failing_plugin.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\n\nclass Fails(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, seconds):\n"
        "        return 1 / ('0' not in student_id)\n",
        encoding="utf-8",
    )
    config = root / "nbgrader_config.py"
    line = 'c.AssignLatePenalties.plugin_class = "a_failing_plugin.Fails"'
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}\n{line}\n", encoding="utf-8")
    summary = grade(root, NAME)
    assert (summary.executed, summary.up_to_date) == (0, 6)
    assert summary.penalties == {"learner, 0": 0, "learner, 2": 1, "learner, 4": 1}
    assert list(summary.no_penalty) == ["learner, 0"]
    assert "learner, 0: no late penalty: Fails failed (ZeroDivision" in str(summary)
    assert not summary.clean


@pytest.mark.parametrize(
    "line", ["pre_convert_hook = print", "post_convert_hook = len"]
)
def test_an_option_that_grade_cannot_follow_is_named(prepared, tmp_path, line):
    root = fresh(prepared, tmp_path / "course")
    config = root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}\nc.Autograde.{line}\n", encoding="utf-8")
    with pytest.raises(GradeError, match=f"c.Autograde.{line.split()[0]}"):
        grade(root, NAME)


def test_without_leave_to_create_learners_they_are_named(undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    config = root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    line = "c.Autograde.create_student = False"
    config.write_text(f"{text}\n{line}\n", encoding="utf-8")
    Course(root).submission("stranger", NAME)
    summary = grade(root, NAME)
    assert summary.up_to_date == 6
    assert "not in the gradebook" in summary.left_out["stranger"]
    assert contents(root) == undisturbed[1]
