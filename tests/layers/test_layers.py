"""The fast layers: PyTorch's values and gradients in every feature, and linear time."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from course_lib.cells import gru_forward, init_gru, init_lstm, lstm_forward
from course_lib.device import make_generator
from course_lib.layers import blocks, padding
from course_lib.layers.gru import GRU, fast_gru
from course_lib.layers.lstm import LSTM, fast_lstm
from course_lib.layers.recurrent import Recurrent
from course_lib.layers.stack import Stack
from course_lib.shapes import ShapeError

BATCH, TIME, INPUT, HIDDEN = 4, 23, 3, 5
LENGTHS = [7, 23, 1, 12]
KINDS = {"LSTM": (nn.LSTM, LSTM, 2), "GRU": (nn.GRU, GRU, 1)}
FAST = {
    "LSTM": (fast_lstm, lstm_forward, init_lstm),
    "GRU": (fast_gru, gru_forward, init_gru),
}


@pytest.fixture(autouse=True)
def _several_blocks(monkeypatch):
    """Blocks of two steps: the last one is not full."""
    monkeypatch.setattr(blocks, "ROWS", 2 * BATCH)


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=make_generator(seed), dtype=dtype)


def pair(kind, layers=1, both=False, dtype=torch.float64):
    """Return PyTorch's module and ours with its parameters."""
    theirs, ours, _ = KINDS[kind]
    torch.manual_seed(1)
    module = theirs(INPUT, HIDDEN, layers, bidirectional=both, batch_first=True)
    module = module.to(dtype)
    return module, ours.from_torch(module)


def run_torch(module, x, parts, lengths):
    """Run PyTorch's module; return states and the last state's parts, stacked."""
    state = parts if parts is None or len(parts) > 1 else parts[0]
    if lengths is None:
        hs, last = module(x, state)
    else:
        packed = pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False
        )
        hs, last = module(packed, state)
        hs, _ = pad_packed_sequence(hs, batch_first=True, total_length=x.shape[1])
    return hs, list(last) if isinstance(last, tuple) else [last]


def run_ours(layer, x, parts, lengths):
    """Run ours; one cell has states without the first axis, which is added here."""
    state = parts
    if parts is not None:
        state = [part[0] for part in parts] if len(layer.cells) == 1 else parts
        state = tuple(state) if len(parts) > 1 else state[0]
    hs, last = layer(x, state, lengths)
    last = list(last) if isinstance(last, tuple) else [last]
    return hs, [p[None] for p in last] if len(layer.cells) == 1 else last


def parameter_gradients(module, layer):
    """Return pairs (PyTorch's gradient, ours) of all parameters, our orientation."""
    sides = ("", "_reverse")[: layer.directions]
    tails = [f"_l{k}{s}" for k in range(module.num_layers) for s in sides]
    for tail, cell in zip(tails, layer.cells, strict=True):
        grad = {n: getattr(module, n + tail).grad for n in ("weight_ih", "weight_hh")}
        yield grad["weight_ih"].T, cell.W_x.grad
        yield grad["weight_hh"].T, cell.W_h.grad
        yield getattr(module, "bias_ih" + tail).grad, cell.b.grad
        if hasattr(cell, "b_hn"):
            b_hh = getattr(module, "bias_hh" + tail).grad
            yield b_hh[2 * HIDDEN :], cell.b_hn.grad


