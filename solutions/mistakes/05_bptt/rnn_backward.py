"""Wrong answers to `rnn_backward`, each with what it is and a hint."""

import numpy as np

from course_lib.gradients.bptt.rnn import RNNGrads


def _sweep(dstates, caches, before=None, after=None):
    """Return the steps' gradients, last step first.

    Args:
        dstates: (batch, time, hidden).
        caches: one a step.
        before: before(dstate, dh_next) makes the gradient of a state.
        after: after(grads, dh) makes what goes on to the step before.
    """
    dh_next = np.zeros_like(caches[0].h_t)
    steps = []
    for t in reversed(range(len(caches))):
        dh = before(dstates[:, t], dh_next) if before else dstates[:, t] + dh_next
        steps.append(rnn_backward_step(dh, caches[t]))
        dh_next = after(steps[-1], dh) if after else steps[-1].dh_prev
    return steps


def _summed(steps, dh_0=None):
    """Put the steps of a sweep together: sums, and inputs in the order of time."""
    return RNNGrads(
        dx=np.stack([step.dx_t for step in steps[::-1]], axis=1),
        dh_0=steps[-1].dh_prev if dh_0 is None else dh_0,
        dW_xh=sum(step.dW_xh for step in steps),
        dW_hh=sum(step.dW_hh for step in steps),
        db_h=sum(step.db_h for step in steps),
    )


def carry_forgotten(dstates, caches):
    """a sweep that forgets what the next step sends back

    h_t matters to later losses too: add the dh_prev of step t + 1 to dstates[:, t].
    """
    return _summed(_sweep(dstates, caches, before=lambda own, later: own))


def last_loss_only(dstates, caches):
    """a sweep that starts from the last step's loss only

    Every step has a loss: dstates[:, t] joins the sum at its own step.
    """
    only_last = np.zeros_like(dstates)
    only_last[:, -1] = dstates[:, -1]
    return _summed(_sweep(only_last, caches))


def carry_twice(dstates, caches):
    """a carried gradient that is added twice

    dh_t is dstates[:, t] plus dh_prev of step t + 1, each once.
    """
    return _summed(_sweep(dstates, caches, lambda own, later: own + 2 * later))


def carry_unchanged(dstates, caches):
    """a gradient carried past the step instead of through it

    Hand on the step's dh_prev, which went through the tanh and W_hh, not dh.
    """
    return _summed(_sweep(dstates, caches, after=lambda step, dh: dh))


def one_step_of_memory(dstates, caches):
    """a gradient that goes back by one step only

    What is handed on must contain all later losses: dh_prev of the whole sum.
    """
    alone = [
        rnn_backward_step(dstates[:, t], cache).dh_prev
        for t, cache in enumerate(caches)
    ]
    later = [*alone[1:], np.zeros_like(alone[0])]
    steps = [
        rnn_backward_step(dstates[:, t] + later[t], cache)
        for t, cache in enumerate(caches)
    ]
    return _summed(steps[::-1])


def from_the_wrong_end(dstates, caches):
    """a sweep from the first step to the last

    The gradient of h_t needs that of h_{t+1}: begin at the last step.
    """
    dh_next, steps = np.zeros_like(caches[0].h_t), []
    for t, cache in enumerate(caches):
        steps.append(rnn_backward_step(dstates[:, t] + dh_next, cache))
        dh_next = steps[-1].dh_prev
    return _summed(steps[::-1], dh_0=dh_next)


def losses_reversed(dstates, caches):
    """losses met in the wrong order

    Going back, step t takes dstates[:, t]: turn both around, or neither.
    """
    return _summed(_sweep(dstates[:, ::-1], caches))


def caches_reversed(dstates, caches):
    """caches met in the wrong order

    Going back, step t takes caches[t]: turn both around, or neither.
    """
    return _summed(_sweep(dstates, caches[::-1]))


