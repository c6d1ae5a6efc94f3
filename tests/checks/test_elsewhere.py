"""The device check: honest answers pass, a hard-coded device is named, tricks fail.

Each answer below is a whole function `f(x, lengths)` in one of two lists. The last
tests grade a task whose right answer needs a buffer.
"""

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import checks
from course_lib.checks import elsewhere
from course_lib.checks.elsewhere import WrongDevice

HONEST = """
return x + x.new_zeros(3)
return x + torch.zeros(3, device=x.device)
return x + torch.zeros(3).to(x)
return x * torch.tensor(2.0)
return x[torch.arange(2)]
return x[:, : int(lengths.max())]
return x[:, : max(lengths.tolist())]
return torch.stack([x[i] * float(lengths[i]) for i in range(2)])
assert not torch.isnan(x).any(); return x
assert x.device == lengths.device; return x
return None if x.sum() > 1e9 else x
out = torch.zeros_like(x); out[:, 0] = x[:, 0]; return out
s = torch.arange(3, device=x.device); return torch.where(s < lengths[:, None], x, 0.0)
return x.cpu().to(x.device)
return torch.rand(2, 3, generator=torch.Generator(), device=x.device) + x
y = x.clone().requires_grad_(); return torch.autograd.grad((y * y).sum(), y)[0]
return sum((row.sum() for row in x), torch.tensor(0.0))
pack = nn.utils.rnn.pack_padded_sequence; return pack(x, lengths.cpu(), True).data
m = nn.Linear(3, 2).to(x.device); return m(x)
m = nn.Linear(3, 2, device=x.device); return m(x)
m = nn.LSTM(3, 2).to(x.device); return m(x)[0]
return torch.vmap(lambda r: r * 2 + torch.zeros_like(r))(x)
return torch.func.grad(lambda a: (a * a).sum())(x)
return torch.linspace(0, 1, 3).type_as(x) * x
return torch.tensor(lengths.tolist(), device=x.device)
return torch.from_numpy(np.ones((2, 3), dtype="float32")).to(x.device) + x
return x.detach().cpu().numpy().tolist()
return torch.as_tensor(x)
return torch.cat([x, x.new_zeros(2, 1)], 1)
return x.to(torch.float64)
""".strip().splitlines()
WRONG = """
return x + torch.zeros(3)
return torch.zeros(3)
return x.cpu()
return x.to("cpu")
return x + torch.zeros(3, device="cpu")
return torch.from_numpy(x.numpy())
return np.asarray(x)
return x + torch.from_numpy(np.ones((2, 3), dtype="float32"))
return torch.tensor(x.tolist())
out = torch.zeros(2, 3); out[:, 0] = x[:, 0]; return out
return torch.where(torch.arange(3) < lengths[:, None], x, 0.0)
return x @ torch.eye(3)
return nn.Linear(3, 2)(x)
return nn.Embedding(5, 3)(lengths)
return torch.cat([x, torch.zeros(2, 1)], 1)
return torch.stack([torch.tensor(0.0), x[0, 0]])
return torch.arange(4)[lengths]
return [x, {"a": torch.zeros(3)}]
return x.index_select(0, torch.arange(2))
m = nn.LSTM(3, 2, device=x.device); z = torch.zeros(1, 2); return m(x, (z, z))
return x.clone() if x.is_meta else x + torch.zeros(3)
return x.clone() if x.is_cpu else x + torch.zeros(3)
x.sum().item() if x.is_meta else None; return x + torch.zeros(3)
return x + torch.zeros(3) if float(x.sum()) < 1e9 else None
""".strip().splitlines()


def function(line):
    names = {"torch": torch, "np": np, "nn": nn}
    exec("def f(x, lengths):\n    " + line.replace("; ", "\n    "), names)
    return names["f"]


def arguments():
    x = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    return x, torch.tensor([2, 1])


@pytest.mark.parametrize("line", HONEST)
def test_an_honest_answer_passes_and_gives_what_it_gives(line):
    torch.manual_seed(0)
    got = elsewhere.checked(function(line))(*arguments())
    torch.manual_seed(0)
    want = function(line)(*arguments())
    torch.testing.assert_close(got, want)


