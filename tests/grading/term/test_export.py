"""Exported files parse, hold what the gradebook holds, and start no formula."""

import csv
import math
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from course_lib import __main__ as command_line
from course_lib.commands.export import FORMATS, PER_GRADE, guarded, unguarded
from course_lib.grading.course import CONFIG, programs_on_path

HOSTILE = [
    *("Comma, Carla", 'Quote "Q"', "two\nlines", "two\r\nlines", "=1+1", "+1+1"),
    *("-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''=1", "'tis", "＝1", ""),
    *("李 明", "🦜", "-5", "+49", "'-5", " lead", "trail ", "a;b|c", None),
]
# nbgrader 0.9.6 flushes objects that SQLAlchemy 2.1 would rather see added first
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::sqlalchemy.exc.SAWarning"
)


def filled(path: Path, names: list) -> Gradebook:
    """Return a gradebook: three assignments, a learner a name, some work missing."""
    with programs_on_path():
        book = Gradebook(f"sqlite:///{path}", "unrolled")
    for a in ("a, 1", "a2", "empty"):
        book.add_assignment(a, duedate=datetime(2024, 5, 1) if a == "a2" else None)
    for a in ("a, 1", "a2"):
        for n in ("n1", "n2"):
            book.add_notebook(n, a)
            book.add_grade_cell("code", n, a, max_score=4, cell_type="code")
            book.add_grade_cell("text", n, a, max_score=2.5, cell_type="markdown")
            book.add_task_cell("task", n, a, max_score=1, cell_type="markdown")
    for i, name in enumerate(names):
        more = {"email": name, "lms_user_id": f"{i}" if i % 2 else None}
        book.add_student(f"s{i}", first_name=name, last_name=name, **more)
        for a in ("a, 1", "a2")[: i % 3]:
            hand_in(book, a, f"s{i}", i)
    book.db.commit()
    return book


def hand_in(book: Gradebook, assignment: str, student: str, i: int) -> None:
    """Add a submission with automatic, manual and extra points and a penalty."""
    work = book.add_submission(assignment, student, timestamp=datetime(2024, 5, 2, 3))
    for notebook in work.notebooks:
        notebook.late_submission_penalty = (None, 0.5, 99.0)[i // 3 % 3]
        for j, grade in enumerate(notebook.grades):
            grade.auto_score = (None, 0.0, 1.25, 4.0)[(i + j) % 4]
            grade.manual_score = (None, None, 0.75)[(i + j) % 3]
            grade.extra_credit = (None, 1.0, -2.0)[(i + 2 * j) % 3]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    book = filled(tmp_path_factory.mktemp("hostile") / "gradebook.db", HOSTILE)
    yield book
    book.close()


def exported(book: Gradebook, form: str, to: Path, **options) -> list[list[str]]:
    FORMATS[form](to=str(to), **options).export(book)
    with to.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def expected(book: Gradebook) -> dict[tuple[str, str], tuple[float, float] | None]:
    """Return raw score and penalty of each pair, from nbgrader's own properties."""
    found = {(s.id, a.name): None for s in book.students for a in book.assignments}
    for assignment in book.assignments:
        for work in assignment.submissions:
            marks = work.score, work.late_submission_penalty
            found[work.student.id, assignment.name] = marks
    return found


def test_every_cell_is_the_databases(hostile, tmp_path):
    header, *rows = exported(hostile, "csv", tmp_path / "grades.csv")
    assert tuple(header) == PER_GRADE
    people = {student.id: student for student in hostile.students}
    works = {work.name: work for work in hostile.assignments}
    marks = expected(hostile)
    assert len(rows) == len(marks) == 3 * len(HOSTILE)
    for cells in rows:
        row = dict(zip(header, map(unguarded, cells), strict=True))
        who, work = people[row["student_id"]], works[row["assignment"]]
        for column in ("last_name", "first_name", "email"):
            assert row[column] == (getattr(who, column) or "")
        raw, penalty = marks.pop((who.id, work.name)) or (0.0, 0.0)
        assert math.isclose(float(row["raw_score"]), raw)
        assert float(row["late_submission_penalty"]) == penalty
        assert math.isclose(float(row["score"]), max(0.0, raw - penalty))
        assert float(row["max_score"]) == work.max_score
        assert row["duedate"] == ("2024-05-01 00:00:00" if work.duedate else "")
    assert not marks


def test_the_marks_under_test_cover_every_rule(hostile):
    marks = [pair for pair in expected(hostile).values() if pair]
    assert len(marks) < len(expected(hostile))  # something is missing
    assert {penalty for _, penalty in marks} == {0.0, 1.0, 198.0}
    assert any(raw < penalty for raw, penalty in marks)


def test_the_file_is_rfc_4180(hostile, tmp_path):
    exported(hostile, "csv", tmp_path / "grades.csv")
    data = (tmp_path / "grades.csv").read_bytes()
    assert data.startswith(b"assignment,duedate,")
    assert data.endswith(b"\r\n")
    assert b'"Quote ""Q"""' in data
    outside = b"".join(data.split(b'"')[::2])  # what stands between quotes is text
    assert outside.count(b"\n") == outside.count(b"\r\n") == 3 * len(HOSTILE) + 1


@pytest.mark.parametrize("form", FORMATS)
def test_no_cell_starts_a_formula(hostile, tmp_path, form):
    for row in exported(hostile, form, tmp_path / "file.csv"):
        for cell in row:
            if cell.startswith(tuple("=+-@\t\r\n＝＋－＠")):
                float(cell)


@pytest.mark.parametrize("text", [name for name in HOSTILE if name is not None])
def test_the_guard_can_be_undone(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        *((-5, "-5"), (-0.5, "-0.5"), ("-5", "-5"), ("+1e-05", "+1e-05"), (None, "")),
        *(("-5+1", "'-5+1"), ("=1", "'=1"), ("'=1", "''=1"), ("'tis", "'tis")),
        *(("-", "'-"), ("-5\n", "'-5\n"), ("-inf", "'-inf")),
    ],
)
def test_numbers_stay_and_formulas_are_defused(value, cell):
    assert guarded(value) == cell