@pytest.mark.parametrize(
    ("kind", "layers", "both", "lengths", "given"),
    list(
        itertools.product(KINDS, (1, 3), (False, True), (None, LENGTHS), (False, True))
    ),
)
def test_equal_to_torch_in_value_and_gradient(kind, layers, both, lengths, given):
    module, layer = pair(kind, layers, both)
    number, shape = KINDS[kind][2], (layers * (1 + both), BATCH, HIDDEN)
    d_last = [draw(*shape, seed=10 + k) for k in range(number)]
    dhs = draw(BATCH, TIME, HIDDEN * (1 + both), seed=20)
    found = []
    for run, net in ((run_torch, module), (run_ours, layer)):
        x = draw(BATCH, TIME, INPUT).requires_grad_()
        parts = [draw(*shape, seed=30 + k).requires_grad_() for k in range(number)]
        hs, last = run(net, x, parts if given else None, lengths)
        loss = (hs * dhs).sum() + sum(map(torch.sum, map(torch.mul, last, d_last)))
        loss.backward()
        found.append([hs, *last, x.grad, *(p.grad for p in parts if given)])
    pairs = [*zip(*found, strict=True), *parameter_gradients(module, layer)]
    for theirs, ours in pairs:
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("used", ["hs", "last", "one step"])
def test_losses_that_use_only_a_part(kind, used):
    module, layer = pair(kind, 2, True)
    loss = {
        "hs": lambda hs, last: hs.square().sum(),
        "last": lambda hs, last: last[-1].square().sum(),
        "one step": lambda hs, last: hs[:, 3].square().sum(),
    }[used]
    x = draw(BATCH, TIME, INPUT)
    for run, net in ((run_torch, module), (run_ours, layer)):
        loss(*run(net, x, None, LENGTHS)).backward()
    for theirs, ours in parameter_gradients(module, layer):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("lengths", [None, [3, 1]])
@pytest.mark.parametrize("kind", FAST)
def test_finite_differences(kind, lengths):
    fast, _, init = FAST[kind]
    params = [p.double() for p in init(2, 3, make_generator(0))]
    kind_of, count = type(init(2, 3, make_generator(0))), KINDS[kind][2]
    state = [draw(2, 3, seed=k) for k in range(count)]
    given = [t.requires_grad_() for t in (draw(2, 3, 2), *state, *params)]

    def run(x, *rest):
        state = rest[:count] if count > 1 else rest[0]
        hs, last = fast(x, state, kind_of(*rest[count:]), lengths)
        return hs, *(last if count > 1 else [last])

    assert torch.autograd.gradcheck(run, given)


@pytest.mark.parametrize("kind", FAST)
def test_equal_to_the_readable_form(kind):
    fast, readable, init = FAST[kind]
    params = init(INPUT, HIDDEN, make_generator(2))
    x = draw(BATCH, TIME, INPUT, dtype=torch.float32)
    (hs, last), (want, want_last) = fast(x, None, params), readable(x, None, params)
    torch.testing.assert_close(hs, want)
    torch.testing.assert_close(last, want_last)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_error_is_not_larger_than_torchs(kind):
    torch.manual_seed(3)
    module = KINDS[kind][0](32, 64, batch_first=True)
    exact = KINDS[kind][0](32, 64, batch_first=True).double()
    exact.load_state_dict(module.state_dict())
    layer = KINDS[kind][1].from_torch(module)
    x, dhs = draw(16, 100, 32), draw(16, 100, 64, seed=1)
    found = {}
    for name, net, dtype in (
        ("exact", exact, torch.float64),
        ("torch", module, torch.float32),
        ("ours", layer, torch.float32),
    ):
        given = x.to(dtype, copy=True).requires_grad_()
        hs, _ = net(given)
        hs.backward(dhs.to(dtype))
        found[name] = [hs.detach(), given.grad]
    found["torch"] += [p for p, _ in parameter_gradients_at(module, layer)]
    found["ours"] += [p for _, p in parameter_gradients_at(module, layer)]
    found["exact"] += [p for p, _ in parameter_gradients_at(exact, layer)]
    for want, theirs, ours in zip(*found.values(), strict=True):
        # the order of a sum is the processor's; what float32 itself rounds off is free
        size, eps = want.square().mean().sqrt(), torch.finfo(torch.float32).eps
        most = max(1.5 * (theirs - want).square().mean().sqrt(), 2 * eps * size)
        assert (ours - want).square().mean().sqrt() <= most


