"""What became of a class, in words: numbers, and a line for each that needs one."""

from dataclasses import dataclass, field

from course_lib.grading.batch.jobs import Result


@dataclass
class Summary:
    """What became of a class; by learner, what there is to say."""

    executed: int = 0
    from_journal: int = 0
    up_to_date: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    penalties: dict[str, float] = field(default_factory=dict)
    no_penalty: dict[str, str] = field(default_factory=dict)
    undated: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, message: "Message") -> None:
        """Count one submission."""
        if message.undated:
            self.undated[message.student] = message.undated
        if message.kind in ("failed", "left_out"):
            getattr(self, message.kind)[message.student] = message.failed
        else:
            setattr(self, message.kind, getattr(self, message.kind) + 1)
            if message.result and message.result.unreadable:
                why = message.result.unreadable.values()
                self.unreadable[message.student] = " ".join(why)

    @property
    def clean(self) -> bool:
        """Whether every submission has a grade that is its own."""
        return not (self.failed or self.left_out or self.no_penalty)

    def __str__(self) -> str:
        left_out = f", {len(self.left_out)} not graded" if self.left_out else ""
        lines = [
            f"{self.executed} graded, {self.from_journal} taken from the journal, "
            f"{self.up_to_date} up to date, {len(self.failed)} failed{left_out} "
            f"({self.seconds:.1f} s)"
        ]
        reasons = self.failed | self.unreadable
        lines += [f"  {student}: 0, {why}" for student, why in sorted(reasons.items())]
        lines += [f"  {n}: not graded, {why}" for n, why in self.left_out.items()]
        if self.penalties:
            lines.append(
                "late penalties brought up to date (due date, extension, plugin or "
                f"score): {len(self.penalties)}"
            )
        lines += [f"  {who}: {x:g}" for who, x in sorted(self.penalties.items())]
        lines += [f"  {who}: {why}" for who, why in sorted(self.no_penalty.items())]
        lines += [f"  {who}: {why}" for who, why in sorted(self.undated.items())]
        return "\n".join(lines)


@dataclass
class Message:
    """What a thread says of one submission when it is done with it.

    Attributes:
        student: the learner's id.
        timestamp: when it was handed in, in UTC.
        secret: the exchange's.
        state: what the journal notes when this stands in the gradebook.
        kind: the field of `Summary` that counts it.
        result: a worker's; None where that stands in the gradebook, or there is none.
        failed: why there is none.
        undated: what is wrong with the time stamp.
    """

    student: str
    timestamp: str | None = None
    secret: bytes | None = None
    state: str = ""
    kind: str = "up_to_date"
    result: Result | None = None
    failed: str = ""
    undated: str = ""

    def leave_out(self, why: str) -> "Message":
        """Say that this submission has no grade, and why."""
        self.kind, self.failed = "left_out", why
        return self
