"""Which end of a conversation this process holds, and all that follows from it.

The judge runs with an instructor's rights, and the learner's process runs hostile code.
So the two ends do not treat each other alike. Each difference is one property here.
"""

from enum import Enum


class Side(Enum):
    """The end that a process holds."""

    JUDGE = "judge"
    LEARNER = "learner"

    @property
    def believes(self) -> bool:
        """Whether what comes is rebuilt whatever it is, with modules and graphs.

        The learner's process believes the judge. The judge builds what `messages` lists
        and nothing else, and it answers only while it lends something.
        """
        return self is Side.LEARNER

    @property
    def sends_arguments_whole(self) -> bool:
        """Whether arguments cross with their graphs, generators with all their values.

        So does the judge: an answer must see what it would see in one process. What a
        learner's process lends stays there, and each value is asked for.
        """
        return self is Side.JUDGE

    @property
    def finds_leaves_behind(self) -> bool:
        """Whether results may depend on tensors of this side that were not arguments.

        A function that the judge lends may use tensors of the test. They want their
        gradients, and the learner's process learns only that there are such tensors.
        """
        return self is Side.JUDGE

    @property
    def tells_places(self) -> bool:
        """Whether an error says where it arose: for the judge that is in the tests."""
        return self is Side.LEARNER

    @property
    def asks_from_threads(self) -> bool:
        """Whether several threads may ask at once: those of a learner's function."""
        return self is Side.LEARNER

    @property
    def sees_attributes(self) -> bool:
        """Whether attributes of the other side's functions may be read.

        A learner's function may carry some that a test reads, such as `apply`. Those of
        a function that the judge lends are nobody's business.
        """
        return self is Side.JUDGE
