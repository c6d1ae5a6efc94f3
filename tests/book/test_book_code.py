"""Code that is a lesson stands in the chapter; the library holds the same function."""

import ast

import pytest
from book_kit import CHAPTERS, code_cells
from samples import agree, library


def functions_of(chapter) -> dict:
    """Define the functions of a chapter, under its imports, without running it."""
    namespace = {"__name__": "chapter"}
    keep = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    for _, lines in code_cells(chapter):
        body = [
            node for node in ast.parse("\n".join(lines)).body if isinstance(node, keep)
        ]
        exec(compile(ast.Module(body, []), chapter.name, "exec"), namespace)
    return {
        name: value
        for name, value in namespace.items()
        if getattr(value, "__module__", "") == "chapter"
    }


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_chapters_functions_are_those_of_the_library(chapter):
    shared = {
        name: function
        for name, function in functions_of(chapter).items()
        if library(name) is not None
    }
    assert shared, "no function of this chapter is in the library"
    for name, function in shared.items():
        agree(name, function)