def test_a_harmless_gradebook_exports_as_nbgrader_does(tmp_path):
    book = filled(tmp_path / "gradebook.db", ["Ann", "Bob", "李明", "Éva", None] * 3)
    ours = exported(book, "csv", tmp_path / "ours.csv")
    theirs = tmp_path / "theirs.csv"
    # nbgrader quotes nothing: its own file would not parse with "a, 1" in it
    for chosen in (["a2"], ["a2", "empty"]):
        CsvExportPlugin(to=str(theirs), assignment=chosen).export(book)
        mine = [ours[0], *(row for row in ours if row[0] in chosen)]
        with theirs.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        assert header == mine[0]
        assert sorted(rows) == sorted(mine[1:])
    book.close()


def test_canvas_has_points_possible_and_a_column_an_assignment(hostile, tmp_path):
    header, points, *rows = exported(hostile, "canvas", tmp_path / "canvas.csv")
    names = [work.name for work in hostile.assignments]
    first = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert header == first + names
    assert names == ["a, 1", "empty", "a2"]  # by due date
    assert points == ["    Points Possible", "", "", "", "", "15.0", "0.0", "15.0"]
    people = {student.id: student for student in hostile.students}
    check_scores(hostile, names, {row[3]: row[5:] for row in rows})
    for name, ident, user, login, section, *_ in rows:
        who = people[login]
        both = [part for part in (who.last_name, who.first_name) if part]
        assert unguarded(name) == (", ".join(both) or login)
        assert (ident, user, section) == (who.lms_user_id or "", "", "")


def test_moodle_has_a_grade_column_an_assignment(hostile, tmp_path):
    header, *rows = exported(hostile, "moodle", tmp_path / "moodle.csv")
    names = [work.name for work in hostile.assignments]
    first = ["Identifier", "Full name", "Email address"]
    assert header == first + [f"Grade: {name}" for name in names]
    known = {s.lms_user_id or s.id: s for s in hostile.students}
    check_scores(hostile, names, {known[row[0]].id: row[3:] for row in rows})
    for ident, name, email, *_ in rows:
        who = known[ident]
        both = [part for part in (who.first_name, who.last_name) if part]
        assert unguarded(name) == (" ".join(both) or who.id)
        assert unguarded(email) == (who.email or "")


