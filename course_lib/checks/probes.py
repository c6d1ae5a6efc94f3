"""The circumstances in which a function is observed.

Each maker below returns a `Probe`. Its `observe` runs any implementation (the
learner's, the reference, a known mistake) in the same circumstance and returns the
same kind of observation, so that all of them can be compared.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from course_lib.checks import elsewhere, forbidden
from course_lib.checks.case import Arguments, Draw, MakeArguments, Sizes, float_leaves
from course_lib.checks.compare import Gradient
from course_lib.checks.failure import Failure
from course_lib.checks.observe import Inconclusive, guarded

Function = Callable[..., Any]
# what torch says when a function looks at the data of a meta tensor, which is allowed
UNTRIED = (
    "could not be tried on another device: it reads values of a tensor, as `.item()`, "
    "`float()` and `if` do, and fails there; write it without"
)
DATA_DEPENDENT = re.compile("no data|nonzero|cannot be called on meta|data-dependent")


@dataclass(frozen=True)
class Probe:
    """A circumstance, and the way to observe a function in it."""

    title: str
    observe: Callable[[Function], Any]
    group: str = "values"
    # where this group has failed, this probe would only repeat its failure
    after: str = "values"


@dataclass(frozen=True)
class Circumstance:
    """How an exercise makes arguments; shared by all of its probes."""

    case: MakeArguments
    names: Sequence[str]
    seed: int
    forbid: tuple[str, ...] = ()
    limit_s: float | None = None
    through: Function | None = None
    elsewhere: bool = False

    def arguments(self, sizes: Sizes, **where: Any) -> Arguments:
        """Make the arguments afresh; equal on every call."""
        return self.case(sizes, Draw(self.seed, **where))

    def leaves(self, args: Arguments) -> list[tuple[str, torch.Tensor]]:
        """List the floating-point tensors among the arguments, with their names."""
        pairs = zip(self.names, args, strict=False)
        return [leaf for name, arg in pairs for leaf in float_leaves(arg, name)]

    def call(self, function: Function, args: Arguments) -> Any:
        """Call under guard: a result or a `Failure`."""
        tests, answer = _file(self.case), _file(function)
        if found := forbidden.copied(function, self.forbid):
            text = f"copies {found}; the exercise is to write it yourself"
            return Failure("ForbiddenCall", text)
        called = elsewhere.checked(function) if self.elsewhere else function
        run = partial(self.through, called) if self.through else called
        return guarded(
            lambda: run(*args),
            self.forbid,
            limit_s=self.limit_s,
            ours="" if tests == answer else tests,  # a notebook has a file a cell
        )

    def seen(self, result: Any, name: str) -> Any:
        """Return an observation: a failure, what `through` saw, or the result."""
        if isinstance(result, Failure) or self.through:
            return result
        return {name: result}


def _file(function: Function) -> str:
    code = getattr(function, "__code__", None)
    return code.co_filename if code else ""


def value_sizes(seed: int) -> list[tuple[str, Sizes]]:
    """Return random sizes, all different, and the degenerate ones that hide slips."""
    rng = random.Random(seed)
    base = Sizes.random(rng)
    return [
        (f"random sizes ({base})", base),
        ("other random sizes", Sizes.random(rng)),
        ("a batch of one", base._replace(batch=1)),
        ("a single time step", base._replace(time=1)),
        ("input as wide as the state", base._replace(input=base.hidden)),
        ("all sizes 1", Sizes(1, 1, 1, 1, 1)),
    ]


def more_draws(how: Circumstance, draws: int) -> list[Probe]:
    """Observe the ordinary case on other numbers and sizes, up to `draws` in all."""
    found = []
    for number in range(1, draws):
        seed = how.seed + 1_000_003 * number
        sizes = Sizes.random(random.Random(seed))
        title = f"draw {number + 1} of {draws} ({sizes})"
        found.append(values(replace(how, seed=seed), title, sizes))
    return found


def values(
    how: Circumstance, title: str, sizes: Sizes, group: str = "values", **where: Any
) -> Probe:
    """Observe the result."""

    def observe(function: Function) -> Any:
        result = how.call(function, how.arguments(sizes, **where))
        return how.seen(result, "result")

    return Probe(title, observe, group)


def arguments_kept(how: Circumstance, sizes: Sizes) -> Probe:
    """Observe the arguments after the call: a function must not change its inputs."""

    def observe(function: Function) -> Any:
        args = how.arguments(sizes)
        result = how.call(function, args)
        if isinstance(result, Failure):
            return result
        pairs = zip(how.names, args, strict=False)
        return {f"after the call, the argument {name}": arg for name, arg in pairs}

    return Probe("the arguments stay as they were", observe, "arguments")


def second_call(how: Circumstance, first: Sizes, second: Sizes) -> Probe:
    """Observe a call after another one: nothing may be remembered between calls."""

    def observe(function: Function) -> Any:
        how.call(function, how.arguments(first))
        result = how.call(function, how.arguments(second))
        return how.seen(result, "the result of a second call")

    return Probe("a second call, with other sizes", observe, "second call")


def gradients(how: Circumstance, sizes: Sizes) -> Probe:
    """Observe the gradient of every argument, in float64, for a random cotangent.

    A random cotangent weighs every output differently: the sum of the outputs, which
    is often used instead, cannot see two outputs exchanged.
    """

    def observe(function: Function) -> Any:
        args = how.arguments(sizes, dtype=torch.float64)
        leaves = how.leaves(args)
        for _, tensor in leaves:
            tensor.requires_grad_()
        result = how.call(function, args)
        if isinstance(result, Failure):
            return result
        found = guarded(lambda: _pull_back(result, [t for _, t in leaves], how.seed))
        if isinstance(found, Failure):
            return found
        pairs = zip(leaves, found, strict=True)
        return {f"the gradient of {name}": Gradient(grad) for (name, _), grad in pairs}

    return Probe("gradients of every argument, in float64", observe, "gradients")


def _pull_back(
    result: Any, leaves: list[torch.Tensor], seed: int
) -> list[torch.Tensor]:
    """Return the gradient of a random weighted sum of all outputs; zeros if unused."""
    draw = Draw(seed + 1, dtype=torch.float64)
    pairs = [(out, draw(*out.shape)) for _, out in float_leaves(result, "result")]
    pairs = [(out, weight) for out, weight in pairs if out.requires_grad]
    if not pairs:
        return [torch.zeros_like(leaf) for leaf in leaves]
    outputs, weights = zip(*pairs, strict=True)
    return list(
        torch.autograd.grad(
            outputs, leaves, weights, allow_unused=True, materialize_grads=True
        )
    )


def devices(how: Circumstance, sizes: Sizes, edge: str = "") -> list[Probe]:
    """Observe in float64, on two devices that need no GPU, and on CUDA if there is one.

    Args:
        how: the circumstance.
        sizes: the sizes to take.
        edge: the title of the edge case, where it is one.
    """
    group = "dtype and device"
    title = f"{edge}, " if edge else ""
    double = {"dtype": torch.float64}
    on_meta = _on_meta(how, f"{title}inputs on another device", sizes, group)
    found = [
        values(how, f"{title}float64 in, float64 out", sizes, group, **double),
        on_meta,
        _elsewhere(how, f"{title}values on another device", sizes, on_meta),
    ]
    if torch.cuda.is_available():
        on_gpu = f"{title}inputs on the GPU"
        found.append(values(how, on_gpu, sizes, group, device="cuda"))
    return [replace(probe, after=edge or "values") for probe in found]


def _on_meta(how: Circumstance, title: str, sizes: Sizes, group: str) -> Probe:
    """Observe shapes, dtypes and devices for inputs that hold no data.

    The meta device computes shapes only. A tensor that the function makes on the
    default device instead of its input's cannot meet a meta tensor, so the slip shows
    itself without a GPU.
    """
    probe = values(how, title, sizes, group, device="meta")

    def observe(function: Function) -> Any:
        # torch's first operation on meta imports for seconds: not on the learner's time
        torch.empty(1, device="meta").neg()
        seen = probe.observe(function)
        refused = isinstance(seen, Failure) and seen.library
        # the learner's own `raise` could say the same
        if refused and DATA_DEPENDENT.search(seen.text):
            return Inconclusive()
        return seen

    return Probe(probe.title, observe, group)


def _elsewhere(how: Circumstance, title: str, sizes: Sizes, on_meta: Probe) -> Probe:
    """Observe the result where inputs pretend to lie on another device, see there.

    Who reads values cannot be tried on the meta device, and loses nothing by it, if
    the slip would show itself here. A function that neither of the two can try has not
    shown that it works on another device.
    """
    probe = values(replace(how, elsewhere=True), title, sizes, on_meta.group)

    def observe(function: Function) -> Any:
        seen = probe.observe(function)
        if not isinstance(seen, Failure) or seen.kind == "WrongDevice":
            return seen
        if isinstance(on_meta.observe(function), Inconclusive):
            return Failure("Untried", UNTRIED)
        return Inconclusive()

    return Probe(probe.title, observe, probe.group)
