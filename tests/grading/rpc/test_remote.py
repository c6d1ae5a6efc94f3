"""What exercises hand over and get back crosses the engine as if it were local.

Each case is a notebook of its own: set-up, a learner's cell, and a test whose asserts
run in the judge's process.
"""

import pytest
from grading import engine_kit as kit

from course_lib.grading.engine import preprocessor

SETUP = """
from typing import NamedTuple
import torch
from torch import nn
class LSTMState(NamedTuple):
    h: torch.Tensor
    c: torch.Tensor
"""
MODULE = """
class Cell(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.hidden = hidden
        self.fc = nn.Linear(inputs + hidden, hidden)
        self.scale = nn.Parameter(torch.ones(()))
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))
    def forward(self, x, state):
        self.calls += 1
        h = torch.tanh(self.scale * self.fc(torch.cat([x, state.h], -1)))
        return LSTMState(h, state.c + h)
    def start(self, batch):
        return LSTMState(torch.zeros(batch, self.hidden), torch.zeros(batch, 3))
    def doubled(self):
        return 2 * self.scale
"""
CASES = {
    "a_function_that_is_lent_to_threads": (
        """
from concurrent.futures import ThreadPoolExecutor
def squares(f, numbers):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(f, numbers))
""",
        """
numbers = list(range(200))
assert squares(lambda n: n * n, numbers) == [n * n for n in numbers]
""",
    ),
    "a_function_that_is_lent_and_given_no_plain_value": (
        "def give(f): return f(object())",
        """
from course_lib.checks.observe import guarded
said = str(guarded(lambda: give(lambda x: x)))
assert "takes numbers, texts, tensors" in said and "(other)" in said, said
""",
    ),
    "named_tuples": (
        """
def step(x, state):
    h = torch.tanh(x + state.h)
    return LSTMState(h=h, c=state.c * h)
""",
        """
h = torch.randn(2, 3, requires_grad=True)
state = step(torch.ones(2, 3), LSTMState(h, torch.ones(2, 3)))
assert type(state) is LSTMState
assert torch.equal(state.c, state.h)
state.c.sum().backward()
assert torch.allclose(h.grad, 1 - state.h.detach() ** 2)
""",
    ),
    "lists_of_tensors": (
        "def split(x, into):\n    into.append(x.sum())\n    return list(x.unbind(0))\n",
        """
x, into = torch.randn(4, 2, requires_grad=True), []
parts = split(x, into)
assert type(parts) is list and len(parts) == 4 and len(into) == 1
(parts[2].sum() + into[0]).backward()
assert x.grad.tolist() == [[1.0, 1.0], [1.0, 1.0], [2.0, 2.0], [1.0, 1.0]]
""",
    ),
    "a_module": (
        MODULE,
        """
cell = Cell(2, 3)
assert isinstance(cell, nn.Module) and cell.hidden == 3
names = [name for name, _ in cell.named_parameters()]
assert names == ["scale", "fc.weight", "fc.bias"], names
assert sorted(cell.state_dict()) == ["calls", "fc.bias", "fc.weight", "scale"]
x = torch.ones(4, 2, requires_grad=True)
state = cell(x, cell.start(4))
assert type(state) is LSTMState and state.h.shape == (4, 3) and cell.calls == 1
(state.h.sum() + cell.doubled()).backward()
weight, bias = cell.fc.weight.detach(), cell.fc.bias.detach()
slope = 1 - torch.tanh(x.detach() @ weight[:, :2].T + bias) ** 2
assert torch.allclose(x.grad, slope @ weight[:, :2], atol=1e-6)
assert torch.allclose(cell.fc.bias.grad, slope.sum(0), atol=1e-6)
assert cell.scale.grad is not None
with torch.no_grad():
    cell.scale.zero_()
assert not cell(x, cell.start(4)).h.any()
""",
    ),
    "a_module_loads_and_changes_dtype": (
        MODULE,
        """
cell = Cell(2, 3)
ones = {k: torch.ones_like(v) for k, v in cell.state_dict().items()}
cell.load_state_dict(ones)
x = torch.ones(1, 2, dtype=torch.float64)
cell.double()
state = cell(x, LSTMState(*torch.zeros(2, 1, 3, dtype=torch.float64)))
assert state.h.dtype == torch.float64
assert torch.allclose(state.h, torch.full((1, 3), 3.0, dtype=torch.float64).tanh())
""",
    ),
    "a_module_is_trained": (
        MODULE
        + """
def train(model, x):
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    state = model(x, model.start(len(x)))
    state.h.sum().backward()
    optimizer.step()
    return model, sum(p.numel() for p in model.parameters())
""",
        """
cell = Cell(2, 3)
before = cell.fc.bias.detach().clone()
same, count = train(cell, torch.ones(1, 2))
assert same is cell and count == 19
assert not torch.equal(before, cell.fc.bias)
assert cell.fc.bias.grad is not None
""",
    ),
    "a_module_in_parts": (
        "def build(n):\n    return nn.Sequential(nn.Linear(n, 4), nn.ReLU(), "
        "nn.Linear(4, 1))\n",
        """
model = build(3)
x = torch.randn(5, 3)
by_hand = (x @ model.get_parameter("0.weight").T + model.get_parameter("0.bias"))
by_hand = by_hand.relu() @ model.get_parameter("2.weight").T
assert torch.allclose(model(x), by_hand + model.get_parameter("2.bias"), atol=1e-6)
""",
    ),
    "generators_of_numbers": (
        "def sample(generator):\n    return torch.randn(2, generator=generator)\n",
        """
ours, theirs = (torch.Generator().manual_seed(7) for _ in range(2))
for _ in range(3):
    assert torch.equal(sample(theirs), torch.randn(2, generator=ours))
assert torch.equal(ours.get_state(), theirs.get_state())
""",
    ),
    "generators_of_python": (
        "def steps(x):\n    for x_t in x.unbind(1):\n        yield 2 * x_t\n",
        """
x = torch.ones(2, 3, requires_grad=True)
total = sum(steps(x))
total.sum().backward()
assert x.grad.tolist() == [[2.0] * 3] * 2
""",
    ),
    "a_wrapper_of_the_tests_own": (
        "def steps(x):\n    for x_t in x.unbind(1):\n        yield 2 * x_t\n",
        """
from course_lib.checks import elsewhere
values = elsewhere.checked(lambda x: list(steps(x)))(torch.ones(2, 3))
assert [one.tolist() for one in values] == [[2.0, 2.0]] * 3
""",
    ),
    "strings_in_any_script": (
        "def tokens(text):\n    places = {c: i for i, c in enumerate(text)}\n"
        "    return list(text), places\n",
        """
text = "早上好 → good morning, naïve שלום \\U0001f600"
letters, index = tokens(text)
assert "".join(letters) == text and index["早"] == 0
""",
    ),
    "whole_numbers_and_truths": (
        "def masks(ids, keep):\n    keep[0] = False\n    return (ids > 1) & keep, "
        "ids.to(torch.int32) + 1\n",
        """
ids, keep = torch.tensor([3, 0, 2]), torch.ones(3, dtype=torch.bool)
mask, more = masks(ids, keep)
assert mask.dtype == torch.bool and mask.tolist() == [False, False, True]
assert more.dtype == torch.int32 and more.tolist() == [4, 1, 3]
assert keep.tolist() == [False, True, True]
""",
    ),
    "functions_of_autograd": (
        """
class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.tanh(x)
        ctx.save_for_backward(y)
        return y
    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (1 - y * y)
class Wrong(Tanh):
    @staticmethod
    def backward(ctx, grad):
        return 2 * grad
""",
        """
x = torch.randn(3, dtype=torch.float64, requires_grad=True)
assert torch.equal(Tanh.apply(x), torch.tanh(x))
assert torch.autograd.gradcheck(Tanh.apply, (x,))
assert not torch.autograd.gradcheck(Wrong.apply, (x,), raise_exception=False)
""",
    ),
    "functions_that_call_back": (
        """
def iterate(function, x, steps):
    states = [x]
    for _ in range(steps):
        states.append(function(states[-1]))
    return torch.stack(states)
""",
        """
W = torch.randn(2, 2, dtype=torch.float64, requires_grad=True)
x = torch.randn(1, 2, dtype=torch.float64, requires_grad=True)
calls = []
def call(W, x):
    return iterate(lambda h: calls.append(1) or torch.tanh(h @ W), x, 3)
assert call(W, x).shape == (4, 1, 2) and len(calls) == 3
assert torch.autograd.gradcheck(call, (W, x))
""",
    ),
    "an_attribute_that_is_not_there": (
        MODULE,
        "assert not hasattr(Cell(1, 3), 'nothing') and hasattr(Cell(1, 3), 'hidden')",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_crosses(name):
    learner, test = CASES[name]
    names = ["Cell", "step", "split", "train", "build", "sample", "steps", "tokens"]
    names += ["masks", "Tanh", "Wrong", "iterate", "squares", "give"]
    sources = [("locked", SETUP), ("learner", learner), ("test", test + "\n1.0")]
    cells = [
        {"index": i, "role": role, "source": source, "names": names}
        for i, (role, source) in enumerate(sources)
    ]
    done = kit.grade(kit.backend(), cells)
    outputs = preprocessor.clean(done[2]["outputs"])
    errors = [out.evalue for out in outputs if out.output_type == "error"]
    assert not errors, (errors, outputs[-1].get("traceback"))
    assert kit.verdict(done[2]).score == 1.0
