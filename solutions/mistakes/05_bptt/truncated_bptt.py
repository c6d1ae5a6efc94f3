"""Wrong answers to `truncated_bptt`, each with what it is and a hint."""

import torch

from course_lib.cells import RNNParams, rnn_forward


def _windows(x, targets, window):
    """Return the pairs of windows, in order."""
    return list(zip(x.split(window, 1), targets.split(window, 1), strict=True))


def _half_square(hs, y_part):
    """Return the loss of a window."""
    return ((hs - y_part) ** 2).sum() / 2


def _over(pairs, h_0, params, start=None, loss=_half_square, **options):
    """Sum the gradients of windows; `start(h_t)` makes the state a window starts from.

    Args:
        pairs: the windows.
        h_0: the first state.
        params: the parameters.
        start: by default the state is detached.
        loss: loss(hs, y_part).
        **options: for torch.autograd.grad.
    """
    h_t, total = h_0, [torch.zeros_like(weight) for weight in params]
    for x_part, y_part in pairs:
        h_t = start(h_t) if start else h_t.detach()
        hs, h_t = rnn_forward(x_part, h_t, params)
        grads = torch.autograd.grad(loss(hs, y_part), params, **options)
        total = [old + new for old, new in zip(total, grads, strict=True)]
    return RNNParams(*total), h_t.detach()


def detached_at_every_step(x, targets, h_0, params, window):
    """a gradient that stops at every step

    Inside a window the graph stays whole; detach between windows only.
    """
    return _over(_windows(x, targets, 1), h_0, params)


def never_detached(x, targets, h_0, params, window):
    """a state that is never detached

    The second window runs back into the first: detach the state between windows.
    """
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, start=lambda h_t: h_t)


def graph_retained(x, targets, h_0, params, window):
    """full back-propagation, through all windows

    retain_graph, or one backward over the sum, goes back to the start; detach.
    """
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, start=lambda h_t: h_t, retain_graph=True)


def reset_to_zero(x, targets, h_0, params, window):
    """a state reset to zero at each window

    Truncation forgets the gradient, not the state: start from the last state.
    """
    pairs = _windows(x, targets, window)
    first, h_t = _over(pairs[:1], h_0, params)
    if len(pairs) == 1:
        return first, h_t
    rest, h_t = _over(pairs[1:], h_0, params, start=torch.zeros_like)
    return RNNParams(*(a + b for a, b in zip(first, rest, strict=True))), h_t


def always_from_zero(x, targets, h_0, params, window):
    """a state that is zero at each window, the first included

    The first window starts from h_0, each later one from the state before it.
    """
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, start=torch.zeros_like)


def always_from_h_0(x, targets, h_0, params, window):
    """every window started from h_0

    Only the first window starts from h_0; a later one starts where the last ended.
    """
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, start=lambda h_t: h_0)


def short_window_dropped(x, targets, h_0, params, window):
    """a short last window that is left out

    Steps that do not fill a window count too; x.split keeps them.
    """
    pairs = _windows(x, targets, window)
    full = [pair for pair in pairs if pair[0].shape[1] == window]
    return _over(full, h_0, params)


def short_gradient_dropped(x, targets, h_0, params, window):
    """a short last window whose gradient is left out

    The last state is right, but the gradient of the last, shorter window counts too.
    """
    pairs = _windows(x, targets, window)
    full = [pair for pair in pairs if pair[0].shape[1] == window]
    grads, _ = _over(full, h_0, params)
    return grads, _over(pairs, h_0, params)[1]


def one_step_late(x, targets, h_0, params, window):
    """windows that are one step too long

    The gradient stops one step late: detach before step `window`, counted from 0.
    """
    return _over(_windows(x, targets, window + 1), h_0, params)


def reaches_into_the_window_before(x, targets, h_0, params, window):
    """a gradient that goes one step too far back

    Detach the state from which the window starts, not the one before it.
    """
    total, h_t = [torch.zeros_like(weight) for weight in params], h_0.detach()
    before = None
    for x_part, y_part in _windows(x, targets, window):
        if before is not None:
            h_t = rnn_forward(before[0], before[1], params)[1]
        states, last = rnn_forward(x_part, h_t, params)
        grads = torch.autograd.grad(_half_square(states, y_part), params)
        total = [old + new for old, new in zip(total, grads, strict=True)]
        chain = [h_t.detach(), *states.detach().unbind(1)]
        before, h_t = (x_part[:, -1:], chain[-2]), last.detach()
    return RNNParams(*total), h_t


def number_of_windows(x, targets, h_0, params, window):
    """`window` taken for the number of windows

    torch.chunk takes how many pieces, torch.split how long they are.
    """
    pairs = zip(x.chunk(window, 1), targets.chunk(window, 1), strict=True)
    return _over(pairs, h_0, params)


