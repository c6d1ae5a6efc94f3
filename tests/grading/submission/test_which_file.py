"""Which file of a submitted folder is graded, and what is said of the others."""

import io
import os
import stat
import unicodedata
import zipfile

import pytest
from grading.handing_in import FILE, LOOP, STEP, STUB, Graded, answered, release, text

from course_lib.grading.submission.read import fetch
from course_lib.grading.submission.regular import shown

UNFINISHED = answered(loop=STUB.format("loop"))
OTHER = answered(step="def step(x):\n    return 1 + x")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "learner" / "03_rnn"
    made.mkdir(parents=True)
    return made


def put(folder, name, notebook):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = notebook if isinstance(notebook, bytes | str) else text(notebook)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def zipped(**files) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


NAMES = [
    *("03_rnn (1).ipynb", "03_rnn-Copy1.ipynb", "Copy of 03_rnn.ipynb"),
    *(
        "03_rnn - Kopie.ipynb",
        "03_rnn copy.ipynb",
        "03_rnn 2.ipynb",
        "03_rnn（1）.ipynb",
    ),
    *("03_rnn (Ana's conflicted copy 2026-11-20).ipynb", "03_rnn-LAPTOP.ipynb"),
    *(
        "03_RNN.ipynb",
        "03_rnn.IPYNB",
        "０３_rnn.ipynb",
        "meine Lösung.ipynb",
        "副本.ipynb",
    ),
    *("03_rnn.ipynb.txt", "03_rnn.json", "03_rnn.ipynb.json", "03_rnn", "03_rnn.txt"),
    *("03_rnn.ipynb.bak", "03_rnn.ipynb (1)", "03_rnn.ipynb_", "03_rnn.ipynb~"),
    *("03_rnn/03_rnn.ipynb", "a/b/c/03_rnn.ipynb", "03_rnn.ipynb/03_rnn.ipynb"),
    *(".ipynb_checkpoints/03_rnn-checkpoint.ipynb", "03_rnn-checkpoint.ipynb"),
    unicodedata.normalize("NFD", "Übung 03_rnn.ipynb"),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_only_notebook_is_graded_whatever_it_is_called(folder, name):
    put(folder, name, answered())
    found = Graded(folder)
    assert found.full, found.said
    assert f" {shown(name)} instead of 03_rnn.ipynb." in found.said


@pytest.mark.parametrize("name", NAMES)
def test_the_release_gives_way_to_a_copy_with_answers(folder, name):
    if name.startswith("03_rnn.ipynb/") or "checkpoint" in name:
        return  # the one cannot stand beside it, the other never comes instead
    put(folder, FILE, release())
    put(folder, name, answered())
    found = Graded(folder)
    assert found.full, found.said
    assert "03_rnn.ipynb holds no answer" in found.said


@pytest.mark.parametrize("name", NAMES)
def test_the_right_name_wins_over_other_answers_and_says_so(folder, name):
    if name.startswith("03_rnn.ipynb/") or "checkpoint" in name:
        return
    put(folder, FILE, answered())
    put(folder, name, OTHER)
    found = Graded(folder)
    assert found.full
    assert "lay beside 03_rnn.ipynb and was not graded" in found.said


@pytest.mark.parametrize("name", NAMES)
def test_an_untouched_or_equal_copy_is_no_matter(folder, name):
    if name.startswith("03_rnn.ipynb/"):
        return
    for copy in (release(), answered(), UNFINISHED):
        put(folder, FILE, answered())
        put(folder, name, copy)
        found = Graded(folder)
        assert found.full
        assert found.said == ""


@pytest.mark.parametrize("name", [n for n in NAMES if "checkpoint" in n])
def test_a_checkpoint_never_comes_instead_of_the_notebook(folder, name):
    put(folder, FILE, release())
    put(folder, name, answered())
    assert Graded(folder)["step"] == STUB.format("step")


LITTER = [
    *("._03_rnn.ipynb", "._03_rnn (2).ipynb", ".DS_Store", "Thumbs.db", "desktop.ini"),
    *("~$03_rnn.ipynb", ".~03_rnn.ipynb", ".~lock.03_rnn.ipynb#", ".03_rnn.ipynb.swp"),
    "__MACOSX/03_rnn/._03_rnn.ipynb",
]


@pytest.mark.parametrize("name", LITTER)
def test_what_programs_leave_for_themselves_is_no_notebook(folder, name):
    put(folder, "03_rnn (2).ipynb", answered())
    put(folder, name, b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X" + bytes(200))
    found = Graded(folder)
    assert found.full
    assert (
        found.said
        == "The notebook was called 03_rnn (2).ipynb instead of " + FILE + "."
    )
    (folder / "03_rnn (2).ipynb").unlink()
    found = Graded(folder)
    if not name.startswith("__MACOSX"):
        assert f"What lies there: {name} (left by a program)." in found.said


def test_an_empty_folder_is_said_to_be_empty(folder):
    said = "03_rnn.ipynb is missing from what was handed in. Nothing else lies there."
    assert Graded(folder).said == said


def test_of_two_renamed_notebooks_the_untouched_one_gives_way(folder):
    put(folder, "03_rnn (1).ipynb", release())
    put(folder, "03_rnn (2).ipynb", answered())
    found = Graded(folder)
    assert found.full
    assert "was called 03_rnn (2).ipynb instead of 03_rnn.ipynb" in found.said
    assert "not graded" not in found.said


def test_a_copy_with_more_answers_is_graded_if_it_has_all_of_the_others(folder):
    put(folder, FILE, UNFINISHED)
    put(folder, "03_rnn (1).ipynb", answered())
    found = Graded(folder)
    assert found.full
    assert "03_rnn.ipynb holds fewer answers; 03_rnn (1).ipynb" in found.said
    put(folder, "03_rnn (1).ipynb", OTHER)
    found = Graded(folder)
    assert found["loop"] == STUB.format("loop")
    assert "03_rnn (1).ipynb lay beside 03_rnn.ipynb and was not graded" in found.said


def test_different_answers_without_the_right_name_are_unclear(folder):
    put(folder, "03_rnn (1).ipynb", answered())
    put(folder, "03_rnn (2).ipynb", OTHER)
    put(folder, "03_rnn (3).ipynb", release())
    found = Graded(folder)
    assert not found.readable
    assert "unclear which of 03_rnn (1).ipynb, 03_rnn (2).ipynb to grade" in found.said
    put(folder, "03_rnn.IPYNB", answered())
    assert Graded(folder).full


def test_a_broken_notebook_gives_way_and_its_reason_stays(folder):
    put(folder, FILE, text(answered())[:100])
    put(folder, "03_rnn (1).ipynb", answered())
    found = Graded(folder)
    assert found.full
    assert "03_rnn.ipynb: The notebook is not JSON, or not all of it" in found.said
    assert "was called 03_rnn (1).ipynb instead" in found.said


def test_scratch_work_beside_the_notebook_is_no_matter(folder):
    put(folder, FILE, answered())
    other = {
        **release(),
        "cells": [{"cell_type": "code", "source": "1", "metadata": {}}],
    }
    put(folder, "scratch.ipynb", other)
    assert (Graded(folder).full, Graded(folder).said) == (True, "")
    (folder / FILE).unlink()
    found = Graded(folder)
    assert not found.readable
    assert "scratch.ipynb (no cell of this exercise)" in found.said


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("03_rnn.py", "# %%\ndef step(x): ...", "03_rnn.py (a Python script)"),
        ("03_rnn.html", "<html>", "03_rnn.html (a web page)"),
        ("03_rnn.ipynb.html", "<html>", "03_rnn.ipynb.html (a web page)"),
        ("03_rnn.pdf", "%PDF", "03_rnn.pdf (a PDF file)"),
        (
            "03_rnn.ipynb.crdownload",
            "{",
            "03_rnn.ipynb.crdownload (a download that did",
        ),
        ("03_rnn.ipynb.part", "{", "03_rnn.ipynb.part (a download that did not end)"),
        ("03_rnn.tar.gz", "x", "03_rnn.tar.gz (an archive that is not read)"),
        ("photo.png", "x", "What lies there: photo.png."),
        ("03_rnn", b"\x89PNG", "What lies there: 03_rnn (a picture)."),
        ("03_rnn.ipynb.txt", "<html>", "03_rnn.ipynb.txt (a web page)"),
        ("a/b.txt", "x", "What lies there: a/b.txt."),
        ("<b>\n.txt", "x", "What lies there: <b>\\n.txt."),
    ],
)
def test_without_a_notebook_the_reason_names_what_lies_there(folder, name, data, said):
    put(folder, name, data)
    found = Graded(folder)
    assert not found.readable
    assert "03_rnn.ipynb is missing from what was handed in" in found.said
    assert said in found.said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!doctype html><title>Sign in</title>", "It looks like a web page"),
        (b"\xef\xbb\xbfimport torch\n", "It looks like Python code"),
        (b"\x89PNG\r\n\x1a\n", "It looks like a picture"),
        (b"%PDF-1.7", "It looks like a PDF file"),
        (b"\x1f\x8b\x08", "It looks like an archive"),
    ],
)
def test_a_file_that_is_no_notebook_is_called_what_it_is(folder, data, said):
    put(folder, FILE, data)
    found = Graded(folder)
    assert not found.readable
    assert "not JSON" in found.said
    assert said in found.said


