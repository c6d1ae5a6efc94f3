"""What came of an entry, its comparison with the golden verdict, and a table."""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import CLASSES, ENTRIES


@dataclass
class Outcome:
    """What came of one entry.

    Attributes:
        scores: points by task; None where the gradebook holds no score.
        bonus: points of cells that the exercise does not have.
        gained: points beyond the golden verdict, bonus cells included.
        lost: points below it.
        missing: tasks without a score.
        aborted: how grading ended early, if it did; a neighbour without a grade counts.
        effects: what changed that was not the entry's own.
        survivors: processes that were there after the grading.
        leaks: kinds of canary in what the learner receives.
        active: content that acts in the browser of whoever reads the page.
        reason: the learner reads why; None where the entry asks for no reason.
        alone: graded without other entries beside it.
        log: the last errors that the grader wrote, where something went wrong.
    """

    name: str
    kind: str
    scores: dict[str, float | None] = field(default_factory=dict)
    bonus: float = 0.0
    gained: float = 0.0
    lost: float = 0.0
    missing: list[str] = field(default_factory=list)
    aborted: str = ""
    effects: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    active: list[str] = field(default_factory=list)
    reason: bool | None = None
    alone: bool = True
    seconds: float = 0.0
    log: str = ""

    @property
    def collateral(self) -> bool:
        """Whether something happened that may be another entry's doing."""
        return bool(self.aborted or self.effects or self.survivors)

    @property
    def good(self) -> bool:
        """Whether everything is as it should be."""
        verdict = not (self.gained or self.lost or self.missing)
        quiet = not (self.leaks or self.active or self.collateral)
        return verdict and quiet and self.reason is not False


def judge(outcome: Outcome, expected: dict[str, tuple[float, float]]) -> None:
    """Compare scores with the golden verdict."""
    outcome.gained, outcome.lost, outcome.missing = outcome.bonus, 0.0, []
    for task, (low, high) in expected.items():
        score = outcome.scores[task]
        if score is None:
            outcome.missing.append(task)
            outcome.lost += low
        else:
            outcome.gained += max(0.0, score - high)
            outcome.lost += max(0.0, low - score)
    outcome.gained, outcome.lost = round(outcome.gained, 2), round(outcome.lost, 2)


def line(outcome: Outcome) -> str:
    """Return an outcome in a line."""
    marks = [
        f"gained {outcome.gained:g}" if outcome.gained else "",
        f"lost {outcome.lost:g}" if outcome.lost else "",
        f"no grade: {', '.join(outcome.missing)}" if outcome.missing else "",
        f"aborted: {outcome.aborted}" if outcome.aborted else "",
        f"effects: {outcome.effects}" if outcome.effects else "",
        f"survivors: {outcome.survivors}" if outcome.survivors else "",
        f"leaks: {', '.join(outcome.leaks)}" if outcome.leaks else "",
        f"active: {', '.join(outcome.active)}" if outcome.active else "",
        "no reason" if outcome.reason is False else "",
    ]
    text = "; ".join(filter(None, marks)) or "as it should be"
    return f"{outcome.kind:14} {outcome.name:34} {text}"


def table(outcomes: list[Outcome]) -> dict[str, dict[str, float]]:
    """Count by class what went wrong."""
    rows = {}
    for kind in [*CLASSES, "all"]:
        found = [o for o in outcomes if kind in (o.kind, "all")]
        if found:
            rows[kind] = {
                "entries": len(found),
                "gained points": sum(o.gained > 0 for o in found),
                "lost points": sum(o.lost > 0 and not o.missing for o in found),
                "no grade": sum(bool(o.missing) for o in found),
                "batch aborted": sum(bool(o.aborted) for o in found),
                "effects on others": sum(bool(o.effects) for o in found),
                "survivors": sum(bool(o.survivors) for o in found),
                "hidden text leaked": sum(bool(o.leaks) for o in found),
                "active content": sum(bool(o.active) for o in found),
                "no reason": sum(o.reason is False for o in found),
                "as it should be": sum(o.good for o in found),
            }
    return rows


def markdown(rows: dict[str, dict[str, float]]) -> str:
    """Return a table for a page."""
    columns = list(next(iter(rows.values())))
    lines = [["class", *columns], ["---", *["--:"] * len(columns)]]
    lines += [
        [kind.replace("_", " "), *map(str, row.values())] for kind, row in rows.items()
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def read_outcomes(path: Path | None) -> dict[str, Outcome]:
    """Return what an earlier run wrote."""
    if path is None or not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))["entries"]
    return {row["name"]: Outcome(**row) for row in rows}


def write(outcomes: Iterable[Outcome], path: Path | None) -> None:
    """Write outcomes and table, in the order of the corpus."""
    if path is None:
        return
    order = {entry.name: number for number, entry in enumerate(ENTRIES)}
    rows = sorted(outcomes, key=lambda outcome: order[outcome.name])
    data = {"table": table(rows), "entries": [dataclasses.asdict(row) for row in rows]}
    path.write_text(
        json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


BAD = {
    "undeserved points": "gained points",
    "missing grades": "no grade",
    "aborted batches": "batch aborted",
    "effects on others": "effects on others",
    "survivors": "survivors",
    "hidden text": "hidden text leaked",
    "active content": "active content",
    "lost points": "lost points",
}
FOOTNOTE = """
Submissions of each class, and in how many of them something went wrong: under plain
nbgrader / under the engine. A batch that was aborted, and what was done to others, is
laid at the door of the submission that did it alone. Made by
`tests/grading/corpus_run.py --tables` from the two files of outcomes beside the corpus.
"""


def side_by_side(plain: list[Outcome], engine: list[Outcome]) -> str:
    """Return both ways of grading as one table, over the entries that both graded."""
    both = {o.name for o in plain} & {o.name for o in engine}
    rows = [table([o for o in side if o.name in both]) for side in (plain, engine)]
    lines = [["class", "entries", *BAD], ["---", *["--:"] * (len(BAD) + 1)]]
    for kind, first in rows[0].items():
        second = rows[1][kind]
        cells = [f"{first[key]} / {second[key]}" for key in BAD.values()]
        lines.append([kind.replace("_", " "), str(first["entries"]), *cells])
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{text}\n{FOOTNOTE}"