def only_the_first_use(dstates, caches):
    """the parameter gradients of the first step alone

    `dW = …` overwrites; all steps used the same matrix, so add: `dW += …`.
    """
    steps = _sweep(dstates, caches)
    first, summed = steps[-1], _summed(steps)
    return RNNGrads(summed.dx, summed.dh_0, *first[2:])


def only_the_last_use(dstates, caches):
    """the parameter gradients of the last step alone

    All steps used the same parameters: their gradients add up over time.
    """
    steps = _sweep(dstates, caches)
    summed = _summed(steps)
    return RNNGrads(summed.dx, summed.dh_0, *steps[0][2:])


def averaged_over_time(dstates, caches):
    """parameter gradients averaged over time

    The loss is a sum over time, and so is its gradient: no division.
    """
    grads = _summed(_sweep(dstates, caches))
    means = [grad / len(caches) for grad in grads[2:]]
    return RNNGrads(grads.dx, grads.dh_0, *means)


def sweep_averaged_over_batch(dstates, caches):
    """parameter gradients averaged over the batch

    Gradients here are sums over the batch: no division.
    """
    grads = _summed(_sweep(dstates, caches))
    means = [grad / len(dstates) for grad in grads[2:]]
    return RNNGrads(grads.dx, grads.dh_0, *means)


def no_gradient_of_h_0(dstates, caches):
    """a dh_0 that is left at zero

    h_0 went into the first step: its gradient is that step's dh_prev.
    """
    steps = _sweep(dstates, caches)
    return _summed(steps, dh_0=np.zeros_like(steps[-1].dh_prev))


def gradient_of_h_1(dstates, caches):
    """a gradient of h_1 in place of h_0

    One step more: dh_0 is what the first step returns, not what it was given.
    """
    later = []
    steps = _sweep(dstates, caches, lambda own, dh: later.append(own + dh) or own + dh)
    return _summed(steps, dh_0=later[-1])


def first_loss_twice(dstates, caches):
    """a dh_0 to which the first step's loss is added again

    E_1 has reached h_1 already; nothing asks anything of h_0 itself.
    """
    steps = _sweep(dstates, caches)
    return _summed(steps, dh_0=steps[-1].dh_prev + dstates[:, 0])


def inputs_reversed(dstates, caches):
    """a dx in the order in which the sweep met it

    You met the last step first: turn the list around before you stack it.
    """
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=grads.dx[:, ::-1].copy())


def inputs_time_first(dstates, caches):
    """a dx stacked time first

    dx is (batch, time, input): time is axis 1.
    """
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=np.swapaxes(grads.dx, 0, 1).copy())


def inputs_summed(dstates, caches):
    """a dx summed over time

    Each x_t is an input of its own and keeps its own gradient.
    """
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=grads.dx.sum(axis=1))


def first_step_left_out(dstates, caches):
    """a sweep that stops before the first step

    range(T - 1, 0, -1) ends at 1; reversed(range(T)) ends at 0.
    """
    return _summed(_sweep(dstates[:, 1:], caches[1:]))


def same_cache_reused(dstates, caches):
    """one cache used for all steps

    Each step has a cache of its own, caches[t].
    """
    return _summed(_sweep(dstates, [caches[-1]] * len(caches)))


def dstates_overwritten(dstates, caches):
    """a dstates that is overwritten

    `dstates[:, t] += …` changes the caller's array; add into a new one.
    """
    result = _summed(_sweep(dstates, caches))
    for t in reversed(range(1, len(caches))):
        dstates[:, t - 1] += rnn_backward_step(dstates[:, t], caches[t]).dh_prev
    return result


def sweep_in_float32(dstates, caches):
    """sums kept in float32

    np.zeros(…) is float64 unless told otherwise; let it be.
    """
    grads = _summed(_sweep(dstates, caches))
    return RNNGrads(*grads[:2], *(grad.astype(np.float32) for grad in grads[2:]))