def test_links_are_not_followed(folder):
    put(folder.parent, "secret.ipynb", answered())
    for name in (FILE, "03_rnn (1).ipynb"):
        (folder / name).symlink_to(folder.parent / "secret.ipynb")
    (folder / "up").symlink_to("..")
    found = Graded(folder)
    assert not found.readable
    assert "03_rnn.ipynb is a symbolic link" in found.said


@pytest.mark.parametrize("name", ["03_rnn.zip", "abgabe.ZIP", FILE, "03_rnn.ipynb.zip"])
@pytest.mark.parametrize("inner", [FILE, "03_rnn/03_rnn (1).ipynb", "..\\..\\a.ipynb"])
def test_a_notebook_in_an_archive_is_graded(folder, name, inner):
    litter = {"__MACOSX/03_rnn/._03_rnn.ipynb": b"\0\5\x16\7", "a/.DS_Store": b"x"}
    put(folder, name, zipped(**{inner: text(answered()), **litter}))
    before = sorted(folder.parent.parent.rglob("*"))
    found = Graded(folder)
    assert found.full, found.said
    assert f"found as {name}/" in found.said
    assert sorted(folder.parent.parent.rglob("*")) == before


def test_the_release_gives_way_to_an_archive_in_an_archive(folder):
    put(folder, FILE, release())
    inner = zipped(**{FILE: text(answered())})
    put(folder, "all.zip", zipped(**{"x/03_rnn.zip": inner}))
    assert Graded(folder).full
    put(folder, "all.zip", zipped(**{"z.zip": zipped(**{"x/03_rnn.zip": inner})}))
    assert Graded(folder)["step"] == STUB.format("step")


