"""The command line: one word per command; what a person must mend is said plainly."""

import subprocess
import sys

import pytest
from places import ROOT

from course_lib import __main__ as command_line
from course_lib.checkout import CONFIG
from course_lib.commands import words
from course_lib.errors import CourseError

COMMANDS = [
    *("build", "check", "demo", "doctor"),
    *("grade", "feedback", "export", "serve"),
]
NAMED = {"check", "grade", "feedback"}  # these ask for an exercise


def command(name: str, *more: str) -> list[str]:
    return [name, *(["03_rnn"] if name in NAMED else []), *more]


def without(module: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command line where a module is not installed."""
    code = (
        f"import sys\nsys.modules[{module!r}] = None\n"
        "from course_lib.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_help_lists_every_command_and_each_has_words(capsys):
    assert command_line.main([]) == 0
    listed = capsys.readouterr().out
    for name in COMMANDS:
        assert f"\n    {name} " in listed
        with pytest.raises(SystemExit) as end:
            command_line.main([name, "--help"])
        assert end.value.code == 0
        assert "--course FOLDER" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_knows_its_course_and_what_it_needs(name, tmp_path):
    here = command_line.parser().parse_args(command(name))
    assert here.course == ROOT
    there = command_line.parser().parse_args(command(name, "--course", str(tmp_path)))
    assert there.course == tmp_path
    assert there.extra in {"learn", "check", "teach"}


MISSING = {
    "build": "has no sources of exercises (solutions/[0-9]*.py)",
    "demo": "has no exercises that are built (solutions/*/*.ipynb)",
    "check": "carries no tests to grade with",
    "grade": f"{CONFIG} is missing; run this in the folder",
    "feedback": f"{CONFIG} is missing; run this in the folder",
    "export": f"{CONFIG} is missing; run this in the folder",
}


@pytest.mark.parametrize(("name", "said"), MISSING.items())
def test_where_there_is_no_course_a_command_says_what_is_missing(
    name, said, tmp_path, capsys
):
    arguments = command(name, "--course", str(tmp_path))
    assert command_line.main(arguments) == command_line.USAGE_ERROR
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_serve_says_that_there_is_no_book(tmp_path, capsys):
    assert command_line.main(["serve", "--course", str(tmp_path)]) == 2
    assert f"There is no book in {tmp_path}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [("nbgrader", "check", "check"), ("jupytext", "build", "teach")],
)
def test_a_missing_package_is_named_with_what_installs_it(module, name, extra):
    done = without(module, *command(name))
    assert done.returncode == command_line.USAGE_ERROR, done.stderr
    assert f"the module {module} is missing" in done.stderr
    assert f'pip install ".[{extra}]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_what_only_linux_has_is_not_called_a_package():
    done = without("resource", "grade", "03_rnn")
    assert done.returncode == command_line.USAGE_ERROR, done.stderr
    assert "needs Linux" in done.stderr


def test_a_module_of_ours_that_is_missing_is_a_fault_and_shows():
    done = without("course_lib.grading.settings", "check", "03_rnn")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_what_a_person_can_mend_is_said_and_a_fault_is_shown(monkeypatch, capsys):
    def fails(arguments):
        raise arguments.error

    def add_words(commands):
        words._add(commands, "fail", fails, "teach", "fail")

    monkeypatch.setattr(command_line, "add_commands", add_words)
    monkeypatch.setattr(
        command_line.argparse.Namespace, "error", CourseError("do this"), raising=False
    )
    assert command_line.main(["fail"]) == command_line.USAGE_ERROR
    assert capsys.readouterr().err.endswith(": do this\n")
    monkeypatch.setattr(
        command_line.argparse.Namespace, "error", RuntimeError("a fault"), raising=False
    )
    with pytest.raises(RuntimeError, match="a fault"):
        command_line.main(["fail"])


def test_it_calls_itself_by_the_name_it_was_called_by(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/some/where/unrolled"])
    assert command_line.parser().prog == "unrolled"
    monkeypatch.setattr(sys, "argv", ["/some/where/course_lib/__main__.py"])
    assert command_line.parser().prog == "python -m course_lib"
