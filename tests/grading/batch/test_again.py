"""A class is graded the same in every way, and again only what has changed."""

import shutil

import pytest
from grading.batch.class_kit import (
    IGNORED,
    NAME,
    answer,
    contents,
    fresh,
    grade_again,
    nbgrader_again,
    nbgrader_course,
)

from course_lib import __main__ as command_line
from course_lib.grading.batch.grade import grade
from course_lib.grading.course import Course

pytestmark = [IGNORED, pytest.mark.usefixtures("workers")]


def test_one_worker_and_nbgrader_itself_give_the_same(prepared, undisturbed, tmp_path):
    one = fresh(prepared, tmp_path / "one")
    grade(one, NAME, workers=1)
    assert contents(one) == undisturbed[1]
    plain = fresh(prepared, tmp_path / "plain")
    nbgrader_course(plain).autograde(NAME)
    assert contents(plain) == undisturbed[1]


def test_only_what_changed_is_graded_again(prepared, undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    release = (root / "exercises" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    answer(root / "submitted" / "learner, 0" / NAME, release, "2 * x", "0")
    summary = grade(root, NAME)
    assert (summary.executed, summary.up_to_date) == (1, 5)
    before, after = undisturbed[1][0]["grade"], contents(root)[0]["grade"]
    changed = [row for row in after if row not in before]
    assert changed
    assert all("learner, 0" in str(row) for row in changed)
    (root / "gradebook.db").unlink()
    Course(root).generate(NAME)
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal) == (0, 6)
    assert contents(root)[0]["grade"] == after


def test_manual_grades_outlive_another_grading(prepared, undisturbed, tmp_path):
    """What a person entered stays, and both ways leave the same."""
    found = []
    for name, again in (("ours", grade_again), ("nbgrader", nbgrader_again)):
        root = fresh(undisturbed[0], tmp_path / name)
        with Course(root).gradebook() as gradebook:
            for student in ("learner, 0", "learner, 1"):
                score = gradebook.find_grade("why", NAME, NAME, student)
                score.manual_score, score.extra_credit = 0.5, 1.0
                comment = gradebook.find_comment("triple", NAME, NAME, student)
                comment.manual_comment = "Well done."
            gradebook.grant_extension(NAME, "learner, 0", hours=48)
            gradebook.db.commit()
        again(root)
        found.append(contents(root))
    assert found[0] == found[1]
    assert found[0] != undisturbed[1]
    assert "Well done." in str(found[0])


def test_a_gradebook_put_back_is_brought_up_to_date(undisturbed, tmp_path):
    """The journal's word that something was written is held against the gradebook."""
    root = fresh(undisturbed[0], tmp_path / "course")
    with Course(root).gradebook() as gradebook:
        gradebook.find_grade("test_double", NAME, NAME, "learner, 1").auto_score = 0.0
        gradebook.db.commit()
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal, summary.up_to_date) == (0, 1, 5)
    assert contents(root) == undisturbed[1]


def test_what_lies_beside_the_exercise_is_part_of_what_is_written(
    undisturbed, tmp_path
):
    root = fresh(undisturbed[0], tmp_path / "course")
    (root / "solutions" / NAME / "data.txt").write_text("other", encoding="utf-8")
    secret = root / "submitted" / "learner, 1" / NAME / "submission_secret.txt"
    assert grade(root, NAME).from_journal == 6
    secret.write_text("abc", encoding="ascii")
    assert grade(root, NAME).from_journal == 1
    folder = root / "autograded" / "learner, 1" / NAME
    assert (folder / secret.name).read_text(encoding="ascii") == "abc"
    assert (folder / "data.txt").read_text(encoding="utf-8") == "other"
    assert grade(root, NAME).up_to_date == 6


def test_some_can_be_graded_again_and_only_some(undisturbed, tmp_path, capsys):
    root = fresh(undisturbed[0], tmp_path / "course")
    one = {"students": ["learner, 1"]}
    assert grade(root, NAME, **one).up_to_date == 1
    summary = grade(root, NAME, force=True, **one)
    assert (summary.executed, summary.up_to_date) == (1, 0)
    assert contents(root) == undisturbed[1]
    assert grade(root, NAME, force=True).executed == 6
    assert contents(root) == undisturbed[1]
    words = ["grade", NAME, "--course", str(root), "--student", "learner 1"]
    assert command_line.main(words) == 2
    said = capsys.readouterr().err
    assert "submitted/ has nothing of 'learner 1'" in said
    assert "did you mean learner, 1" in said


def test_what_cannot_be_written_stops_no_other(undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    shutil.rmtree(root / "autograded" / "learner, 1")
    (root / "autograded" / "learner, 1").write_text("in the way", encoding="utf-8")
    answer(
        root / "submitted" / "learner, 2" / NAME,
        (root / "exercises" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"),
        *("2 * x", "3 * x + 0"),
    )
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal, summary.up_to_date) == (1, 0, 4)
    assert "could not be written" in summary.left_out["learner, 1"]
    (root / "autograded" / "learner, 1").unlink()
    assert grade(root, NAME).clean