@pytest.mark.parametrize("line", WRONG)
def test_a_tensor_on_the_default_device_is_found(line):
    with pytest.raises(WrongDevice, match=r"default device|hands an input"):
        elsewhere.checked(function(line))(*arguments())


def test_the_device_of_a_context_is_not_the_default_one():
    def answer(x):
        with torch.device(x.device):
            return x + torch.zeros(3)

    assert elsewhere.checked(answer)(torch.ones(3)).tolist() == [1, 1, 1]


def test_a_function_that_is_lent_runs_as_ever():
    def lent(ids):
        return torch.ones(5, 2)[ids]  # on its own side there is one device

    def answer(step, ids):
        return step(ids) + ids[:, None]

    found = elsewhere.checked(answer)(lent, torch.tensor([1, 2]))
    assert found.tolist() == [[2, 2], [3, 3]]


def test_afterwards_nothing_is_pretended():
    seen = []
    elsewhere.checked(lambda x: seen.append(elsewhere.now()))(torch.ones(1))
    assert seen == [True]
    assert not elsewhere.now()
    assert torch.ones(1).is_cpu
    assert torch.ones(1).device == torch.device("cpu")
    assert type(torch.from_numpy(np.ones(1)) + torch.zeros(1)) is torch.Tensor


TEXT = """
import torch

def shift(x):
    return torch.cat([x.new_zeros(len(x), 1), x[:, :-1]], dim=1)
"""
RIGHT = "torch.cat([x.new_zeros(len(x), 1), x[:, :-1]], 1)"
SLIP = "torch.cat([torch.zeros(len(x), 1, dtype=x.dtype), x[:, :-1]], 1)"
READS = "torch.cat([x.new_zeros(len(x), 1 + 0 * int(x[0, 0] > 9)), x[:, :-1]], 1)"


def score(source, capsys):
    names = {"torch": torch, "np": np}
    exec(source, names)
    task = checks.Task("shift", names["shift"], points=12)
    case = lambda size, draw: (draw(size.batch, size.time),)  # noqa: E731
    task.hidden(case, checks.Bank("shift", TEXT))
    return task.score(), capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (f"return {RIGHT}", None),
        (f"return {READS}", None),
        (f"if x.is_meta: return torch.empty_like(x)\n    return {RIGHT}", None),
        (f"assert x.isfinite().all()\n    return {RIGHT}", None),
        (f"return {SLIP}", "inputs on another device"),
        (f"if x.is_meta: x.sum().item()\n    return {SLIP}", "mixes a tensor"),
        (f"if x.is_meta: return torch.empty_like(x)\n    return {SLIP}", "mixes a"),
        (f"if x.is_meta: raise RuntimeError('no data')\n    return {SLIP}", "raised"),
        (f"assert x.isfinite().all()\n    return {SLIP}", "mixes a tensor"),
        (f"float(x.sum())\n    return ({RIGHT}).cpu()", "returned a tensor on the"),
        (f"float(x.sum())\n    return ({RIGHT}).float()", "float64 in, float64 out"),
        (
            "float(x.sum())\n    a = np.pad(x.detach().numpy(), ((0, 0), (1, 0)))\n"
            f"    return {RIGHT}",
            "hands an input to NumPy",
        ),
        (
            "float(x.sum())\n    if x.device != torch.device('cpu'): raise ValueError\n"
            f"    return {RIGHT}",
            "could not be tried on another device: it reads values of a tensor",
        ),
    ],
)
def test_what_the_device_check_costs(body, words, capsys):
    points, message = score(f"def shift(x):\n    {body}", capsys)
    if words is None:
        assert points == 12, message
        return
    assert points == 11, message
    assert words in message


def test_a_reference_that_cannot_be_tried_costs_nobody_anything(capsys):
    text = TEXT.replace(
        "    return", "    float(x[0, 0])\n    assert x.is_cpu\n    return"
    )
    task = checks.Task("shift", function("return " + RIGHT), points=12)
    task.function = lambda x: eval(RIGHT, {"torch": torch, "x": x})
    task.hidden(lambda size, draw: (draw(3, 4),), checks.Bank("shift", text))
    assert task.score() == 12
