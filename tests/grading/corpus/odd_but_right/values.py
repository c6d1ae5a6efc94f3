"""What is returned, or done to arguments, looks unusual and is right."""

from ..entry import RIGHT, right
from .loop import LOOP

ENTRIES = [
    right(
        "counter",
        "a Counter, which is a dict",
        """
from collections import Counter
def tally(symbols):
    return Counter(symbols)
""",
        task="tally",
        quick=True,
    ),
    right(
        "default_dict",
        "a defaultdict, which is a dict",
        """
from collections import defaultdict
def tally(symbols):
    counts = defaultdict(int)
    for symbol in symbols:
        counts[symbol] += 1
    return counts
""",
        task="tally",
    ),
    right(
        "ordered_dict",
        "an OrderedDict",
        """
from collections import OrderedDict
def tally(symbols):
    return OrderedDict((s, symbols.count(s)) for s in sorted(set(symbols)))
""",
        task="tally",
    ),
    right(
        "numpy_counts",
        "NumPy's integers for counts",
        """
import numpy as np
def tally(symbols):
    keys, counts = np.unique(np.array(symbols, dtype=str), return_counts=True)
    return {str(k): c for k, c in zip(keys, counts)}
""",
        task="tally",
    ),
    right(
        "numpy_strings",
        "NumPy's strings for keys",
        """
import numpy as np
def tally(symbols):
    keys, counts = np.unique(np.array(symbols, dtype=str), return_counts=True)
    return dict(zip(keys, counts.tolist()))
""",
        task="tally",
    ),
    right(
        "tensor_counts",
        "tensors of one number for counts",
        """
def tally(symbols):
    return {s: torch.tensor(symbols.count(s)) for s in symbols}
""",
        task="tally",
    ),
    right(
        "list_for_tuple",
        "a list where a tuple is expected",
        RIGHT["memory"].replace(
            "return torch.stack(hs, dim=1), h_t", "return [torch.stack(hs, dim=1), h_t]"
        ),
        task="memory",
        quick=True,
    ),
    right(
        "named_tuple_returned",
        "a named tuple",
        """
from typing import NamedTuple
class Run(NamedTuple):
    hs: torch.Tensor
    h_T: torch.Tensor
"""
        + RIGHT["memory"].replace(
            "return torch.stack(hs, dim=1), h_t",
            "return Run(torch.stack(hs, dim=1), h_T=h_t)",
        ),
        task="memory",
    ),
    right(
        "params_unpacked",
        "the named tuple, taken apart by position",
        """
def memory(x, h_0, params):
    W, U, b = params
    h = x.new_zeros(len(x), len(b)) if h_0 is None else h_0
    hs = [h := torch.tanh(x_t @ W + h @ U + b) for x_t in x.unbind(1)]
    return torch.stack(hs, 1), h
""",
        task="memory",
    ),
    right(
        "params_replaced",
        "the named tuple's own methods",
        """
def memory(x, h_0, params):
    params = type(params)(**params._asdict())._replace(b_h=params.b_h * 1)
    h = x.new_zeros(len(x), len(params[2])) if h_0 is None else h_0
    hs = []
    for x_t in x.unbind(1):
        h = torch.tanh(x_t @ params.W_xh + h @ params.W_hh + params.b_h)
        hs.append(h)
    return torch.stack(hs, 1), hs[-1]
""",
        task="memory",
    ),
    right(
        "view_returned",
        "a view of another tensor",
        """
def memory(x, h_0, params):
    h = x.new_zeros(len(x), len(params.b_h)) if h_0 is None else h_0
    hs = []
    for x_t in x.unbind(1):
        h = torch.tanh(x_t @ params.W_xh + h @ params.W_hh + params.b_h)
        hs.append(h)
    all_states = torch.stack(hs, 1)
    return all_states, all_states[:, -1]
""",
        task="memory",
        quick=True,
    ),
    right(
        "transposed_view",
        "a result that is not contiguous",
        """
def leaky(x, decay):
    s, sums = 0, []
    for x_t in x.unbind(1):
        s = decay * s + x_t
        sums.append(s)
    return torch.stack(sums).T
""",
    ),
    right(
        "argument_returned_unchanged",
        "the argument itself, where nothing is done",
        """
def iterate(function, x, steps):
    return x if steps == 0 else iterate(function, function(x), steps - 1)
""",
        task="iterate",
    ),
    right(
        "reduced",
        "functools.reduce",
        """
from functools import reduce
def iterate(function, x, steps):
    return reduce(lambda value, _: function(value), range(steps), x)
""",
        task="iterate",
    ),
    right(
        "function_wrapped",
        "the function that came, composed with itself",
        """
def iterate(function, x, steps):
    power = lambda value: value
    for _ in range(steps):
        power = (lambda inner: lambda value: function(inner(value)))(power)
    return power(x)
""",
        task="iterate",
    ),
    right(
        "own_autograd_function",
        "a backward of one's own, which is right",
        """
class Leaky(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, decay):
        sums = [x[:, 0]]
        for t in range(1, x.shape[1]):
            sums.append(decay * sums[-1] + x[:, t])
        result = torch.stack(sums, dim=1)
        ctx.save_for_backward(result, decay)
        return result
    @staticmethod
    def backward(ctx, grad):
        result, decay = ctx.saved_tensors
        s, steps, d = torch.zeros_like(grad[:, 0]), [], torch.zeros_like(decay)
        for t in reversed(range(grad.shape[1])):
            s = grad[:, t] + decay * s
            steps.append(s)
            if t:
                d = d + (s * result[:, t - 1]).sum()
        return torch.stack(steps[::-1], dim=1), d
def leaky(x, decay):
    return Leaky.apply(x, decay)
""",
        quick=True,
    ),
    right(
        "matrix_product",
        "one product with a matrix of powers",
        """
def leaky(x, decay):
    t = torch.arange(x.shape[1], device=x.device)
    gap = t[:, None] - t
    steps = [torch.ones_like(decay)]
    for _ in range(x.shape[1] - 1):
        steps.append(steps[-1] * decay)
    powers = torch.stack(steps)[gap.clamp(min=0)]
    return x @ (powers * (gap >= 0)).T.to(x.dtype)
""",
    ),
    right(
        "in_place_on_a_copy",
        "a copy, changed in place",
        """
def leaky(x, decay):
    result = x.clone()
    for t in range(1, x.shape[1]):
        result[:, t] = result[:, t] + decay * result[:, t - 1].clone()
    return result
""",
    ),
    right(
        "double_inside",
        "float64 inside, the input's dtype outside",
        f"""
def leaky(x, decay):
    dtype = x.dtype
    x, decay = x.double(), decay.double()
{
            LOOP.replace(
                "return torch.stack(sums, dim=1)",
                "return torch.stack(sums, dim=1).to(dtype)",
            )
        }
""",
    ),
    right(
        "vmapped",
        "one row, mapped over the batch by torch.func",
        f"""
def leaky_row(x, decay):
    x = x[None]
{LOOP.replace("return torch.stack(sums, dim=1)", "return torch.stack(sums, dim=1)[0]")}
def leaky(x, decay):
    return torch.func.vmap(leaky_row, in_dims=(0, None))(x, decay)
""",
    ),
    right(
        "checkpointed",
        "a backward that computes the forward again",
        f"""
from torch.utils.checkpoint import checkpoint
def run(x, decay):
{LOOP}
def leaky(x, decay):
    return checkpoint(run, x, decay, use_reentrant=False)
""",
    ),
    right(
        "cached_rightly",
        "a cache of something that does not change",
        """
cache = {}
def leaky(x, decay):
    key = x.shape[1], x.device
    if key not in cache:
        cache[key] = list(range(1, x.shape[1]))
    sums = [x[:, 0]]
    for t in cache[key]:
        sums.append(decay * sums[-1] + x[:, t])
    return torch.stack(sums, dim=1)
""",
    ),
    right(
        "memoised",
        "a cache by value",
        """
from functools import lru_cache
@lru_cache
def count(symbols):
    return {s: symbols.count(s) for s in symbols}
def tally(symbols):
    return dict(count(tuple(symbols)))
""",
        task="tally",
    ),
    right(
        "asks_gradients",
        "torch.autograd.grad inside the function",
        f"""
def leaky(x, decay):
    if not x.is_meta:
        probe = torch.ones(2, 2, requires_grad=True)
        with torch.enable_grad():
            torch.autograd.grad((probe ** 2).sum(), probe)
{LOOP}
""",
    ),
]