def linked_entry() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        entry = zipfile.ZipInfo(FILE)
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return made.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped(**{FILE: text(answered())}))
    at = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[at + 8] |= 1
    return bytes(data)


def bomb(kind=zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive:
        archive.writestr(FILE, b'{"cells": "' + b"x" * 50_000_000 + b'"}')
    return made.getvalue()


def crowded() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(6000):
            archive.writestr(f"{number}.ipynb", "")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (linked_entry, "03_rnn.zip (an archive without a notebook, 1 files"),
        (encrypted, "03_rnn.zip (is an archive; it is encrypted)"),
        (bomb, "it has more than 20 MB when unpacked"),
        (lambda: bomb(zipfile.ZIP_BZIP2), "its kind of compression is not read"),
        (lambda: bomb(zipfile.ZIP_LZMA), "its kind of compression is not read"),
        (crowded, "it has more than 5000 entries"),
        (lambda: zipped(**{FILE: "{}"})[:60], "it cannot be opened (BadZipFile)"),
        (lambda: zipped(**{"data.csv": "1"}), "an archive without a notebook, 1 files"),
        (
            lambda: zipped(**{FILE: text(answered())}).replace(b"\x03_", b"\x03-"),
            "What lies there",
        ),
    ],
)
def test_an_archive_that_hurts_costs_a_reason_only(folder, data, said):
    put(folder, "03_rnn.zip", data())
    found = Graded(folder)
    if said != "What lies there":
        assert not found.readable
        assert said in found.said
    put(folder, FILE, answered())
    assert Graded(folder).full


