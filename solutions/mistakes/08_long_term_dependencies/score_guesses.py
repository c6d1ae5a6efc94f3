"""Wrong answers to `score_guesses`, each with what it is and a hint."""

import torch


def _answers(x, guesses, step=None, read=None, start=0.0):
    """Return what each network reads from its last state, (runs, batch).

    Args:
        x: (batch, time, input).
        guesses: with the run axis in front.
        step: step(x_t, h_t, guesses) gives the next states.
        read: read(h_t) gives the answers, by default the first unit.
        start: what the states are before the first step.
    """
    step = step or _step
    runs, _, hidden = guesses.W_hh.shape
    h_t = x.new_full((runs, x.shape[0], hidden), start)
    for x_t in x.unbind(1):
        h_t = step(x_t, h_t, guesses)
    return read(h_t) if read else h_t[:, :, 0]


def _step(x_t, h_t, p):
    return torch.tanh(x_t @ p.W_xh + h_t @ p.W_hh + p.b_h[:, None])


def _share(answers, targets, x):
    return (answers.sign() == targets).to(x.dtype).mean(1)


def bias_forgotten(x, targets, guesses):
    """a step without the bias

    The step adds b_h, one row for each network: b_h[:, None].
    """

    def step(x_t, h_t, p):
        return torch.tanh(x_t @ p.W_xh + h_t @ p.W_hh)

    return _share(_answers(x, guesses, step), targets, x)


def state_forgotten(x, targets, guesses):
    """a step without the state

    h_{t-1} W_hh is what carries the sign from step to step.
    """

    def step(x_t, h_t, p):
        return torch.tanh(x_t @ p.W_xh + p.b_h[:, None])

    return _share(_answers(x, guesses, step), targets, x)


def input_forgotten(x, targets, guesses):
    """a step without the input

    x_t W_xh is how the sign gets in.
    """

    def step(x_t, h_t, p):
        return torch.tanh(h_t @ p.W_hh + p.b_h[:, None])

    return _share(_answers(x, guesses, step), targets, x)


def tanh_forgotten(x, targets, guesses):
    """a step without the tanh

    Squash the sum: without the tanh the network is linear.
    """

    def step(x_t, h_t, p):
        return x_t @ p.W_xh + h_t @ p.W_hh + p.b_h[:, None]

    return _share(_answers(x, guesses, step), targets, x)


def relu_for_tanh(x, targets, guesses):
    """a ReLU in place of the tanh

    The step squashes its sum with torch.tanh.
    """

    def step(x_t, h_t, p):
        return torch.relu(x_t @ p.W_xh + h_t @ p.W_hh + p.b_h[:, None])

    return _share(_answers(x, guesses, step), targets, x)


def every_step_counts(x, targets, guesses):
    """answers counted at every step

    Only the answer after the last step counts.
    """
    lengths = range(1, x.shape[1] + 1)
    shares = [_share(_answers(x[:, :n], guesses), targets, x) for n in lengths]
    return torch.stack(shares).mean(0)


def bias_outside(x, targets, guesses):
    """a bias added after the tanh

    b_h is part of the tanh's argument.
    """

    def step(x_t, h_t, p):
        return torch.tanh(x_t @ p.W_xh + h_t @ p.W_hh) + p.b_h[:, None]

    return _share(_answers(x, guesses, step), targets, x)


def recurrent_matrix_transposed(x, targets, guesses):
    """W_hh transposed

    W_hh is (runs, hidden, hidden), from old to new: h_t @ W_hh.
    """
    return _share(_answers(x, guesses._replace(W_hh=guesses.W_hh.mT)), targets, x)


def start_at_one(x, targets, guesses):
    """states that start at 1

    Start from a state of zeros.
    """
    return _share(_answers(x, guesses, start=1.0), targets, x)


def last_unit(x, targets, guesses):
    """the answer of the last unit

    The answer is read from the first unit, index 0.
    """
    return _share(_answers(x, guesses, read=lambda h_t: h_t[:, :, -1]), targets, x)


def all_units(x, targets, guesses):
    """the answer of all units together

    The answer is the sign of the first unit alone.
    """
    return _share(_answers(x, guesses, read=lambda h_t: h_t.sum(2)), targets, x)


def after_the_first_step(x, targets, guesses):
    """the answer after the first step

    The sign has to be held: read it after the last step.
    """
    return _share(_answers(x[:, :1], guesses), targets, x)


def last_step_missing(x, targets, guesses):
    """the answer one step before the end

    All steps are read, the last one too.
    """
    return _share(_answers(x[:, :-1], guesses), targets, x)


