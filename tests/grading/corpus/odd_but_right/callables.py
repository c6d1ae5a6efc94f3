"""Callables that are no plain function, and unusual signatures."""

from ..entry import right
from .loop import LOOP

ENTRIES = [
    right(
        "lambda",
        "a lambda",
        """
from itertools import accumulate
leaky = lambda x, decay: torch.stack(
    list(accumulate(x.unbind(1), lambda s, x_t: decay * s + x_t)), dim=1)
""",
        quick=True,
    ),
    right(
        "partial",
        "a functools.partial",
        f"""
from functools import partial
def leaky_along(axis, x, decay):
{LOOP}
leaky = partial(leaky_along, 1)
""",
        quick=True,
    ),
    right(
        "callable_object",
        "an instance of a class with __call__",
        f"""
class Leaky:
    def __call__(self, x, decay):
{LOOP.replace(chr(10), chr(10) + "    ")}
leaky = Leaky()
""",
        quick=True,
    ),
    right(
        "module_object",
        "an instance of nn.Module",
        f"""
class Leaky(torch.nn.Module):
    def forward(self, x, decay):
{LOOP.replace(chr(10), chr(10) + "    ")}
leaky = Leaky()
""",
    ),
    right(
        "static_method",
        "a static method of a class",
        f"""
class Tools:
    @staticmethod
    def leaky(x, decay):
{LOOP.replace(chr(10), chr(10) + "    ")}
leaky = Tools.leaky
""",
    ),
    right(
        "bound_method",
        "a method of an object",
        f"""
class Tools:
    def leaky(self, x, decay):
{LOOP.replace(chr(10), chr(10) + "    ")}
leaky = Tools().leaky
""",
    ),
    right(
        "decorated",
        "a decorator that keeps the name",
        f"""
import functools
def counted(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        call.count += 1
        return function(*args, **kwargs)
    call.count = 0
    return call
@counted
def leaky(x, decay):
{LOOP}
""",
    ),
    right(
        "decorated_without_name",
        "a decorator that hides name and signature",
        f"""
def plain(function):
    return lambda *a: function(*a)
@plain
def leaky(x, decay):
{LOOP}
""",
    ),
    right(
        "no_grad_undone",
        "a decorator of torch that changes nothing",
        f"""
@torch.enable_grad()
def leaky(x, decay):
{LOOP}
""",
    ),
    right(
        "star_arguments",
        "*args",
        f"""
def leaky(*args):
    x, decay = args
{LOOP}
""",
    ),
    right(
        "other_names",
        "parameters with other names",
        """
def leaky(inputs, d):
    state, out = 0 * inputs[:, 0], []
    for step in inputs.unbind(1):
        state = d * state + step
        out.append(state)
    return torch.stack(out, 1)
""",
    ),
    right(
        "keyword_parameters",
        "further parameters with defaults",
        f"""
def leaky(x, decay, *, verbose=False, **others):
{LOOP}
""",
    ),
    right(
        "positional_only",
        "parameters that have no names outside",
        f"""
def leaky(x, decay, /):
{LOOP}
""",
    ),
    right(
        "type_hints",
        "annotations that are strings",
        f"""
from __future__ import annotations
def leaky(x: Tensor[batch, time], decay: Tensor) -> Tensor[batch, time]:
{LOOP}
""",
    ),
    right(
        "defined_twice",
        "a first try above the second",
        f"""
def leaky(x, decay):
    return x
def leaky(x, decay):
{LOOP}
""",
        quick=True,
    ),
]
