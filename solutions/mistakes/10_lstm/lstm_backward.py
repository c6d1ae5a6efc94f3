"""Wrong answers to `lstm_backward`, each with what it is and a hint."""

import numpy as np

from course_lib.gradients.bptt.lstm import LSTMGrads


def _sweep(dstates, caches, h=None, c=None):
    """Return the steps' gradients, last step first.

    Args:
        dstates: (batch, time, hidden).
        caches: one a step.
        h: h(own, later) makes the gradient of h_t; by default their sum.
        c: c(step) makes what goes on along the cell; by default its dc_prev.
    """
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        own = dstates[:, t]
        steps.append(lstm_backward_step(h(own, dh) if h else own + dh, dc, caches[t]))
        dh, dc = steps[-1].dh_prev, c(steps[-1]) if c else steps[-1].dc_prev
    return steps


def _summed(steps):
    """Put the steps of a sweep together: sums, and inputs in the order of time."""
    return LSTMGrads(
        dx=np.stack([step.dx_t for step in steps[::-1]], axis=1),
        dh_0=steps[-1].dh_prev,
        dc_0=steps[-1].dc_prev,
        dW_x=sum(step.dW_x for step in steps),
        dW_h=sum(step.dW_h for step in steps),
        db=sum(step.db for step in steps),
    )


def nothing_along_the_cell(dstates, caches):
    """a sweep that carries nothing along the cell

    Step t + 1 also sends back dc_prev: it is the dc of step t.
    """
    return _summed(_sweep(dstates, caches, c=lambda step: 0 * step.dc_prev))


def nothing_through_h(dstates, caches):
    """a sweep that carries nothing through h

    h_t matters to later losses too: add the dh_prev of step t + 1.
    """
    return _summed(_sweep(dstates, caches, h=lambda own, later: own))


def no_carry(dstates, caches):
    """a sweep in which no step hears of later ones

    Step t + 1 sends back dh_prev and dc_prev; both go into step t.
    """
    return _summed(
        _sweep(dstates, caches, lambda own, later: own, lambda step: 0 * step.dc_prev)
    )


def last_loss_alone(dstates, caches):
    """the losses of all steps but the last left out

    Every step has a loss: add dstates[:, t] at its own step.
    """
    only_last = np.zeros_like(dstates)
    only_last[:, -1] = dstates[:, -1]
    return _summed(_sweep(only_last, caches))


def losses_to_the_cells(dstates, caches):
    """losses given to the cells

    dstates[:, t] belongs to h_t; dc is what comes back along the cell.
    """
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        steps.append(lstm_backward_step(dh, dc + dstates[:, t], caches[t]))
        dh, dc = steps[-1].dh_prev, steps[-1].dc_prev
    return _summed(steps)


def losses_to_both(dstates, caches):
    """losses given to h and to the cells

    No loss reads a cell directly: add dstates[:, t] to dh only.
    """
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        own = dstates[:, t]
        steps.append(lstm_backward_step(dh + own, dc + own, caches[t]))
        dh, dc = steps[-1].dh_prev, steps[-1].dc_prev
    return _summed(steps)


def carried_in_exchange(dstates, caches):
    """dh and dc exchanged on the way

    dh_prev goes on as dh, dc_prev as dc.
    """
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        steps.append(lstm_backward_step(dstates[:, t] + dh, dc, caches[t]))
        dc, dh = steps[-1].dh_prev, steps[-1].dc_prev
    return _summed(steps)


def cell_gradient_accumulated(dstates, caches):
    """a cell's gradient that is added up over the steps

    dc_prev contains all later steps already: it replaces dc.
    """
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        steps.append(lstm_backward_step(dstates[:, t] + dh, dc, caches[t]))
        dh, dc = steps[-1].dh_prev, dc + steps[-1].dc_prev
    return _summed(steps)


def from_the_first_step(dstates, caches):
    """a sweep from the first step to the last

    The gradients of step t need those of step t + 1: begin at the last step.
    """
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t, cache in enumerate(caches):
        steps.append(lstm_backward_step(dstates[:, t] + dh, dc, cache))
        dh, dc = steps[-1].dh_prev, steps[-1].dc_prev
    return _summed(steps[::-1])._replace(dh_0=dh, dc_0=dc)


def losses_in_the_wrong_order(dstates, caches):
    """losses met in the wrong order

    Going back, step t takes dstates[:, t]: turn both around, or neither.
    """
    return _summed(_sweep(dstates[:, ::-1], caches))


def inputs_in_reverse(dstates, caches):
    """input gradients in the reverse order of time

    You meet dx_t last step first: put them back in the order of the input.
    """
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=grads.dx[:, ::-1])


def gradients_time_first(dstates, caches):
    """input gradients with time on the first axis

    Batch first: stack the dx_t along axis 1.
    """
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=grads.dx.swapaxes(0, 1))


def first_use_only(dstates, caches):
    """the parameter gradients of the first step alone

    `dW = …` overwrites; all steps used the same matrix, so add them up.
    """
    steps = _sweep(dstates, caches)
    return LSTMGrads(*_summed(steps)[:3], *steps[-1][3:])


def last_use_only(dstates, caches):
    """the parameter gradients of the last step alone

    All steps used the same parameters: their gradients add up over time.
    """
    steps = _sweep(dstates, caches)
    return LSTMGrads(*_summed(steps)[:3], *steps[0][3:])


def averaged_over_the_steps(dstates, caches):
    """parameter gradients averaged over time

    The loss is a sum over time, and so is its gradient: no division.
    """
    grads = _summed(_sweep(dstates, caches))
    return LSTMGrads(*grads[:3], *(grad / len(caches) for grad in grads[3:]))


def no_gradient_of_c_0(dstates, caches):
    """a dc_0 that is left at zero

    c_0 went into the first step: its gradient is that step's dc_prev.
    """
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dc_0=np.zeros_like(grads.dc_0))


def no_gradient_of_the_first_h(dstates, caches):
    """a dh_0 that is left at zero

    h_0 went into the first step: its gradient is that step's dh_prev.
    """
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dh_0=np.zeros_like(grads.dh_0))


def stops_one_step_early(dstates, caches):
    """gradients of h_1 and c_1 in place of h_0 and c_0

    One step more: dh_0 and dc_0 are what the first step returns.
    """
    steps = _sweep(dstates, caches)
    grads = _summed(steps)
    if len(steps) == 1:
        zeros = np.zeros_like(grads.dh_0)
        return grads._replace(dh_0=zeros, dc_0=zeros)
    return grads._replace(dh_0=steps[-2].dh_prev, dc_0=steps[-2].dc_prev)


def first_step_left_out(dstates, caches):
    """a sweep that leaves out the first step

    All steps have parameters and an input; range stops before its end.
    """
    steps = _sweep(dstates, caches)
    if len(steps) == 1:
        return LSTMGrads(*(np.zeros_like(grad) for grad in _summed(steps)))
    grads = _summed(steps[:-1])
    return grads._replace(
        dx=np.concatenate([np.zeros_like(grads.dx[:, :1]), grads.dx], axis=1)
    )


def own_loss_handed_on(dstates, caches):
    """a step's own loss that is also handed to the step before

    dstates[:, t] joins dh at step t only; what goes on is that step's dh_prev.
    """
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        own = dstates[:, t]
        steps.append(lstm_backward_step(own + dh, dc, caches[t]))
        dh, dc = steps[-1].dh_prev + own, steps[-1].dc_prev
    return _summed(steps)._replace(dh_0=dh)