def parameter_gradients_at(module, layer):
    """As `parameter_gradients`, without the bias that depends on HIDDEN."""
    return [p for p in parameter_gradients(module, layer) if p[0].shape == p[1].shape]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_the_padding_matters(kind):
    _, layer = pair(kind, 2, True)
    x = draw(BATCH, TIME, INPUT)
    spoilt = x.masked_fill(padding.padding_mask(LENGTHS, TIME, x.device), torch.nan)
    (hs, last), (want, want_last) = (
        layer(spoilt, None, LENGTHS),
        layer(x, None, LENGTHS),
    )
    assert torch.equal(hs, want)
    hs.square().sum().backward()
    assert all(p.grad.isfinite().all() for p in layer.parameters())
    mask = padding.padding_mask(LENGTHS, TIME, x.device)
    assert hs.masked_select(mask).eq(0).all()
    assert torch.equal(torch.stack(list(last)), torch.stack(list(want_last)))


@pytest.mark.parametrize("kind", KINDS)
def test_without_gradient_nothing_is_kept_and_all_is_equal(kind):
    _, layer = pair(kind)
    x = draw(BATCH, TIME, INPUT)
    hs, _ = layer(x, lengths=LENGTHS)
    assert hs.grad_fn is not None
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            again, _ = layer(x, lengths=LENGTHS)
        assert again.grad_fn is None
        assert torch.equal(again, hs)


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_are_left_alone_and_a_graph_serves_twice(kind):
    _, layer = pair(kind)
    x = draw(BATCH, TIME, INPUT)
    copy = x.clone()
    hs, _ = layer(x)
    loss = hs.square().sum()
    first = torch.autograd.grad(loss, layer.parameters(), retain_graph=True)
    second = torch.autograd.grad(loss, layer.parameters())
    assert all(map(torch.equal, first, second))
    assert torch.equal(x, copy)


@pytest.mark.parametrize("kind", KINDS)
def test_second_derivatives_are_refused(kind):
    _, layer = pair(kind)
    x = draw(BATCH, TIME, INPUT).requires_grad_()
    with pytest.raises(RuntimeError, match=r"use (lstm|gru)_forward"):
        torch.autograd.grad(layer(x)[0].sum(), x, create_graph=True)


