"""What exercises call: verdicts on a learner's function that name its mistake.

One idea carries the package. A *probe* turns an implementation into an *observation*:
it calls the function in some circumstance (odd sizes, a random cotangent, the meta
device) and writes down everything it did: results, gradients, its arguments
afterwards, or the way it failed. The verdict compares the learner's observation with
the reference solution's. The diagnosis compares it with the observation of each known
mistake: where the two agree, the mistake has a name.

    case       arguments drawn afresh by seed, in any dtype and on any device
    elsewhere  a call as if its arguments lay on another device
    forbidden  what the exercise asks to write, taken away during a call
    observe    run a function under guard and write down what it did
    failure    how a call ended that gave nothing; wording: what may be shown of it
    compare    the first difference between two observations, in words
    probes     the circumstances
    bank       reference solution and known mistakes of a task, as text
    task       visible examples, hidden probes, message and score
"""

from course_lib.checks.bank import Bank, load_bank, shortcut
from course_lib.checks.case import Draw, Sizes
from course_lib.checks.compare import Measured
from course_lib.checks.failure import CheckFailed
from course_lib.checks.task import Task

__all__ = [
    "Bank",
    "CheckFailed",
    "Draw",
    "Measured",
    "Sizes",
    "Task",
    "load_bank",
    "shortcut",
]