def batch_split(x, targets, h_0, params, window):
    """windows cut from the batch

    split works on axis 0 unless told otherwise; time is axis 1.
    """
    pairs = zip(x.split(window), targets.split(window), strict=True)
    return _over(pairs, h_0, params)


def last_window_only(x, targets, h_0, params, window):
    """the gradient of the last window alone

    Add up the windows' gradients; do not replace them.
    """
    *before, last = _windows(x, targets, window)
    return _over([last], _over(before, h_0, params)[1], params)


def mean_over_windows(x, targets, h_0, params, window):
    """a mean over the windows

    The loss is a sum over time, so the windows' gradients are added.
    """
    pairs = _windows(x, targets, window)
    grads, h_T = _over(pairs, h_0, params)
    return RNNParams(*(grad / len(pairs) for grad in grads)), h_T


def half_forgotten(x, targets, h_0, params, window):
    """a loss without the factor ½

    The loss is half the squared distance.
    """
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, loss=lambda hs, y: ((hs - y) ** 2).sum())


def mean_loss(x, targets, h_0, params, window):
    """a loss that is a mean

    Sum the squares over batch, time and units; nothing is averaged.
    """
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, loss=lambda hs, y: ((hs - y) ** 2).mean() / 2)


def mean_over_the_batch(x, targets, h_0, params, window):
    """a loss averaged over the batch

    Sum the squares over batch, time and units; nothing is averaged.
    """
    pairs = _windows(x, targets, window)
    loss = lambda hs, y: _half_square(hs, y) / len(hs)  # noqa: E731
    return _over(pairs, h_0, params, loss=loss)


def last_step_of_each_window(x, targets, h_0, params, window):
    """a loss of each window's last step only

    Every step has a target and counts.
    """
    pairs = _windows(x, targets, window)
    loss = lambda hs, y: _half_square(hs[:, -1], y[:, -1])  # noqa: E731
    return _over(pairs, h_0, params, loss=loss)


def same_targets_reused(x, targets, h_0, params, window):
    """the first window's targets used for all windows

    Cut the targets into windows as you cut x.
    """
    pairs = [
        (x_part, targets[:, : x_part.shape[1]])
        for x_part, _ in _windows(x, targets, window)
    ]
    return _over(pairs, h_0, params)


def added_to_old_grad(x, targets, h_0, params, window):
    """gradients added to those of an earlier call

    backward() adds to .grad: set it to None before the first window.
    """
    h_t = h_0
    for x_part, y_part in _windows(x, targets, window):
        hs, h_t = rnn_forward(x_part, h_t.detach(), params)
        _half_square(hs, y_part).backward()
    return RNNParams(*(weight.grad.clone() for weight in params)), h_t.detach()


def grad_counted_again(x, targets, h_0, params, window):
    """a .grad that is added up, although it adds up by itself

    After window two, .grad holds both windows: take it once at the end, or reset it.
    """
    h_t, total = h_0, [torch.zeros_like(weight) for weight in params]
    for x_part, y_part in _windows(x, targets, window):
        hs, h_t = rnn_forward(x_part, h_t.detach(), params)
        _half_square(hs, y_part).backward()
        total = [old + w.grad for old, w in zip(total, params, strict=True)]
    return RNNParams(*total), h_t.detach()


def empty_last_window(x, targets, h_0, params, window):
    """an empty window after the last one

    Where `window` divides the length, nothing is left over; x.split stops there.
    """
    pairs = _windows(x, targets, window)
    if x.shape[1] % window == 0:
        pairs.append((x[:, :0], targets[:, :0]))
    return _over(pairs, h_0, params)


def loss_detached(x, targets, h_0, params, window):
    """states that are detached before the loss

    Detach the state handed to the next window, not the states the loss is made of.
    """
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, loss=lambda hs, y: _half_square(hs.detach(), y))


def initial_state_returned(x, targets, h_0, params, window):
    """the first state in place of the last

    Return the state after the last step of the last window.
    """
    return _over(_windows(x, targets, window), h_0, params)[0], h_0


def sums_on_the_default_device(x, targets, h_0, params, window):
    """sums that start on the default device

    torch.zeros(shape) is float32 on the CPU; torch.zeros_like follows the weight.
    """
    grads, h_T = _over(_windows(x, targets, window), h_0, params)
    zeros = [torch.zeros(weight.shape) for weight in params]
    return RNNParams(*(a + b for a, b in zip(zeros, grads, strict=True))), h_T


def state_only(x, targets, h_0, params, window):
    """a last state in place of both results

    Return two things: the gradients and the last state.
    """
    return _over(_windows(x, targets, window), h_0, params)[1]
