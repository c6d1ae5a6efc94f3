"""Where things lie: the one place in the tests that knows how deep a folder is."""

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
LIBRARY = ROOT / "course_lib"
STATIC = ROOT / "book" / "_static"
GRADING = TESTS / "grading"
TINY = GRADING / "tiny.py"  # the source of a small exercise
