"""Choose the notebook that is graded where a learner handed in several.

The one with the right name is graded, unless another has every answer of it and more:
then that one is. If none has the right name, and two hold different answers, nobody
can know which is meant. What was found under another name, and what was not graded, is
said in a note.
"""

from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.submission.filenames import same_name
from course_lib.grading.submission.handed import MAX_BYTES, File, Handed, Note
from course_lib.grading.submission.read import Submission, fetch, parse
from course_lib.grading.submission.recognise import Exercise, Recognised
from course_lib.grading.submission.regular import Unreadable, listed, shown


@dataclass
class Copy:
    """A file that is a notebook, and what of it is the learner's work."""

    file: File
    submission: Submission
    written: dict[str, str]
    own: set[str]

    def covers(self, other: "Copy") -> bool:
        """Whether this has every answer that another copy has."""
        return other.written.items() <= self.written.items()

    def has_all_of(self, other: "Copy") -> bool:
        """Whether nothing is lost if this is graded and the other is not."""
        return self.covers(other) and other.own <= self.own


def read_submission(
    folder: Path, name: str, exercise: Exercise, max_bytes: int = MAX_BYTES
) -> Submission:
    """Read the notebook `name` from a submitted folder: `fetch`, then `understand`."""
    return understand(fetch(folder, name, max_bytes), exercise)


def understand(handed: Handed, exercise: Exercise) -> Submission:
    """Return the cells of what was handed in, as far as it can be read.

    Args:
        handed: the files that may be the notebook, the likeliest first.
        exercise: the exercise they should answer.
    """
    right = f"{handed.name}.ipynb"
    if [file.path for file in handed.files] == [right] and not handed.besides:
        return _as_it_is(handed)
    copies: list[Copy] = []
    strange: list[Copy] = []
    broken: list[tuple[File, str]] = []
    for file in handed.files:
        try:
            cells, notes = parse(file)
        except Unreadable as reason:
            broken.append((file, str(reason)))
            continue
        found = Recognised(exercise, cells)
        copy = Copy(file, Submission(cells, notes), found.written, found.own)
        known = found.is_of_exercise or file.path == right
        (copies if known else strange).append(copy)
    if copies:
        chosen, unclear = _choice(copies, right)
        if unclear:
            return Submission([], [Note(unclear), *handed.notes], readable=False)
        said = _remarks(handed, copies, chosen, broken)
        notes = [*said, *chosen.submission.notes, *handed.notes]
        return Submission(chosen.submission.cells, notes)
    why = Note(_why_none(handed, right, broken, strange))
    return Submission([], [why, *handed.notes], readable=False)


def _as_it_is(handed: Handed) -> Submission:
    """Return the only notebook, which has the right name."""
    try:
        cells, notes = parse(handed.files[0])
    except Unreadable as reason:
        notes = [Note(str(reason)), *handed.notes]
        return Submission([], notes, readable=False)
    return Submission(cells, [*notes, *handed.notes])


def _choice(copies: list[Copy], right: str) -> tuple[Copy, str]:
    """Return the copy to grade, or why none is."""
    named = [copy for copy in copies if same_name(copy.file.path, right)]
    plain = copies[0].file.path == right or len(named) == 1
    first = copies[0] if copies[0].file.path == right else (named or copies)[0]
    most = max(copies, key=lambda copy: len(copy.written))  # the first of the best
    if len(most.written) > len(first.written) and most.covers(first):
        first = most
    if plain or all(map(first.covers, copies)):
        return first, ""
    names = listed([shown(copy.file.path) for copy in copies if copy.written])
    return first, (
        f"{right} is missing, and it is unclear which of {names} to grade: their "
        f"answers differ. Hand in one file, {right}."
    )


def _remarks(
    handed: Handed, copies: list[Copy], chosen: Copy, broken: list[tuple[File, str]]
) -> list[Note]:
    right, path, notes = f"{handed.name}.ipynb", chosen.file.path, []
    if path != right:
        there = [copy for copy in copies if copy.file.path == right]
        verb = "was called" if "/" not in path else "was found as"
        text = f"The notebook {verb} {shown(path)} instead of {right}."
        if there:
            has = "no answer" if not there[0].written else "fewer answers"
            text = f"{right} holds {has}; {shown(path)}, which has more, was graded."
        notes.append(Note(text))
    for file, reason in broken:
        said = "" if reason.startswith(shown(file.path)) else f"{shown(file.path)}: "
        notes.append(Note(f"{said}{reason}"))
    if not chosen.written and handed.besides:
        beside = listed(handed.besides)
        notes.append(Note(f"{shown(path)} holds no answer. Beside it lies: {beside}."))
    lost = [copy for copy in copies if not chosen.has_all_of(copy)]
    if lost:
        names = listed([shown(copy.file.path) for copy in lost])
        notes.append(Note(f"{names} lay beside {shown(path)} and was not graded."))
    return notes


def _why_none(
    handed: Handed, right: str, broken: list[tuple[File, str]], strange: list[Copy]
) -> str:
    """Say why no notebook can be graded, and what lies there instead."""
    if handed.problem:
        return handed.problem
    reasons = [reason for file, reason in broken if file.path == right]
    if reasons:
        return reasons[0]
    text = f"{right} is missing from what was handed in."
    named = [file for file, _ in broken if file.path.lower().endswith(".ipynb")]
    if len(broken) == len(named) == 1 and not strange:
        path, reason = shown(named[0].path), broken[0][1]
        return f"The notebook was called {path} instead of {right}. {reason}"
    others = [f"{shown(copy.file.path)} (no cell of this exercise)" for copy in strange]
    others += [_in_brackets(file, reason) for file, reason in broken]
    others += [*handed.besides, *handed.litter]
    there = (
        f"What lies there: {listed(others)}." if others else "Nothing else lies there."
    )
    return f"{text} {there}"


def _in_brackets(file: File, reason: str) -> str:
    """Return a file and why it is not read, for a list."""
    path = shown(file.path)
    for start in (f"{path} ", f"{path.rpartition('/')[2]} "):
        reason = reason.removeprefix(start)
    return f"{path} ({reason.partition('. ')[0].rstrip('.')})"
