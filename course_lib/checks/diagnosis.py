"""Why is it wrong? Name the known mistake, or the term in which the error lies."""

import dataclasses
from typing import Any

import torch

from course_lib.checks.bank import Bank, Mistake
from course_lib.checks.case import Arguments, Draw, Sizes
from course_lib.checks.compare import same
from course_lib.checks.failure import Failure
from course_lib.checks.observe import Inconclusive
from course_lib.checks.probes import Circumstance, Function, Probe, values


class Diagnosis:
    """What is known about a task, put to use when a probe fails."""

    def __init__(
        self,
        bank: Bank,
        how: Circumstance,
        sizes: Sizes,
        probes: list[Probe],
        uses: dict[str, Function],
    ):
        """Take the bank, the circumstances, and the learner's earlier functions."""
        self.bank, self.how, self.sizes, self.probes = bank, how, sizes, probes
        self.uses = uses
        self.seed = how.seed

    def expected(self, probe: Probe) -> Any:
        """Return the reference solution's observation.

        Where even that could not be tried, every answer agrees with it.
        """
        seen = probe.observe(self.bank.reference)
        untried = isinstance(seen, Failure) and seen.kind == "Untried"
        return Inconclusive() if untried else seen

    def explain(
        self, function: Function, probe: Probe, got: Any
    ) -> tuple[Mistake | None, list[str]]:
        """Return the known mistake, if any, and lines for the learner, if any.

        What follows from an earlier task is looked for first: a right answer on top of
        a wrong one can look like a mistake of its own, which was not made.
        """
        if self._follows(probe, got):
            names = ", ".join(self.uses)
            line = f"It follows from {names}, which is not right yet: mend that first."
            return None, [line]
        if found := self.mistake(function, probe, got):
            lines = [f"{_verb(probe, got)} {found.says}.", f"Hint: {found.hint}"]
            return found, lines
        return None, self._term(function, probe)

    def mistake(self, function: Function, probe: Probe, got: Any) -> Mistake | None:
        """Return the known mistake that behaves as `function` does.

        Where several agree on the failing probe, the other probes decide.
        """
        wanted = self.expected(probe)
        alike = [m for m in self.bank.mistakes if same(probe.observe(m.function), got)]
        alike = [m for m in alike if not same(probe.observe(m.function), wanted)]
        for other in self.probes:
            if len(alike) < 2:
                break
            seen = other.observe(function)
            closer = [m for m in alike if same(other.observe(m.function), seen)]
            alike = closer or alike
        return alike[0] if alike else None

    def _follows(self, probe: Probe, got: Any) -> bool:
        """Whether the answer is right for the learner's own earlier functions.

        They must change what comes out: else they are right here, and not to blame.
        """
        if not self.uses:
            return False
        on_top = probe.observe(self.bank.reference_using(**self.uses))
        return same(on_top, got) and not same(on_top, self.expected(probe))

    def _term(self, function: Function, probe: Probe) -> list[str]:
        """Name the arguments without which the result is right: zero each in turn."""
        if probe.group != "values":
            return []
        leaves = self.how.leaves(self.how.arguments(self.sizes))
        # what several arguments share is named once, by the first of them
        shared = {id(leaf): name for name, leaf in reversed(leaves)}
        names = list(reversed(shared.values()))
        cured = [name for name in names if self._right_without(function, name)]
        if not cured or len(cured) == len(names):
            return []
        return [
            f"The result becomes right when {' or '.join(cured)} is zero: "
            "look at the term that uses it."
        ]

    def _right_without(self, function: Function, name: str) -> bool:
        def case(sizes: Sizes, draw: Draw) -> Arguments:
            args = self.how.case(sizes, draw)
            with torch.no_grad():  # the argument may carry a graph
                dict(self.how.leaves(args))[name][...] = 0.0
            return args

        how = dataclasses.replace(self.how, case=case)
        probe = values(how, "", self.sizes)
        return same(probe.observe(function), self.expected(probe))


def _verb(probe: Probe, got: Any) -> str:
    if isinstance(got, Failure):
        return "This is how it ends with"
    if probe.group == "gradients":
        return "Your gradients are those of"
    if probe.group == "arguments":
        return "This is the effect of"
    return "Your numbers are those of"
