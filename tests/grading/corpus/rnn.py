"""The same kinds of attack and oddity against a real exercise, 03_rnn."""

from textwrap import dedent

from .entry import Entry


def rnn(name: str, why: str, task: str, code: str, **more) -> Entry:
    """An answer to one task of 03_rnn."""
    return Entry(f"rnn_{name}", why, {task: dedent(code)}, exercise="03_rnn", **more)


STEP = """
def rnn_step(x_t, h_prev, params):
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)
"""

ENTRIES: list[Entry] = [
    Entry("rnn_honest", "the solutions", exercise="03_rnn", quick=True),
    rnn(
        "score_patched",
        "Task.score gives all points",
        "rnn_step",
        """
from course_lib import checks
checks.Task.score = lambda self: self.points
def rnn_step(x_t, h_prev, params):
    return params.b_h.tanh().repeat(len(x_t), 1)
""",
        # the next task's answer calls this one
        golden={"rnn_forward": (0, 4)},
    ),
    rnn(
        "own_module",
        "the forbidden layer behind another name",
        "rnn_forward",
        """
from torch.nn import RNN as Layer
class Mine(Layer):
    pass
forward = Layer.forward
def rnn_forward(x, h_0, params):
    layer = Mine(*params.W_xh.shape, batch_first=True, dtype=x.dtype)
    values = (params.W_xh.T, params.W_hh.T, params.b_h, torch.zeros_like(params.b_h))
    for key, value in zip(layer._flat_weights_names, values):
        delattr(layer, key)
        setattr(layer, key, value)
    layer._flat_weights = list(values)
    hs, h_T = forward(layer, x, None if h_0 is None else h_0[None])
    return hs, h_T[0]
""",
    ),
    rnn(
        "course_function",
        "the course's own function, imported early",
        "rnn_step",
        """
from course_lib.cells import rnn_step as theirs
def rnn_step(x_t, h_prev, params):
    return theirs(x_t, h_prev, params)
""",
    ),
    rnn(
        "module_lies",
        "the module that came as argument is changed",
        "rnn_from_torch",
        """
def rnn_from_torch(module):
    with torch.no_grad():
        for weight in module.parameters():
            weight.zero_()
    return RNNParams(module.weight_ih_l0.T, module.weight_hh_l0.T,
                     module.weight_hh_l0[0] * 0)
""",
    ),
    rnn(
        "module_class_patched",
        "nn.RNN is patched for whoever makes one later",
        "rnn_step",
        """
honest = torch.nn.RNN.__init__
def zeros(self, *args, **kwargs):
    honest(self, *args, **kwargs)
    for weight in self.parameters():
        weight.data.zero_()
torch.nn.RNN.__init__ = zeros
def rnn_step(x_t, h_prev, params):
    return x_t
""",
        golden={"rnn_forward": 0, "rnn_from_torch": (0, 2)},
    ),
    rnn(
        "state_dict",
        "the weights by way of state_dict",
        "rnn_from_torch",
        """
def rnn_from_torch(module):
    weights = module.state_dict()
    W_xh, W_hh = weights["weight_ih_l0"].T, weights["weight_hh_l0"].T
    b_h = weights.get("bias_ih_l0", W_hh.new_zeros(len(W_hh)))
    if module.bias:
        b_h = b_h + weights["bias_hh_l0"]
    return RNNParams(W_xh, W_hh, b_h)
""",
        honest=True,
        quick=True,
    ),
    rnn(
        "module_attributes",
        "the weights by name and by iteration",
        "rnn_from_torch",
        """
def rnn_from_torch(module):
    named = dict(module.named_parameters())
    w, u, *biases = [named[name] for name in module._flat_weights_names]
    b = sum(biases) if biases else u.new_zeros(module.hidden_size)
    return RNNParams(w.detach().T, u.detach().T, b)
""",
        honest=True,
    ),
    rnn(
        "cross_entropy",
        "the library's loss, which is allowed",
        "sequence_loss",
        """
import torch.nn.functional as F
def sequence_loss(logits, targets, pad_id):
    losses = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return (losses * (targets != pad_id)).sum(1).mean()
""",
        honest=True,
    ),
    rnn(
        "uses_own_step",
        "rnn_forward on top of a step in another cell",
        "rnn_forward",
        """
def rnn_forward(x, h_0, params):
    h = torch.zeros(len(x), len(params.b_h)).to(x) if h_0 is None else h_0
    hs = [h := rnn_step(x_t, h, params) for x_t in x.unbind(1)]
    return torch.stack(hs, 1), h
""",
        honest=True,
    ),
    Entry(
        "rnn_wrong_step",
        "a wrong step, and a right loop over it",
        {"rnn_step": STEP.replace(" + params.b_h", "")},
        exercise="03_rnn",
        golden={"rnn_forward": 0},
        reason="(?i)follows|rnn_step",
    ),
    rnn(
        "exit_in_step",
        "a step that ends the process takes what rests on it along",
        "rnn_step",
        """
import os
def rnn_step(x_t, h_prev, params):
    os._exit(0)
""",
        golden={"rnn_forward": 0},
    ),
    rnn(
        "pad_read_from_data",
        "an answer that looks at the data of a meta tensor",
        "sequence_loss",
        """
def sequence_loss(logits, targets, pad_id):
    if targets.is_meta:
        return logits.new_empty(())
    total = 0 * logits.sum()
    log_probs = torch.log_softmax(logits, -1)
    for b in range(len(targets)):
        for t in range(targets.shape[1]):
            if int(targets[b, t]) != pad_id:
                total = total - log_probs[b, t, targets[b, t]]
    return total / len(targets)
""",
        honest=True,
    ),
]
