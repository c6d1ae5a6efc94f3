"""Wrong answers to exercise 3. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import torch

from course_lib.cells import RNNParams
from course_lib.checks import mistake

# --- rnn_step -------------------------------------------------------------------------


@mistake(
    "rnn_step",
    "a bias added after the tanh",
    "b_h is part of the tanh's argument; check your parentheses.",
)
def bias_outside(x_t, h_prev, params):
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh) + params.b_h


@mistake("rnn_step", "a step without its bias", "The formula has a third term, b_h.")
def bias_omitted(x_t, h_prev, params):
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh)


@mistake(
    "rnn_step",
    "a bias counted twice",
    "Here b_h is one vector, added once; PyTorch has two, which it adds.",
)
def bias_twice(x_t, h_prev, params):
    from_input = x_t @ params.W_xh + params.b_h
    return torch.tanh(from_input + h_prev @ params.W_hh + params.b_h)


@mistake(
    "rnn_step",
    "W_hh transposed",
    "Row vectors: h_prev @ W_hh, without .T. A square matrix hides the slip.",
)
def recurrent_matrix_transposed(x_t, h_prev, params):
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh.T + params.b_h)


@mistake(
    "rnn_step",
    "W_xh transposed",
    "W_xh is (input, hidden) and x_t is (batch, input): x_t @ W_xh fits as it is.",
)
def input_matrix_transposed(x_t, h_prev, params):
    return torch.tanh(x_t @ params.W_xh.T + h_prev @ params.W_hh + params.b_h)


@mistake(
    "rnn_step",
    "the column form, W x",
    "Other texts write W x for column vectors; here rows stand on the left, x W.",
)
def column_vectors(x_t, h_prev, params):
    return torch.tanh(params.W_xh @ x_t + params.W_hh @ h_prev + params.b_h)


@mistake(
    "rnn_step",
    "a logistic σ instead of tanh",
    "The state must be able to be negative: which function goes from -1 to 1?",
)
def sigmoid_for_tanh(x_t, h_prev, params):
    return torch.sigmoid(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)


@mistake("rnn_step", "a ReLU instead of tanh", "This cell's nonlinearity is tanh.")
def relu_for_tanh(x_t, h_prev, params):
    return torch.relu(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)


@mistake(
    "rnn_step",
    "a step without a nonlinearity",
    "What you have is a_t; h_t = tanh(a_t).",
)
def no_nonlinearity(x_t, h_prev, params):
    return x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h


@mistake(
    "rnn_step",
    "a step that forgets the state",
    "The term h_prev @ W_hh is the memory; without it this is a dense layer.",
)
def state_forgotten(x_t, h_prev, params):
    return torch.tanh(x_t @ params.W_xh + params.b_h)


@mistake(
    "rnn_step",
    "the old state added without its matrix",
    "h_prev passes through W_hh before it is added.",
)
def state_without_matrix(x_t, h_prev, params):
    return torch.tanh(x_t @ params.W_xh + h_prev + params.b_h)


@mistake(
    "rnn_step",
    "a tanh of each term",
    "Add the three terms first; there is one tanh, of their sum.",
)
def tanh_of_each_term(x_t, h_prev, params):
    return torch.tanh(x_t @ params.W_xh) + torch.tanh(h_prev @ params.W_hh + params.b_h)


@mistake(
    "rnn_step",
    "an elementwise product in place of a matrix product",
    "`*` multiplies number by number; the matrix product is `@`.",
)
def elementwise_product(x_t, h_prev, params):
    return torch.tanh(x_t * params.W_xh + h_prev * params.W_hh + params.b_h)


@mistake(
    "rnn_step",
    "a new state written over the old one",
    "`+=`, copy_ and other methods that end in _ change the caller's tensor.",
)
def state_overwritten(x_t, h_prev, params):
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return h_prev.copy_(torch.tanh(a_t))


@mistake(
    "rnn_step",
    "a state cut off from its past",
    "detach() and .data stop the gradient; leave the graph as it is.",
)
def state_detached(x_t, h_prev, params):
    a_t = x_t @ params.W_xh + h_prev.detach() @ params.W_hh + params.b_h
    return torch.tanh(a_t)


@mistake(
    "rnn_step",
    "numbers taken out of the graph",
    "no_grad, .data, numpy() and torch.tensor(...) lose the gradient.",
)
def leaves_the_graph(x_t, h_prev, params):
    with torch.no_grad():
        return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)


@mistake(
    "rnn_step",
    "a result cast to float32",
    "Let the result keep the dtype of its inputs: no .float() is needed.",
)
def cast_to_float32(x_t, h_prev, params):
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return torch.tanh(a_t).float()


# --- rnn_forward ----------------------------------------------------------------------


def _states(x, h_t, params):
    """Return the states of all steps, as a list."""
    states = []
    for x_t in x.unbind(dim=1):
        h_t = rnn_step(x_t, h_t, params)
        states.append(h_t)
    return states


def _start(x, h_0, params):
    """Return h_0, or zeros for it."""
    if h_0 is None:
        return x.new_zeros(x.shape[0], params.W_hh.shape[0])
    return h_0


@mistake(
    "rnn_forward",
    "a run that ignores h_0",
    "Zeros are for h_0 = None only; when a state is given, start from it.",
)
def h_0_ignored(x, h_0, params):
    states = _states(x, _start(x, None, params), params)
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "a run that cannot do without h_0",
    "When h_0 is None, begin with zeros of shape (batch, hidden).",
)
def h_0_required(x, h_0, params):
    states = _states(x, h_0, params)
    return torch.stack(states, dim=1), states[-1]


@mistake("rnn_forward", "a state that starts at ones", "Without h_0 it starts at zero.")
def starts_at_ones(x, h_0, params):
    if h_0 is None:
        h_0 = x.new_ones(x.shape[0], params.W_hh.shape[0])
    states = _states(x, h_0, params)
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "zeros made on the default device",
    "torch.zeros(...) is float32 on the CPU whatever x is; see hint 2.",
)
def zeros_on_the_default_device(x, h_0, params):
    if h_0 is None:
        h_0 = torch.zeros(x.shape[0], params.W_hh.shape[0])
    states = _states(x, h_0, params)
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "zeros of the default dtype",
    "The zeros follow x's device but not its dtype; see hint 2.",
)
def zeros_of_the_default_dtype(x, h_0, params):
    if h_0 is None:
        h_0 = torch.zeros(x.shape[0], params.W_hh.shape[0], device=x.device)
    states = _states(x, h_0, params)
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "the first input used at every step",
    "Each step has an input of its own, x[:, t].",
)
def same_input_reused(x, h_0, params):
    states = _states(x[:, :1].expand_as(x), _start(x, h_0, params), params)
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "states stacked along the wrong axis",
    "The result is (batch, time, hidden): time is axis 1.",
)
def stacked_time_first(x, h_0, params):
    states = _states(x, _start(x, h_0, params), params)
    return torch.stack(states), states[-1]


@mistake(
    "rnn_forward",
    "states stacked along the last axis",
    "The result is (batch, time, hidden): time is axis 1.",
)
def stacked_time_last(x, h_0, params):
    states = _states(x, _start(x, h_0, params), params)
    return torch.stack(states, dim=-1), states[-1]


@mistake(
    "rnn_forward",
    "states put side by side, not stacked",
    "torch.cat joins along an axis that exists; the time axis is a new one.",
)
def concatenated(x, h_0, params):
    states = _states(x, _start(x, h_0, params), params)
    return torch.cat(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "states shifted by one step",
    "hs[:, t] is the state after input t; append after the step, not before it.",
)
def states_before_the_step(x, h_0, params):
    h_0 = _start(x, h_0, params)
    states = _states(x, h_0, params)
    return torch.stack([h_0, *states[:-1]], dim=1), states[-1]


@mistake(
    "rnn_forward",
    "states that include h_0",
    "T inputs give T states; h_0 is not one of them.",
)
def initial_state_included(x, h_0, params):
    h_0 = _start(x, h_0, params)
    states = _states(x, h_0, params)
    return torch.stack([h_0, *states], dim=1), states[-1]


@mistake(
    "rnn_forward",
    "a run that leaves out the last step",
    "range(time) already ends at time - 1; every input has a state.",
)
def last_step_left_out(x, h_0, params):
    states = _states(x, _start(x, h_0, params), params)
    states = states[:-1] or states
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "the first state returned as the last",
    "h_T is the state after the last input.",
)
def first_state_as_last(x, h_0, params):
    states = _states(x, _start(x, h_0, params), params)
    return torch.stack(states, dim=1), states[0]


@mistake(
    "rnn_forward",
    "a last state of PyTorch's shape, with a layer axis",
    "Here h_T is (batch, hidden).",
)
def last_state_with_layer_axis(x, h_0, params):
    states = _states(x, _start(x, h_0, params), params)
    return torch.stack(states, dim=1), states[-1][None]


@mistake(
    "rnn_forward",
    "a run that returns the last state only",
    "Return two things: all states, and the last one.",
)
def last_state_only(x, h_0, params):
    return _states(x, _start(x, h_0, params), params)[-1]


@mistake(
    "rnn_forward",
    "a run that returns the states only",
    "Return two things: all states, and the last one.",
)
def states_only(x, h_0, params):
    return torch.stack(_states(x, _start(x, h_0, params), params), dim=1)


@mistake(
    "rnn_forward",
    "a state that starts anew at every step",
    "The state of a step is the h_prev of the next: hand it on inside the loop.",
)
def state_not_carried(x, h_0, params):
    h_0 = _start(x, h_0, params)
    states = [rnn_step(x_t, h_0, params) for x_t in x.unbind(dim=1)]
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "a sequence read from its end",
    "Walk over time forwards; who reads backwards comes in chapter 6.",
)
def time_reversed(x, h_0, params):
    states = _states(x.flip(1), _start(x, h_0, params), params)
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "rnn_forward",
    "a loop over the batch instead of over time",
    "`for x_t in x` walks along axis 0, the batch; time is axis 1.",
)
def loop_over_the_batch(x, h_0, params):
    h_t, states = _start(x, h_0, params), []
    for x_t in x:
        h_t = rnn_step(x_t, h_t, params)
        states.append(h_t)
    return torch.stack(states, dim=1), h_t


@mistake(
    "rnn_forward",
    "a state detached at every step",
    "Without the graph through time no gradient reaches the first steps.",
)
def detached_every_step(x, h_0, params):
    h_t, states = _start(x, h_0, params), []
    for x_t in x.unbind(dim=1):
        h_t = rnn_step(x_t, h_t.detach(), params)
        states.append(h_t)
    return torch.stack(states, dim=1), h_t


@mistake(
    "rnn_forward",
    "states kept in a tensor of the default device and dtype",
    "Make the buffer with x.new_empty, or stack a list.",
)
def buffer_on_the_default_device(x, h_0, params):
    states = _states(x, _start(x, h_0, params), params)
    hs = torch.zeros(x.shape[0], x.shape[1], params.W_hh.shape[0])
    for t, h_t in enumerate(states):
        hs[:, t] = h_t
    return hs, states[-1]


@mistake(
    "rnn_forward",
    "a run that writes its state into h_0",
    "`h_0[:] = …` changes the caller's tensor; bind a name of your own.",
)
def h_0_overwritten(x, h_0, params):
    states = _states(x, _start(x, h_0, params), params)
    if h_0 is not None:
        h_0.data.copy_(states[-1])
    return torch.stack(states, dim=1), states[-1]


# --- sequence_loss --------------------------------------------------------------------


def _picked(log_probs, targets):
    """Return the entry of each target."""
    return log_probs.gather(-1, targets[..., None]).squeeze(-1)


def _real(values, targets, pad_id):
    """Return values with zeros where there is padding."""
    return torch.where(targets != pad_id, values, 0.0)


@mistake(
    "sequence_loss",
    "a softmax over time",
    "The probabilities of one step sum to 1 over the vocabulary, the last axis.",
)
def softmax_over_time(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=1), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a softmax over the batch",
    "The probabilities of one step sum to 1 over the vocabulary, the last axis.",
)
def softmax_over_batch(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=0), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a mean over the real tokens",
    "The loss of a sequence is the sum over its steps; only sequences are averaged.",
)
def mean_over_tokens(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).sum() / (targets != pad_id).sum()


@mistake(
    "sequence_loss",
    "a mean over time",
    "The loss of a sequence is the sum over its steps: a longer one may cost more.",
)
def mean_over_time(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).mean(dim=1).mean()


@mistake(
    "sequence_loss",
    "a mean over each sequence's own length",
    "The loss of a sequence is the sum over its steps, not their mean.",
)
def mean_over_lengths(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    lengths = (targets != pad_id).sum(dim=1).clamp(min=1)
    return -(_real(picked, targets, pad_id).sum(dim=1) / lengths).mean()


@mistake(
    "sequence_loss",
    "a sum over the batch",
    "Sum over time, then average over the sequences of the batch.",
)
def sum_over_batch(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).sum()


@mistake(
    "sequence_loss",
    "a loss that counts the padding",
    "Steps whose target is pad_id count nothing.",
)
def padding_counted(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -picked.sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a padding symbol that is always 0",
    "The symbol for padding is an argument, pad_id; here it is another one.",
)
def padding_is_always_zero(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, 0).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a mask the wrong way round",
    "`targets == pad_id` marks the padding; the real tokens are the others.",
)
def mask_inverted(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -torch.where(targets == pad_id, picked, 0.0).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a logarithm of a softmax, taken in two steps",
    "Small probabilities round to 0, and log 0 is -inf; log_softmax does both at once.",
)
def log_of_softmax(logits, targets, pad_id):
    picked = _picked(torch.softmax(logits, dim=-1).log(), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a logarithm of a softmax, with the padding multiplied by zero",
    "log 0 is -inf, and -inf times 0 is NaN; take log_softmax.",
)
def log_of_softmax_times_mask(logits, targets, pad_id):
    picked = _picked(torch.softmax(logits, dim=-1).log(), targets)
    return -(picked * (targets != pad_id)).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "exponentials that overflow",
    "exp(1000) is infinite. Subtract the largest score first, or use log_softmax.",
)
def naive_exponentials(logits, targets, pad_id):
    log_probs = logits - logits.exp().sum(dim=-1, keepdim=True).log()
    return -_real(_picked(log_probs, targets), targets, pad_id).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a logarithm kept finite by a small constant",
    "Adding 1e-9 before the log changes the loss of unlikely symbols; use log_softmax.",
)
def log_with_epsilon(logits, targets, pad_id):
    picked = _picked((torch.softmax(logits, dim=-1) + 1e-9).log(), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a softmax taken twice",
    "cross_entropy and log_softmax take the scores themselves.",
)
def softmax_twice(logits, targets, pad_id):
    log_probs = torch.log_softmax(torch.softmax(logits, dim=-1), dim=-1)
    return -_real(_picked(log_probs, targets), targets, pad_id).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "probabilities without their logarithm",
    "The loss is -log p, not -p.",
)
def without_logarithm(logits, targets, pad_id):
    picked = _picked(torch.softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "scores without a softmax",
    "Scores are not log-probabilities until they are normalised.",
)
def without_softmax(logits, targets, pad_id):
    return -_real(_picked(logits, targets), targets, pad_id).sum(dim=1).mean()


@mistake("sequence_loss", "a loss with the wrong sign", "The loss is minus the log.")
def wrong_sign(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return _real(picked, targets, pad_id).sum(dim=1).mean()


@mistake(
    "sequence_loss",
    "a loss in bits",
    "The natural logarithm is meant: the loss is in nats.",
)
def in_bits(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    nats = -_real(picked, targets, pad_id).sum(dim=1).mean()
    return nats / torch.log(torch.tensor(2.0, dtype=logits.dtype, device=logits.device))


@mistake(
    "sequence_loss",
    "a loss of the last step only",
    "Every step has a target and counts.",
)
def last_step_only(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id)[:, -1].mean()


@mistake(
    "sequence_loss",
    "a number instead of a tensor",
    "item() and float() leave the graph, so nothing can be trained with it.",
)
def python_number(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean().item()


@mistake(
    "sequence_loss",
    "padding blotted out in the scores themselves",
    "`logits[...] = …` changes the caller's tensor; mask the losses, not the scores.",
)
def scores_overwritten(logits, targets, pad_id):
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    logits.data[targets == pad_id] = 0.0
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


# --- rnn_from_torch -------------------------------------------------------------------


@mistake(
    "rnn_from_torch",
    "the input's bias alone",
    "PyTorch adds two biases in every step; ours must be their sum.",
)
def input_bias_only(module):
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    b_h = module.bias_ih_l0 if module.bias else W_hh.new_zeros(W_hh.shape[0])
    return RNNParams(W_xh, W_hh, b_h)


@mistake(
    "rnn_from_torch",
    "the recurrent bias alone",
    "PyTorch adds two biases in every step; ours must be their sum.",
)
def recurrent_bias_only(module):
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    b_h = module.bias_hh_l0 if module.bias else W_hh.new_zeros(W_hh.shape[0])
    return RNNParams(W_xh, W_hh, b_h)


@mistake(
    "rnn_from_torch",
    "the mean of the two biases",
    "PyTorch adds its two biases.",
)
def mean_of_biases(module):
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    if not module.bias:
        return RNNParams(W_xh, W_hh, W_hh.new_zeros(W_hh.shape[0]))
    return RNNParams(W_xh, W_hh, (module.bias_ih_l0 + module.bias_hh_l0) / 2)


def _bias(module):
    """Return the sum of the module's biases, or zeros."""
    if module.bias:
        return module.bias_ih_l0 + module.bias_hh_l0
    return module.weight_hh_l0.new_zeros(module.hidden_size)


