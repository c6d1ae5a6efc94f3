"""The walls around judges and around learners: one interface, several builders.

A backend turns a command into one that runs isolated: no network, a read-only system,
an empty environment, nothing of the course but `course_lib`, an end with its parent.
`bwrap` is the default, `podman` stands beside it. `none` isolates nothing and must be
asked for with a word of trust. What cannot isolate refuses and says what to install;
nothing degrades silently.
"""

import functools
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Protocol

from course_lib.errors import CourseError
from course_lib.grading.sandbox import bubblewrap, layout, podman, seccomp
from course_lib.grading.sandbox.confine import JUDGE, Confinement


class Builder(Protocol):
    """What a module that builds walls holds."""

    NAME: str
    MISSING: str  # what is said where its program is not installed
    REFUSED: str  # what is said where it does not work; {last} is its own last line

    def command(self, inner: list[str], control: int | None = None) -> list[str]:
        """Return the command that runs Python with arguments inside the walls."""


BUILDERS: dict[str, Builder] = {
    bubblewrap.NAME: bubblewrap,
    podman.NAME: podman,
}
NAMES = (*BUILDERS, "none")
PROBE_LIMIT_S = 60.0


class SandboxError(CourseError):
    """There is no isolation to be had; the message says what to do."""


@dataclass(frozen=True)
class Backend:
    """A way to isolate.

    Attributes:
        name: what the configuration calls it, one of `NAMES`.
        limits: what a submission may use.
        judge: what its judge may use.
    """

    name: str
    limits: Confinement
    judge: Confinement = JUDGE

    def confinement(self, role: str) -> Confinement:
        """Return what a "judge" or "learner" does to itself on top of the backend."""
        limits = self.judge if role == "judge" else self.limits
        return replace(limits, namespaces=self.name in BUILDERS)

    def command(self, inner: list[str], control: int) -> list[str]:
        """Return the command that runs `python inner… NUMBER` inside the walls.

        Args:
            inner: the arguments of Python.
            control: a descriptor that goes inside; NUMBER is what it is called there.
        """
        if self.name in BUILDERS:
            return BUILDERS[self.name].command(inner, control)
        return [sys.executable, "-P", *inner, str(control)]

    def environment(self) -> dict[str, str]:
        """Return the environment of the command; learners never see the engine's."""
        return _environment(self.name)


def choose(
    name: str = bubblewrap.NAME,
    trusted: bool = False,
    limits: Confinement | None = None,
    judge: Confinement = JUDGE,
) -> Backend:
    """Return a backend that works here.

    Args:
        name: "bwrap", "podman" or "none".
        trusted: the instructor's word that submissions are harmless.
        limits: what a submission may use.
        judge: what its judge may use.

    Raises:
        SandboxError: it does not work here, or trust is missing.
    """
    if name == "none" and not trusted:
        raise SandboxError(
            "the sandbox is set to 'none', so learners' code would run with your "
            "rights: it could read other submissions and change grades. Install "
            "bubblewrap (Debian: apt install bubblewrap) and set it to 'bwrap', or "
            "say that all submissions are trusted: c.Engine.trusted = True"
        )
    if name not in NAMES:
        raise SandboxError(f"unknown sandbox {name!r}; use one of {', '.join(NAMES)}")
    # without walls, too: what an exercise forbids is kept away by a filter
    if problem := seccomp.problem() or (name in BUILDERS and _problem(name)):
        raise SandboxError(problem)
    return Backend(name, limits or Confinement(), judge)


@functools.cache
def _problem(name: str) -> str | None:
    """Return why a builder does not work here, if so; found out by using it."""
    builder = BUILDERS[name]
    if shutil.which(builder.NAME) is None:
        return builder.MISSING
    try:
        done = subprocess.run(
            builder.command([*layout.REHEARSAL]),
            env=_environment(name),
            cwd="/",
            capture_output=True,
            timeout=PROBE_LIMIT_S,
        )
    except (OSError, subprocess.SubprocessError) as error:
        said, code = getattr(error, "stderr", None) or str(error).encode(), 1
    else:
        said, code = done.stderr, done.returncode
    if code == 0:
        return None
    last = "".join(said.decode(errors="replace").strip().splitlines()[-1:])
    return builder.REFUSED.format(last=last)


def _environment(name: str) -> dict[str, str]:
    """Return the environment of the program that builds the walls."""
    if name == podman.NAME:  # it looks for its store; nothing of this goes inside
        return podman.environment()
    place = layout.COURSE if name in BUILDERS else str(layout.PACKAGE.parent)
    return {**layout.ENVIRONMENT, "PYTHONPATH": place}
