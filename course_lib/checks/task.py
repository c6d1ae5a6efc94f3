"""One graded task: visible examples, hidden probes, and one short message.

In a learner's notebook only the visible examples stand. When the notebook is graded
the hidden region adds probes and a bank, and `score` ends the cell: it returns a plain
float for nbgrader, or raises `CheckFailed` where nothing was earned.
"""

import dataclasses
import inspect
import os
import secrets
import time
from typing import Any

from course_lib.checks import observe, probes
from course_lib.checks.bank import Bank
from course_lib.checks.case import Arguments, MakeArguments
from course_lib.checks.compare import gap
from course_lib.checks.diagnosis import Diagnosis
from course_lib.checks.failure import CheckFailed, Failure
from course_lib.checks.observe import TOO_SLOW, guarded
from course_lib.checks.probes import Circumstance, Function, Probe
from course_lib.results import scores
from course_lib.results.undefined import why_not

# What a group of probes is worth; an edge case is worth 2. A wrong result in the
# ordinary cases ("values") earns nothing, whatever else is right.
WEIGHTS = {
    "values": 6.0,
    "gradients": 3.0,
    "arguments": 1.0,
    "second call": 1.0,
    "dtype and device": 1.0,
}
EDGE_WEIGHT = 2.0
Failing = tuple[Probe, Any, str]  # with what it observed, and how that is wrong