def check_scores(book: Gradebook, names: list, rows: dict[str, list[str]]) -> None:
    """Blank where nothing was handed in, else the score after the penalty."""
    marks = expected(book)
    assert len(rows) == len(book.students)
    for student, cells in rows.items():
        for name, cell in zip(names, cells, strict=True):
            if marks[student, name] is None:
                assert cell == ""
            else:
                raw, penalty = marks[student, name]
                assert math.isclose(float(cell), max(0.0, raw - penalty))


def test_students_and_assignments_can_be_chosen(hostile, tmp_path):
    chosen = {"student": ["s4"], "assignment": ["a2"]}
    rows = exported(hostile, "csv", tmp_path / "one.csv", **chosen)
    assert [(row[0], row[3]) for row in rows[1:]] == [("a2", "s4")]


def test_both_commands_write_the_same_file(hostile, tmp_path, capsys):
    url = str(hostile.engine.url)
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    arguments = ["--format", "canvas", "--to", str(ours), "--gradebook", url]
    assert command_line.main(["export", *arguments]) == 0
    assert str(ours) in capsys.readouterr().out
    command = [sys.executable, "-m", "nbgrader", "export", "--to", str(theirs)]
    command += ["--exporter", "course_lib.commands.export.CanvasExport", "--db", url]
    with programs_on_path():
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8"
        )
    assert done.returncode == 0, done.stderr
    assert ours.read_bytes() == theirs.read_bytes()


def test_a_missing_gradebook_is_refused_and_not_made(tmp_path, capsys):
    path = tmp_path / "none.db"
    assert command_line.main(["export", "--gradebook", f"sqlite:///{path}"]) == 2
    assert f"{path} does not exist" in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.parametrize("form", FORMATS)
def test_for_excel_a_file_begins_with_a_byte_order_mark(hostile, tmp_path, form):
    plain = exported(hostile, form, tmp_path / "plain.csv")
    FORMATS[form](to=str(tmp_path / "marked.csv"), excel=True).export(hostile)
    data = (tmp_path / "marked.csv").read_bytes()
    assert data == b"\xef\xbb\xbf" + (tmp_path / "plain.csv").read_bytes()
    with (tmp_path / "marked.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, strict=True)) == plain


def configured(root: Path, url: str) -> Path:
    """Make a course whose gradebook is elsewhere."""
    shutil.copy(CONFIG, root / CONFIG.name)
    with (root / CONFIG.name).open("a", encoding="utf-8") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    return root


def test_the_gradebook_is_the_courses(hostile, tmp_path, capsys):
    root = configured(tmp_path, str(hostile.engine.url))
    to = ["--to", str(tmp_path / "grades.csv")]
    assert command_line.main(["export", "--course", str(root), *to]) == 0
    assert str(tmp_path / "grades.csv") in capsys.readouterr().out
    rows = exported(hostile, "csv", tmp_path / "direct.csv")
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == rows
    assert command_line.main(["export", "--course", str(tmp_path / "none")]) == 2
    assert "nbgrader_config.py is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        # a driver that is not among ours
        ("mysql+pymysql://me:secret@localhost/grades", "driver pymysql"),
        ("postgresql+psycopg://me:secret@localhost:1/grades", "cannot be used"),
    ],
)
def test_a_gradebook_that_cannot_be_used_is_said(tmp_path, capsys, url, said):
    root = configured(tmp_path, url)
    for command in (["export"], ["grade", "0_tiny"], ["feedback", "0_tiny"]):
        if command[0] == "grade" and "localhost:1" in url:
            continue  # it waits, as for one that is being started
        assert command_line.main([*command, "--course", str(root)]) == 2
        error = capsys.readouterr().err
        assert said in error or "nothing is graded" in error
        assert "secret" not in error
