"""What `grade` and its workers hand each other, and keys of what results depend on.

Shared and jobs go to the workers, results come back. Shared and results also cross as
bytes: compressed JSON under a key. Who expects another key reads nothing from them.
"""

import gzip
import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Any, Self

from course_lib import rooms
from course_lib.grading.pipeline.steps import Description, Marks
from course_lib.grading.submission.handed import Handed

FORMAT = 2
LEVEL = 1  # of compression: the fastest, and little is larger


@dataclass(frozen=True)
class _Packable:
    """Something of JSON values that crosses as bytes."""

    def pack(self, key: str) -> bytes:
        """Return this as bytes, under a key."""
        text = json.dumps({"key": key, **asdict(self)})
        return gzip.compress(text.encode(), LEVEL, mtime=0)

    @classmethod
    def unpack(cls, data: bytes | None, key: str) -> Self | None:
        """Return what `pack` has made bytes of, if they are whole and have this key."""
        try:
            values = json.loads(gzip.decompress(data)) if data else {}
        except (OSError, EOFError, ValueError):
            return None
        if values.get("key") != key:
            return None
        return cls(**{one.name: values[one.name] for one in fields(cls)})


@dataclass(frozen=True)
class Shared(_Packable):
    """What every worker needs to know to grade submissions of one assignment.

    Attributes:
        key: of all the rest; see `key_of`.
        assignment: its name, such as "03_rnn".
        exercises: the generated notebooks as JSON text, by name.
        engine: settings of the engine.
        before, after: nbgrader's steps around the run, as `steps` describes them.
    """

    key: str
    assignment: str
    exercises: dict[str, str]
    engine: dict[str, Any]
    before: Description
    after: Description


@dataclass(frozen=True)
class Job:
    """One submission to be graded.

    Attributes:
        key: of all that its result depends on.
        student: the learner's id.
        handed: what was handed in for each notebook, by its name.
    """

    key: str
    student: str
    handed: dict[str, Handed]


@dataclass(frozen=True)
class Result(_Packable):
    """What a worker made of one submission; each by the name of a notebook.

    Attributes:
        notebooks: the finished notebooks as JSON text.
        rows: what the gradebook is to hold: `scores` and `comments` by grade_id.
        unreadable: why nothing could be read of what was handed in.
    """

    notebooks: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Marks] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


@cache
def engine_version() -> str:
    """Return a digest of all code that a result depends on: ours, and torch."""
    from importlib.metadata import version

    ours = rooms.digest(rooms.files(rooms.READ_BY_VERDICTS), rooms.LIBRARY)
    return f"{ours} torch {version('torch')}"


def key_of(*parts: Any) -> str:
    """Return the digest of some JSON values, this format and the engine's version."""
    text = json.dumps([FORMAT, engine_version(), *parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
