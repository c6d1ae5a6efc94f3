"""The journal loses nothing that it said is saved, whatever becomes of its file."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading.batch.class_kit import IGNORED, NAME, contents, fresh
from places import ROOT

from course_lib.grading.batch import journal as module
from course_lib.grading.batch.grade import GradeError, grade
from course_lib.grading.batch.journal import (
    Journal,
    JournalBusy,
    JournalError,
    Mark,
)

MARK = Mark("state", "scores")
LARGE = os.urandom(20_000)
SAVER = """
import os, sys
from pathlib import Path
from course_lib.grading.batch.journal import Journal
with Journal(Path(sys.argv[1]), "a").hold() as journal:
    for number in range(10_000):
        journal.save(str(number), "key", str(number).encode() * 5000)
        print(number, flush=True)
"""
pytestmark = [IGNORED, pytest.mark.usefixtures("workers")]


@pytest.fixture
def journal(tmp_path) -> Iterator[Journal]:
    with Journal(tmp_path, "a").hold() as journal:
        yield journal


def test_a_result_is_read_under_its_own_key_only(journal, tmp_path):
    journal.save("ann", "key", LARGE)
    assert journal.load("ann", "key") == LARGE
    assert journal.load("ann", "other") is None
    assert journal.load("bob", "key") is None


def test_all_is_there_when_the_file_is_opened_again(tmp_path):
    odd = os.fsdecode(b"odd\xff name")  # of a folder, and no text
    with Journal(tmp_path, "a").hold() as journal:
        journal.save(odd, "key", LARGE)
        journal.mark({odd: MARK})
    with Journal(tmp_path, "b").hold() as other:
        assert other.load(odd, "key") is None
    with Journal(tmp_path, "a").hold() as journal:
        assert journal.load(odd, "key") == LARGE
        assert journal.read_marks() == {odd: MARK}


def test_a_new_result_does_not_stand_in_the_gradebook(journal):
    for who in ("ann", "bob"):
        journal.save(who, "key", b"1")
    journal.mark({"ann": MARK, "bob": MARK})
    journal.save("ann", "key", b"2")
    assert journal.load("ann", "key") == b"2"
    assert journal.read_marks() == {"bob": MARK}


def test_threads_may_save_at_the_same_time(journal):
    def save(part: int) -> None:
        for number in range(part, 100, 4):
            journal.save(str(number), "key", LARGE[number:])

    threads = [threading.Thread(target=save, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(100):
        assert journal.load(str(number), "key") == LARGE[number:]


@pytest.mark.parametrize("number", [1, 20, 150])
def test_what_was_said_to_be_saved_outlives_a_kill(tmp_path, number):
    process = subprocess.Popen(
        [sys.executable, "-c", SAVER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    said = [int(next(process.stdout)) for _ in range(number)]
    process.send_signal(signal.SIGKILL)
    said += [int(line) for line in process.stdout]
    process.wait()
    process.stdout.close()
    with Journal(tmp_path, "a").hold() as journal:
        for one in said:
            assert journal.load(str(one), "key") == str(one).encode() * 5000


def test_every_commit_is_forced_to_the_disk(journal):
    connection = sqlite3.connect(journal.path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    ours = journal._connection.execute("PRAGMA synchronous").fetchone()
    assert ours == (2,)  # FULL


def test_without_shared_memory_there_is_a_rollback_journal(tmp_path, monkeypatch):
    """SQLite's dotfile locks are made for file systems that can do little."""
    connect = sqlite3.connect

    def poor(path: Path, **how) -> sqlite3.Connection:
        return connect(f"{path.as_uri()}?vfs=unix-dotfile", uri=True, **how)

    monkeypatch.setattr(module.sqlite3, "connect", poor)
    with Journal(tmp_path, "a").hold() as journal:
        mode = journal._connection.execute("PRAGMA journal_mode").fetchone()
        assert mode == ("delete",)
        journal.save("ann", "key", LARGE)
        journal.mark({"ann": MARK})
    monkeypatch.undo()
    with Journal(tmp_path, "a").hold() as journal:  # and WAL from here on
        assert journal.load("ann", "key") == LARGE
        assert journal.read_marks() == {"ann": MARK}


