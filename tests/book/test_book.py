"""Every number in the prose comes from the chapter's own run, and every claim holds."""

import ast
import re
import runpy
from pathlib import Path

import nbformat
import pytest
from book_kit import CHAPTERS, ROOT
from jupyter_cache import get_cache

RECORD = "application/papermill.record/text/plain"


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param


@pytest.fixture
def run(chapter, built_book):
    """The chapter as the book executed it, with what it glued and did not show.

    The pages keep what is shown only; the execution cache keeps everything.
    """
    path = ROOT / "_build" / "jupyter_execute" / "book" / f"{chapter.stem}.ipynb"
    code = _code(nbformat.read(path, as_version=4))
    (folder,) = (ROOT / "_build" / ".jupyter_cache").iterdir()
    cache = get_cache(folder)
    for record in cache.list_cache_records():
        if Path(record.uri).stem == chapter.stem:
            notebook = cache.get_cache_bundle(record.pk).nb
            if _code(notebook) == code:
                return notebook
    pytest.fail(f"the cache in {folder} does not hold the run of {chapter.name}")


def _code(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def glued(notebook) -> dict:
    """Return what the run glued: numbers and strings, by name."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            if name is None:
                continue
            data = output.data
            text = data.get(RECORD) or data.get("text/plain")
            if text is not None and not text.startswith("<"):
                found[name] = ast.literal_eval(text)
    return found


def claims_of(chapter) -> dict:
    return runpy.run_path(str(ROOT / "tests" / "claims" / f"{chapter.stem}.py"))[
        "CLAIMS"
    ]


def test_every_claim_holds_in_the_chapters_own_run(chapter, run):
    values = glued(run)
    claims = claims_of(chapter)
    assert values.keys() == claims.keys(), (
        "each glued name needs a claim, and vice versa"
    )
    failing = {
        name: values[name] for name, holds in claims.items() if not holds(values[name])
    }
    assert not failing, f"{chapter.name}: these claims do not hold: {failing}"


def test_every_glued_number_is_used_in_the_prose_or_shown(chapter):
    text = chapter.read_text(encoding="utf-8")
    used = set(re.findall(r"\{glue:[a-z]*\}`([^`:]+)", text))
    made = set(re.findall(r'glue\(\s*"([^"]+)"', text))
    assert used == made, "prose and run must speak of the same numbers"


def test_prose_has_no_number_of_its_own_run(chapter):
    """A measured number typed by hand would drift: decimals in prose must be glued."""
    text = re.sub(r"```.*?```", "", chapter.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", "", text, flags=re.S)
    assert not re.findall(r"\d+\.\d+ ?(?:%|s\b|ms\b|nats)", text)