def test_an_archive_that_is_not_read_is_named_beside_the_release(folder):
    put(folder, FILE, release())
    put(folder, "03_rnn.zip", encrypted())
    assert "03_rnn.zip is an archive; it is encrypted." in Graded(folder).said


def test_a_large_file_in_an_archive_keeps_no_notebook_from_being_read(folder):
    large = {"a.csv": "1" * 30_000_000, "b.json": '{"a": 1}'}
    put(folder, "03_rnn.zip", zipped(**large, **{"z/03_rnn.ipynb": text(answered())}))
    found = Graded(folder)
    assert found.full
    assert found.said.count(".") == 4  # nothing but where it was found


@pytest.mark.parametrize(
    "name", ["03_rnn.py", "03_rnn.html", "03_rnn.part", "03_rnn.x"]
)
def test_what_is_a_notebook_inside_is_graded_with_any_ending(folder, name):
    put(folder, name, answered())
    found = Graded(folder)
    assert found.full
    assert f"was called {name} instead of 03_rnn.ipynb" in found.said


def test_what_lies_beside_the_release_is_named(folder):
    put(folder, FILE, release())
    put(folder, "03_rnn.py", STEP)
    put(folder, ".DS_Store", "x")
    said = "03_rnn.ipynb holds no answer. Beside it lies: 03_rnn.py (a Python script)."
    assert Graded(folder).said == said
    put(folder, FILE, answered())
    assert Graded(folder).said == ""


def test_any_damage_to_an_archive_is_survived(folder):
    whole = zipped(**{FILE: text(answered())})
    for place in range(0, len(whole), 3):
        data = bytearray(whole)
        data[place] ^= 0xFF
        put(folder, "03_rnn.zip", bytes(data))
        Graded(folder)


def test_a_folder_full_of_notebooks_is_read_within_limits(folder):
    for number in range(40):
        put(folder, f"{number}.ipynb", text(release()) + " " * 100_000)
    put(folder, FILE, answered())
    handed = fetch(folder, "03_rnn", 200_000)
    assert sum(len(file.data) for file in handed.files) <= 400_000
    assert handed.files[0].path == FILE
    assert Graded(folder, max_bytes=200_000).full


def test_the_digest_sees_all_that_the_grade_depends_on(folder):
    digests = set()
    for name, notebook in [
        *((FILE, release()), (FILE, answered()), ("03_rnn (1).ipynb", OTHER)),
        ("03_rnn (1).ipynb", release()),
    ]:
        put(folder, name, notebook)
        digests.add(fetch(folder, "03_rnn").digest())
    put(folder, "timestamp.txt", "yesterday")
    digests.add(fetch(folder, "03_rnn").digest())
    put(folder, "timestamp.txt", "2026-11-20 23:59 UTC")
    assert fetch(folder, "03_rnn").digest() in digests
    os.rename(folder / FILE, folder / "03_rnn.IPYNB")
    digests.add(fetch(folder, "03_rnn").digest())
    assert len(digests) == 6


def test_the_whole_course_handed_in_is_found_in(folder):
    put(folder, "unrolled/exercises/03_rnn/03_rnn.ipynb", answered())
    put(folder, "unrolled/exercises/02_counts/02_counts.ipynb", '{"cells": [], "a": 1}')
    found = Graded(folder)
    assert found.full
    assert "found as unrolled/exercises/03_rnn/03_rnn.ipynb" in found.said
    assert LOOP in found.sources
    assert STEP in found.sources