def first_step_missing(x, targets, guesses):
    """a sequence read without its first step

    The sign is shown in the first step: begin there.
    """
    return _share(_answers(x[:, 1:], guesses), targets, x)


def read_backwards(x, targets, guesses):
    """a sequence read backwards

    Read the first step first.
    """
    return _share(_answers(x.flip(1), guesses), targets, x)


def loop_over_the_batch(x, targets, guesses):
    """a loop over the batch in place of time

    Axis 0 is the batch, axis 1 is time: x.unbind(dim=1).
    """
    runs, _, hidden = guesses.W_hh.shape
    h_t = x.new_zeros(runs, x.shape[1], hidden)
    for x_t in x:
        h_t = _step(x_t, h_t, guesses)
    return (h_t[:, -1, :1].sign() == targets).to(x.dtype).mean(1)


def same_input_everywhere(x, targets, guesses):
    """the first input at every step

    Each step reads its own input.
    """
    return _share(_answers(x[:, :1].expand_as(x), guesses), targets, x)


def networks_mixed(x, targets, guesses):
    """states averaged over the networks

    Networks do not mix: keep the axis of runs to the end.
    """

    def step(x_t, h_t, p):
        return _step(x_t, h_t, p).mean(0, keepdim=True).expand_as(h_t)

    return _share(_answers(x, guesses, step), targets, x)


def first_network_for_all(x, targets, guesses):
    """the weights of the first network for all

    Each network has weights of its own, along the axis of runs.
    """
    same = type(guesses)(*(weight[:1].expand_as(weight) for weight in guesses))
    return _share(_answers(x, same), targets, x)


def first_bias_for_all(x, targets, guesses):
    """the first network's bias for all

    Each network has a bias of its own: b_h[:, None].
    """
    same = guesses._replace(b_h=guesses.b_h[:1].expand_as(guesses.b_h))
    return _share(_answers(x, same), targets, x)


def counts(x, targets, guesses):
    """numbers of right answers

    Return the share: divide by the number of sequences.
    """
    return (_answers(x, guesses).sign() == targets).to(x.dtype).sum(1)


def per_cent(x, targets, guesses):
    """shares in per cent

    A share lies between 0 and 1.
    """
    return 100 * _share(_answers(x, guesses), targets, x)


def wrong_answers(x, targets, guesses):
    """shares of wrong answers

    Count where sign and target are equal.
    """
    return 1 - _share(_answers(x, guesses), targets, x)


def positive_answers(x, targets, guesses):
    """shares of positive answers

    Compare the sign with the target.
    """
    return (_answers(x, guesses) > 0).to(x.dtype).mean(1)


def sign_forgotten(x, targets, guesses):
    """states compared with the targets without their sign

    A state is never exactly ±1: compare its sign.
    """
    return (_answers(x, guesses) == targets).to(x.dtype).mean(1)


def margins(x, targets, guesses):
    """products of state and target, averaged

    Only the sign counts, not how far the state is from 0.
    """
    return (_answers(x, guesses) * targets).mean(1)


def agreement(x, targets, guesses):
    """agreement between -1 and 1

    The mean of sign times target is 2 · share - 1; return the share.
    """
    return (_answers(x, guesses).sign() * targets).mean(1)


def opposite_counts_too(x, targets, guesses):
    """networks credited for answers that are always wrong

    A network that holds the opposite sign is wrong: no absolute value.
    """
    share = _share(_answers(x, guesses), targets, x)
    return torch.maximum(share, 1 - share)


def squared_errors(x, targets, guesses):
    """squared errors

    Return the share of right signs.
    """
    return (_answers(x, guesses) - targets).square().mean(1)


def mean_over_networks(x, targets, guesses):
    """a mean over the networks

    Average over the batch, axis 1, and keep the runs.
    """
    return (_answers(x, guesses).sign() == targets).to(x.dtype).mean(0)


def one_share(x, targets, guesses):
    """one share for all networks together

    Return one share for each network, (runs,).
    """
    return _share(_answers(x, guesses), targets, x).mean()


def best_share(x, targets, guesses):
    """the best share only

    Return one share for each network, (runs,).
    """
    return _share(_answers(x, guesses), targets, x).max()


def shares_in_float32(x, targets, guesses):
    """shares in float32 whatever x is

    Use x's dtype: .to(x.dtype) before the mean.
    """
    return (_answers(x, guesses).sign() == targets).float().mean(1)
