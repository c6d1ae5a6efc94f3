"""Every number in the prose comes from the chapter's own run, and every claim holds."""

import ast
import re
import runpy

import nbformat
import numpy as np
import pytest
import torch
from exercise_kit import ROOT

CHAPTERS = sorted((ROOT / "book").glob("[0-9]*.md"))
RECORD = "application/papermill.record/text/plain"


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param


@pytest.fixture
def run(chapter, built_book):
    """The chapter as the book executed it."""
    path = ROOT / "_build" / "jupyter_execute" / "book" / f"{chapter.stem}.ipynb"
    return nbformat.read(path, as_version=4)


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
    text = chapter.read_text()
    used = set(re.findall(r"\{glue:[a-z]*\}`([^`:]+)", text))
    made = set(re.findall(r'glue\(\s*"([^"]+)"', text))
    assert used == made, "prose and run must speak of the same numbers"


def test_prose_has_no_number_of_its_own_run(chapter):
    """A measured number typed by hand would drift: decimals in prose must be glued."""
    text = re.sub(r"```.*?```", "", chapter.read_text(), flags=re.S)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", "", text, flags=re.S)
    assert not re.findall(r"\d+\.\d+ ?(?:%|s\b|ms\b|nats)", text)


def _public_functions(namespace: dict) -> dict:
    import course_lib.bptt

    import course_lib.cells
    import course_lib.losses
    import course_lib.unroll

    modules = [course_lib.cells, course_lib.unroll, course_lib.losses, course_lib.bptt]
    return {
        name: (namespace[name], getattr(module, name))
        for module in modules
        for name in vars(module)
        if name in namespace and getattr(namespace[name], "__module__", "") == "chapter"
    }


def _namespace(run) -> dict:
    """Execute only the function definitions of a chapter, under its imports."""
    namespace = {"__name__": "chapter"}
    for cell in run.cells:
        if cell.cell_type != "code":
            continue
        keep = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
        body = [node for node in ast.parse(cell.source).body if isinstance(node, keep)]
        exec(compile(ast.Module(body, []), "<chapter>", "exec"), namespace)
    return namespace


SAMPLES = {
    "rnn_step": lambda: (torch.randn(3, 2), torch.randn(3, 4), _params()),
    "rnn_forward": lambda: (torch.randn(3, 5, 2), None, _params()),
    "sequence_loss": lambda: (torch.randn(3, 5, 6), torch.randint(6, (3, 5)), 0),
    "rnn_from_torch": lambda: (torch.nn.RNN(2, 4),),
    "output_scores": lambda: (torch.randn(3, 4), _output()),
}


def _params():
    from course_lib.cells import init_rnn

    return init_rnn(2, 4, torch.Generator().manual_seed(0))


def _output():
    from course_lib.cells import OutputParams

    return OutputParams(torch.randn(4, 3), torch.randn(3))


def test_the_chapters_functions_are_those_of_the_library(chapter, run):
    shared = _public_functions(_namespace(run))
    unsampled = shared.keys() - SAMPLES.keys()
    assert not unsampled, f"add sample arguments for {sorted(unsampled)}"
    for name, (ours, library) in shared.items():
        args = SAMPLES[name]()
        _assert_equal(ours(*args), library(*args), name)


def _assert_equal(a, b, name):
    if isinstance(a, tuple | list):
        assert len(a) == len(b), name
        for x, y in zip(a, b, strict=True):
            _assert_equal(x, y, name)
    elif isinstance(a, torch.Tensor):
        torch.testing.assert_close(a, b)
    else:
        np.testing.assert_allclose(a, b, rtol=1e-12)
