"""Answers to exercise 5 that somebody else has written: none of them earns a point."""

import numpy as np
import torch

from course_lib.checks import shortcut
from course_lib.gradients.bptt.rnn import RNNGrads, StepGrads, rnn_backward


def _leaves(cache):
    values = (cache.x_t, cache.h_prev, *cache.params)
    return [torch.tensor(value, requires_grad=True) for value in values]


def _step(x_t, h_prev, W_xh, W_hh, b_h):
    return torch.tanh(x_t @ W_xh + h_prev @ W_hh + b_h)


@shortcut("rnn_backward_step", "torch.autograd.grad")
def gradient_of_torch(dh, cache):
    leaves = _leaves(cache)
    grads = torch.autograd.grad(_step(*leaves), leaves, torch.tensor(dh))
    return StepGrads(*(grad.numpy() for grad in grads))


@shortcut("rnn_backward_step", "torch.autograd.backward")
def backward_of_torch(dh, cache):
    leaves = _leaves(cache)
    _step(*leaves).backward(torch.tensor(dh))
    return StepGrads(*(leaf.grad.numpy() for leaf in leaves))


@shortcut("rnn_backward_step", "torch.autograd.grad")
def product_of_torch(dh, cache):
    leaves = [leaf.detach() for leaf in _leaves(cache)]
    _, pull = torch.func.vjp(_step, *leaves)
    return StepGrads(*(grad.numpy() for grad in pull(torch.tensor(dh))))


@shortcut("rnn_backward_step", "course_lib.gradients.bptt.rnn.rnn_backward_step")
def all_steps_of_one(dh, cache):
    found = rnn_backward(dh[:, None], [cache])  # which calls its step
    return StepGrads(found.dx[:, 0], found.dh_0, *found[2:])


@shortcut("rnn_backward", "torch.autograd.grad")
def gradients_of_torch(dstates, caches):
    xs = [torch.tensor(cache.x_t, requires_grad=True) for cache in caches]
    first, *weights = _leaves(caches[0])[1:]
    h_t, total = first, 0.0
    for t, x_t in enumerate(xs):
        h_t = _step(x_t, h_t, *weights)
        total = total + (h_t * torch.tensor(dstates[:, t])).sum()
    grads = torch.autograd.grad(total, [*xs, first, *weights])
    grads = [grad.numpy() for grad in grads]
    steps = len(xs)
    return RNNGrads(np.stack(grads[:steps], axis=1), *grads[steps:])


@shortcut("rnn_backward_step", "torch.autograd.grad")
def gradient_of_the_engine(dh, cache):
    leaves = _leaves(cache)
    run = torch.autograd.graph._engine_run_backward
    options = {"allow_unreachable": False, "accumulate_grad": False}
    given = (_step(*leaves),), (torch.tensor(dh),)
    grads = run(*given, False, False, tuple(leaves), **options)
    return StepGrads(*(grad.numpy() for grad in grads))


@shortcut("rnn_backward_step", "torch.autograd.forward_ad.make_dual")
def one_number_at_a_time(dh, cache):
    leaves = [leaf.detach() for leaf in _leaves(cache)]
    grads = [torch.zeros_like(leaf) for leaf in leaves]
    with torch.autograd.forward_ad.dual_level():
        for place, (leaf, grad) in enumerate(zip(leaves, grads, strict=True)):
            for i in range(leaf.numel()):
                moved = torch.zeros_like(leaf)
                moved.view(-1)[i] = 1.0
                dual = torch._VF._make_dual(leaf, moved, level=0)
                h_t = _step(*leaves[:place], dual, *leaves[place + 1 :])
                slope = torch._VF._unpack_dual(h_t, level=0)[1]
                grad.view(-1)[i] = (slope * torch.tensor(dh)).sum()
    return StepGrads(*(grad.numpy() for grad in grads))