@mistake(
    "rnn_from_torch",
    "W_hh in PyTorch's orientation",
    "weight_hh_l0 is square, so its shape does not tell; transpose it all the same.",
)
def recurrent_not_transposed(module):
    return RNNParams(module.weight_ih_l0.T, module.weight_hh_l0, _bias(module))


@mistake(
    "rnn_from_torch",
    "weights in PyTorch's orientation",
    "PyTorch computes x W.T; our W is the transpose of its weight.",
)
def nothing_transposed(module):
    return RNNParams(module.weight_ih_l0, module.weight_hh_l0, _bias(module))


@mistake(
    "rnn_from_torch",
    "the two matrices exchanged",
    "ih goes from the input to the hidden state, hh from hidden to hidden.",
)
def matrices_exchanged(module):
    return RNNParams(module.weight_hh_l0.T, module.weight_ih_l0.T, _bias(module))


@mistake(
    "rnn_from_torch",
    "a reader that needs the biases",
    "A module made with bias=False has none; module.bias tells.",
)
def biases_required(module):
    b_h = module.bias_ih_l0 + module.bias_hh_l0
    return RNNParams(module.weight_ih_l0.T, module.weight_hh_l0.T, b_h)


@mistake(
    "rnn_from_torch",
    "zeros made on the default device",
    "torch.zeros(...) is float32 on the CPU; take dtype and device from the weights.",
)
def zero_bias_on_the_default_device(module):
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    b_h = _bias(module) if module.bias else torch.zeros(module.hidden_size)
    return RNNParams(W_xh, W_hh, b_h)


@mistake(
    "rnn_from_torch",
    "None for the missing bias",
    "b_h is a vector of zeros when the module has no bias; the formula adds it.",
)
def none_for_bias(module):
    b_h = _bias(module) if module.bias else None
    return RNNParams(module.weight_ih_l0.T, module.weight_hh_l0.T, b_h)
