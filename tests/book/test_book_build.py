"""What stops the build: tiny books, made with the book's own configuration."""

import importlib
import pkgutil
import re
import shutil
from pathlib import Path

import pytest
from book_kit import ROOT, build_book, complaints
from course_book import execution
from places import LIBRARY

import course_lib
from course_lib import rooms

HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A page

"""
TOC = "format: jb-book\nroot: book/index\nchapters: [{file: book/01_page}]\n"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
# each slip, and the words in which the build must name it
SLIPS = {
    "[Nowhere](missing.md)": "'missing.md'",
    "[No such place](index.md#missing)": "'missing'",
    "{ref}`no-such-label`": "undefined label: 'no-such-label'",
    "{eq}`eq-missing`": "equation not found: eq-missing",
    "{cite}`nobody1900`": '"nobody1900"',
    "{doc}`missing`": "unknown document: 'missing'",
    "![](picture.png)": "a picture has no alternative text",
    "![A picture that is not there](none.png)": "none.png",
    "```{code-cell} ipython3\nfrom base64 import b64decode\n"
    f'from IPython.display import Image\nImage(b64decode("{PIXEL}"))\n```': (
        "a picture has no alternative text"
    ),
    "```{code-cell} ipython3\nimport warnings\n"
    'warnings.warn("a library warns")\n```': "stderr was found in the cell outputs",
}


@pytest.fixture
def tiny_book(tmp_path):
    """Return a function that writes a book of two pages with the real machinery."""
    for name in ("_ext", "_static", "references.bib"):
        copy = shutil.copytree if (ROOT / "book" / name).is_dir() else shutil.copy
        (tmp_path / "book").mkdir(exist_ok=True)
        copy(ROOT / "book" / name, tmp_path / "book" / name)
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "_toc.yml").write_text(TOC, encoding="utf-8")
    (tmp_path / "book" / "index.md").write_text(
        "# A tiny book\n\nNothing here.\n", encoding="utf-8"
    )

    def write(page):
        (tmp_path / "book" / "01_page.md").write_text(HEAD + page, encoding="utf-8")
        return tmp_path

    return write


def test_each_slip_stops_the_build_and_is_named_with_file_and_line(tiny_book):
    page, places = "", {}
    for slip, words in SLIPS.items():
        places[words, slip] = (HEAD + page).count("\n") + 1
        page += slip + "\n\n"
    folder = tiny_book(page)
    shutil.copy(ROOT / "book" / "_static" / "logo.svg", folder / "book" / "picture.png")
    built = build_book(folder)
    assert built.returncode == 1, built.stdout[-3000:]
    for (words, slip), line in places.items():
        named = [
            int(found[1])
            for found in re.finditer(
                rf"01_page\.md:(\d+): .*{re.escape(words)}", built.stdout
            )
        ]
        lines = range(line, line + slip.count("\n") + 1)
        assert set(named) & set(lines), (
            f"no message names line {line}, {slip!r}:\n{complaints(built.stdout)}"
        )
    again = build_book(folder)
    assert again.returncode == 1, "a second build must not forget the warnings"
    assert set(complaints(again.stdout).split("\n")) == set(
        complaints(built.stdout).split("\n")
    )


def test_a_cell_that_raises_stops_the_build(tiny_book):
    folder = tiny_book("```{code-cell} ipython3\n1 / 0\n```\n")
    built = build_book(folder)
    assert built.returncode == 1
    assert "01_page.md" in complaints(built.stdout)
    assert "ZeroDivisionError" in built.stdout


def test_an_edit_of_the_library_or_a_table_runs_the_pages_again(tiny_book):
    folder = tiny_book(
        "```{code-cell} ipython3\nimport os\nfrom course_lib import shapes\n"
        'threads = os.environ["OMP_NUM_THREADS"]\n'
        "print(shapes.VALUE, shapes.TABLE.read_text(), threads)\n```\n"
    )
    shown = folder / "_build" / "html" / "book" / "01_page.html"
    caches = folder / "_build" / ".jupyter_cache"
    names = []
    library, tables = folder / "course_lib", folder / "course_lib" / "experiments"
    tables.mkdir(parents=True)
    (library / "__init__.py").write_text("", encoding="utf-8")
    for value, table in (("one-value", 7), ("other-value", 7), ("other-value", 8)):
        (library / "shapes.py").write_text(
            "from pathlib import Path\n\nTABLE = Path(__file__).parent"
            f' / "experiments" / "table.json"\nVALUE = "{value}"\n',
            encoding="utf-8",
        )
        (tables / "table.json").write_text(str(table), encoding="utf-8")
        built = build_book(folder)
        assert built.returncode == 0, complaints(built.stdout)
        assert f"{value} {table} 1" in shown.read_text(encoding="utf-8")
        names.append([path.name for path in caches.iterdir()])
    assert [len(found) for found in names] == [1, 1, 1], "old caches are removed"
    assert len({name for (name,) in names}) == 3


def test_the_cache_is_named_after_what_pages_read(tmp_path):
    def digest():
        return execution.library_digest(tmp_path)

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    module = write("course_lib/cells/a.py", "one = 1\n")
    seen = [digest()]
    module.write_text("one = 2\n", encoding="utf-8")
    seen.append(digest())
    module.rename(module.with_name("b.py"))
    seen.append(digest())
    for name in ("requirements.txt", "course_lib/experiments/tables/table.json"):
        for text in ("[1]\n", "[2]\n"):
            write(name, text)
            seen.append(digest())
    assert len(set(seen)) == 7
    assert all(execution.CACHE_NAME.fullmatch(name) for name in seen)
    for name in (
        *("README.md", "benchmarks/README.md", "benchmarks/grading.py"),
        *(
            "course_lib/grading/batch/pool.py",
            "course_lib/__pycache__/b.cpython-313.pyc",
        ),
        *("exercises/03_rnn/03_rnn.ipynb", "tests/test_book.py", "_build/table.json"),
    ):
        write(name, "[3]\n")
        assert digest() == seen[-1], f"{name} changes no page"


def test_every_file_that_a_module_names_is_watched():
    """A table that a module names (SAVED = …) must not be left out of the digest."""
    watched, named = set(execution.files_read(ROOT)), set()
    for found in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        if found.name.split(".")[1] not in rooms.READ_BY_PAGES:
            continue
        values = vars(importlib.import_module(found.name)).values()
        paths = {value for value in values if isinstance(value, Path)}
        named |= {path for path in paths if path.is_file()}
    assert LIBRARY / "experiments" / "tables" / "decode.json" in named
    missed = {path for path in named - watched if path.is_relative_to(ROOT)}
    assert not missed, sorted(missed)


def test_only_caches_are_removed(tmp_path):
    for name in ("0123456789ab", "ba9876543210", "notes", "0123456789abc"):
        (tmp_path / name).mkdir()
    execution.remove_other_caches(tmp_path / "ba9876543210")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["0123456789abc", "ba9876543210", "notes"]