def test_there_is_one_writer_of_a_course(journal, tmp_path):
    with pytest.raises(JournalBusy, match="another `grade`"):
        Journal(tmp_path, "b").hold().__enter__()


def damage_first_page(path: Path) -> None:
    path.write_bytes(b"no database " * 1000)


def damage_table(path: Path) -> None:
    """Overwrite all pages but the first, which names the tables."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\x07" * (size - 4096))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [damage_first_page, damage_table, cut])
def test_a_damaged_file_is_set_aside(tmp_path, capsys, damage):
    with Journal(tmp_path, "a").hold() as journal:
        for who in ("ann", "bob"):
            journal.save(who, "key", LARGE)
        journal.mark({"ann": MARK})
    for number in (1, 2):
        damage(journal.path)
        with journal.hold():
            assert journal.read_marks() == {}
            assert journal.load("bob", "key") in (None, LARGE)
            journal.save("ann", "key", LARGE)
            journal.mark({"ann": MARK})
            assert journal.load("ann", "key") == LARGE
            assert journal.read_marks() == {"ann": MARK}
        said = capsys.readouterr().err
        assert f"{journal.path} is damaged (" in said
        assert f"It is now a.sqlite.damaged-{number}, and its submissions" in said
        assert Path(f"{journal.path}.damaged-{number}").exists()


@pytest.mark.parametrize("damage", [damage_first_page, damage_table])
def test_a_class_with_a_damaged_journal_is_graded_again(undisturbed, tmp_path, damage):
    root = fresh(undisturbed[0], tmp_path / "course")
    damage(Journal(root / "autograded", NAME).path)
    summary = grade(root, NAME)
    assert (summary.executed, summary.up_to_date) == (6, 0)
    assert contents(root) == undisturbed[1]
    assert grade(root, NAME).up_to_date == 6


def test_a_full_disk_has_a_sentence_and_loses_nothing(journal):
    """A limit on the size of files is refused as a full disk is."""
    journal.save("ann", "key", LARGE)
    journal.mark({"ann": MARK})
    numbers = iter(range(100))

    def fill() -> None:
        for number in numbers:
            journal.save(str(number), "key", LARGE)

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        with pytest.raises(JournalError, match=r"cannot be used: .*What it holds is"):
            fill()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert journal.load("ann", "key") == LARGE
    failed = str(next(numbers) - 1)
    assert journal.load(failed, "key") is None
    journal.save(failed, "key", LARGE)
    assert journal.load(failed, "key") == LARGE
    assert journal.read_marks() == {"ann": MARK}


def test_a_full_disk_stops_grade_with_a_sentence(
    prepared, undisturbed, tmp_path, monkeypatch
):
    root = fresh(prepared, tmp_path / "course")
    room = [2]  # results
    run = Journal.save

    def save(self, student, key, data):
        if not room[0]:
            self._connection.execute("PRAGMA max_page_count = 1")  # all that it has
        room[0] -= 1
        run(self, student, key, data)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "save", save)
        with pytest.raises(GradeError, match="database or disk is full"):
            grade(root, NAME)
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal + summary.up_to_date) == (4, 2)
    assert contents(root) == undisturbed[1]


def test_what_cannot_be_locked_or_made_has_a_sentence(tmp_path):
    (tmp_path / ".journal").write_text("in the way", encoding="utf-8")
    with pytest.raises(JournalError, match="cannot be locked"):
        Journal(tmp_path, "a").hold().__enter__()
    (tmp_path / ".journal").unlink()
    (tmp_path / ".journal" / "a.sqlite").mkdir(parents=True)
    with pytest.raises(JournalError, match="unable to open database file"):
        Journal(tmp_path, "a").hold().__enter__()


def test_a_journal_of_files_is_named_once(tmp_path, capsys):
    (tmp_path / ".journal" / "a").mkdir(parents=True)
    for _ in range(2):
        with Journal(tmp_path, "a").hold():
            pass
    said = capsys.readouterr().err
    assert said.count("is of an older version and is not read") == 1