def operations(layer, steps):
    """Count the operations, and the numbers they write, of forward and backward."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Count(TorchDispatchMode):
        calls = written = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            out = func(*args, **(kwargs or {}))
            self.calls += 1
            if isinstance(out, torch.Tensor) and not func.is_view:
                self.written += out.numel()
            return out

    x = draw(BATCH, steps, INPUT)
    with Count() as count:
        layer(x)[0].square().sum().backward()
    return count.calls, count.written


@pytest.mark.parametrize("kind", KINDS)
def test_work_is_linear_in_time(kind):
    _, layer = pair(kind)
    small, middle, large = (operations(layer, steps) for steps in (64, 128, 256))
    for k, least in ((0, 64 * 10), (1, 64 * 10 * BATCH * HIDDEN)):
        growth = middle[k] - small[k]
        assert growth > least, "the count must see what the loop does"
        assert large[k] - middle[k] == pytest.approx(2 * growth, rel=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_acts_between_layers_in_training_only(kind):
    _, ours, _ = KINDS[kind]
    layer = ours(INPUT, HIDDEN, make_generator(0), num_layers=2, dropout=0.5)
    x = draw(BATCH, TIME, INPUT, dtype=torch.float32)
    torch.manual_seed(0)
    assert not torch.equal(layer(x)[0], layer(x)[0])
    # the last states of the lower layer have not passed it
    lower = [layer(x)[1] for _ in range(2)]
    lower = [(s.h if hasattr(s, "h") else s)[0] for s in lower]
    assert torch.equal(*lower)
    layer.eval()
    assert torch.equal(layer(x)[0], layer(x)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_meta_bfloat16_and_autocast(kind):
    _, ours, _ = KINDS[kind]
    layer = ours(INPUT, HIDDEN, make_generator(0), num_layers=2, bidirectional=True)
    x = draw(BATCH, TIME, INPUT, dtype=torch.float32)
    want = layer(x, lengths=LENGTHS)[0]
    with torch.autocast("cpu", torch.bfloat16):
        hs, _ = layer(x.bfloat16().float(), lengths=LENGTHS)
        low, _ = layer(x.bfloat16(), lengths=LENGTHS)
        hs.sum().backward()
    assert hs.dtype == low.dtype == torch.float32
    assert torch.equal(hs, low)
    low = ours(INPUT, HIDDEN, make_generator(0), 2, True).bfloat16()
    low_hs, _ = low(x.bfloat16(), lengths=LENGTHS)
    low_hs.sum().backward()
    assert low_hs.dtype == torch.bfloat16
    torch.testing.assert_close(low_hs.float(), want, atol=0.02, rtol=0.05)
    meta = ours(INPUT, HIDDEN, make_generator(0), 2, True).to("meta")
    hs, _ = meta(x.to("meta"), lengths=LENGTHS)
    hs.sum().backward()
    assert hs.shape == (BATCH, TIME, 2 * HIDDEN)
    assert all(p.grad.shape == p.shape for p in meta.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_learns_and_moves_as_a_module(kind):
    _, ours, _ = KINDS[kind]
    layer = ours(INPUT, HIDDEN, make_generator(0), num_layers=2)
    names = ["W_x", "W_h", "b"] + ["b_hn"] * (kind == "GRU")
    assert [n for n, _ in layer.named_parameters()] == [
        f"cells.{k}.{n}" for k in range(2) for n in names
    ]
    other = ours(INPUT, HIDDEN, make_generator(1), num_layers=2)
    x = draw(BATCH, TIME, INPUT, dtype=torch.float32)
    assert not torch.equal(other(x)[0], layer(x)[0])
    other.load_state_dict(layer.state_dict())
    assert torch.equal(other(x)[0], layer(x)[0])


def test_a_stack_takes_any_forward_function_with_lengths():
    def tanh_sum(x, state, params, lengths):
        return torch.tanh(x.cumsum(1)), x.sum(1)

    cell = Recurrent(tanh_sum, init_gru(1, 1, make_generator(0)))
    hs, last = Stack([cell, cell], num_layers=1)(torch.ones(1, 3, 1))
    assert torch.equal(hs[0, :, 0], torch.tensor([1.0, 2, 3]).tanh())
    assert torch.equal(hs[0, :, 1], torch.tensor([3.0, 2, 1]).tanh())
    assert last.shape == (2, 1, 1)


def test_backwards_is_its_own_inverse_and_keeps_padding():
    x = torch.arange(10.0).reshape(2, 5, 1)
    turned = padding.backwards(x, (3, 5))
    assert turned[..., 0].tolist() == [[2, 1, 0, 3, 4], [9, 8, 7, 6, 5]]
    assert torch.equal(padding.backwards(turned, (3, 5)), x)
    assert torch.autograd.gradgradcheck(
        lambda x: padding.backwards(x, (3, 5)).square(), x.double().requires_grad_()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_messages(kind):
    _, layer = pair(kind)
    x = draw(BATCH, TIME, INPUT)
    with pytest.raises(ShapeError, match="axis 2 is 4"):
        layer(draw(BATCH, TIME, 4))
    with pytest.raises(ShapeError, match="no time steps"):
        layer(x[:, :0])
    for lengths in ([1, 2], [0, 1, 1, 1], [1, 1, 1, TIME + 1], [1, 1, 1, 1.5]):
        with pytest.raises(ShapeError, match="lengths is"):
            layer(x, lengths=lengths)
    state = draw(1, BATCH, HIDDEN)
    with pytest.raises(ShapeError, match="state"):
        layer(x, (state, state) if kind == "LSTM" else state)
    with pytest.raises(ShapeError, match="cells=4"):
        pair(kind, 2, True)[1](x, (state, state) if kind == "LSTM" else state)
    with pytest.raises(ValueError, match="no stack of 2"):
        Stack([layer.cells[0]] * 3, 2)
    with pytest.raises(ValueError, match="dropout is 2"):
        Stack([layer.cells[0]], 1, 2)
    with pytest.raises(ValueError, match="is no"):
        type(layer).from_torch(nn.RNN(2, 3))
    with pytest.raises(ValueError, match="projects"):
        LSTM.from_torch(nn.LSTM(3, 4, proj_size=2))
    without = KINDS[kind][0](INPUT, HIDDEN, bias=False, batch_first=True).double()
    torch.testing.assert_close(
        type(layer).from_torch(without)(x)[0], without(x)[0], rtol=1e-12, atol=1e-12
    )