class Task:
    """The checks of one function that a learner writes."""

    def __init__(self, name: str, function: Function, points: float):
        """Name the task, the learner's function and the points it is worth."""
        self.name = name
        self.function = function
        self.points = float(points)
        self.examples: list[tuple[str, Arguments, Any]] = []
        self.hidden_probes: list[Probe] = []
        self.weights = dict(WEIGHTS)
        self.diagnosis: Diagnosis | None = None
        self.failures: list[dict[str, str | None]] = []

    def example(self, title: str, args: Arguments, expected: Any) -> None:
        """Add a visible example: `function(*args)` must give `expected`."""
        self.examples.append((title, args, expected))

    def hidden(
        self,
        case: MakeArguments,
        bank: Bank,
        *,
        edges: dict[str, MakeArguments] | None = None,
        weights: dict[str, float] | None = None,
        gradients: bool = True,
        devices: bool = True,
        forbid: tuple[str, ...] = (),
        uses: dict[str, Function] | None = None,
        limit_s: float | None = None,
        through: Function | None = None,
        draws: int = 1,
    ) -> None:
        """Add the probes that run only when the notebook is graded.

        Args:
            case: makes arguments from sizes and a `Draw`.
            bank: the reference solution and the known mistakes.
            edges: further cases by title; each is worth a share of its own.
            weights: what an edge is worth, by title, where it is not 2: the ordinary
                cases are worth 6, gradients 3.
            gradients: whether results carry gradients to the arguments.
            devices: whether dtype and device follow the arguments.
            forbid: dotted names that the learner's code must not call, beside those
                of the same function, which the bank knows.
            uses: earlier tasks that this one builds on, by name.
            limit_s: seconds that a call may take; by default 10.
            through: through(function, *arguments) calls the function itself, as often
                as it likes, and returns what it saw by name: for a function that
                draws at random, shares as `Measured`.
            draws: how often the ordinary case is drawn; more than once where a mistake
                shows itself in some draws only, so that a verdict is not luck.
        """
        if unknown := set(weights or {}) - set(edges or {}):
            raise ValueError(f"weights name {unknown}, expected titles of edges")
        self.weights |= weights or {}
        forbid = tuple(dict.fromkeys((*forbid, *bank.twins)))
        seed = int(os.environ.get("UNROLLED_SEED") or secrets.randbelow(10**6))
        names = list(inspect.signature(bank.reference).parameters)
        how = Circumstance(case, names, seed, forbid, limit_s, through)
        sizes = probes.value_sizes(seed)
        base = sizes[0][1]
        found = [probes.values(how, title, size) for title, size in sizes]
        found += probes.more_draws(how, draws)
        for title, edge in (edges or {}).items():
            other = dataclasses.replace(how, case=edge)
            found.append(probes.values(other, title, base, group=title))
            if devices:
                found += probes.devices(other, base, title)
        found.append(probes.arguments_kept(how, base))
        found.append(probes.second_call(how, sizes[1][1], base))
        if gradients:
            found.append(probes.gradients(how, base))
        if devices:
            found += probes.devices(how, base)
        self.hidden_probes = found
        self.diagnosis = Diagnosis(bank, how, base, found, uses or {})

    def score(self) -> float | None:
        """Print what passed, and return the points or raise `CheckFailed`.

        Returns:
            A plain float from 0 to `points`; None if only the visible examples ran.
        """
        start = time.perf_counter()
        earned: float | None = 0.0
        self.failures = []
        try:
            earned = self._judge()
        finally:
            if self.diagnosis is not None:
                self._publish(earned, time.perf_counter() - start)
        return earned

    @property
    def _graded(self) -> Diagnosis:
        """What is known about the task where it is graded, and only there."""
        if self.diagnosis is None:
            raise RuntimeError(f"{self.name} has no hidden checks")
        return self.diagnosis

    def _publish(self, earned: float | None, seconds: float) -> None:
        """Emit what was found as data; nothing outside of grading."""
        result = {"task": self.name, "points": self.points, "score": earned}
        result |= {"seed": self._graded.seed, "seconds": round(float(seconds), 4)}
        scores.publish(result | {"failures": self.failures})

    def _note(
        self,
        check: str,
        concept: str,
        gap: str,
        mistake: str | None = None,
        hint: str = "",
    ) -> None:
        found = {"check": check, "concept": concept, "mistake": mistake}
        self.failures.append(found | {"hint": hint or None, "gap": gap})

    def _judge(self) -> float | None:
        if reason := why_not(self.function):
            self._note("its cell", "definition", reason)
            raise CheckFailed(reason)
        wrong = self._run_examples()
        if self.diagnosis is None or (wrong and TOO_SLOW in wrong):
            if wrong:
                raise CheckFailed(f"{self.name}: {wrong}")
            print("More checks run when the notebook is graded.")
            return None
        failed = self._run_hidden()
        if "values" in failed:
            raise CheckFailed(self._message(failed["values"]))
        if wrong:  # an example disagrees with the reference: ours to mend
            raise CheckFailed(f"{self.name}: {wrong}")
        return self._partial(failed)

    def _run_examples(self) -> str | None:
        for title, args, expected in self.examples:
            quiet = observe.patience().strict
            result = self._try(args, quiet)
            text = gap(result, expected, values=not quiet)
            if text is not None:
                sentence = _sentence(self.name, text, result)
                self._note(title, "example", sentence)
                return f"{title}: {sentence}"
            print(f"✓ {self.name}: {title}")
        return None

    def _try(self, args: Arguments, quiet: bool) -> Any:
        """Return what an example gives, or the `Failure` it ends with."""
        return guarded(lambda: self.function(*args), quiet=quiet)

    def _run_hidden(self) -> dict[str, Failing]:
        """Return the first failing probe of each group."""
        failed: dict[str, Failing] = {}
        for probe in self.hidden_probes:
            if probe.group in failed or probe.after in failed:
                continue
            got = probe.observe(self.function)
            text = gap(got, self._graded.expected(probe), "")
            if text is not None:
                failed[probe.group] = probe, got, text
        return failed

    def _message(self, failure: Failing) -> str:
        probe, got, text = failure
        if isinstance(got, Failure) and got.kind == "NotImplementedError":
            self._note(probe.title, probe.group, f"{self.name} {got}.")
            return f"{self.name} {got}."
        sentence = _sentence(self.name, text, got)
        found, hints = self._graded.explain(self.function, probe, got)
        hint = found.hint if found else " ".join(hints)
        named = found.name if found else None
        self._note(probe.title, probe.group, sentence, named, hint)
        lines = [f"{self.name}, {probe.title}: {sentence}", *hints]
        lines.append(f"(UNROLLED_SEED={self._graded.seed} repeats these numbers)")
        return "\n".join(lines)

    def _partial(self, failed: dict[str, Failing]) -> float:
        groups = dict.fromkeys(probe.group for probe in self.hidden_probes)
        weight = {group: self.weights.get(group, EDGE_WEIGHT) for group in groups}
        earned = sum(w for group, w in weight.items() if group not in failed)
        for failure in failed.values():
            print(f"✗ {self._message(failure)}")
        if not failed:
            print(f"✓ {self.name}: all checks passed.")
            return self.points
        return round(self.points * earned / sum(weight.values()), 2)


def _sentence(name: str, text: str, got: Any) -> str:
    """A failure has the function for its subject, a difference the result."""
    if isinstance(got, Failure):
        return f"{name} {text}"
    return f"{text}."
