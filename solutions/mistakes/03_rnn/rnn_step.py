"""Wrong answers to `rnn_step`, each with what it is and a hint."""

import torch


def bias_outside(x_t, h_prev, params):
    """a bias added after the tanh

    b_h is part of the tanh's argument; check your parentheses.
    """
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh) + params.b_h


def bias_omitted(x_t, h_prev, params):
    """a step without its bias

    The formula has a third term, b_h.
    """
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh)


def bias_twice(x_t, h_prev, params):
    """a bias counted twice

    Here b_h is one vector, added once; PyTorch has two, which it adds.
    """
    from_input = x_t @ params.W_xh + params.b_h
    return torch.tanh(from_input + h_prev @ params.W_hh + params.b_h)


def recurrent_matrix_transposed(x_t, h_prev, params):
    """W_hh transposed

    Row vectors: h_prev @ W_hh, without .T. A square matrix hides the slip.
    """
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh.T + params.b_h)


def input_matrix_transposed(x_t, h_prev, params):
    """W_xh transposed

    W_xh is (input, hidden) and x_t is (batch, input): x_t @ W_xh fits as it is.
    """
    return torch.tanh(x_t @ params.W_xh.T + h_prev @ params.W_hh + params.b_h)


def column_vectors(x_t, h_prev, params):
    """the column form, W x

    Other texts write W x for column vectors; here rows stand on the left, x W.
    """
    return torch.tanh(params.W_xh @ x_t + params.W_hh @ h_prev + params.b_h)


def sigmoid_for_tanh(x_t, h_prev, params):
    """a logistic σ instead of tanh

    The state must be able to be negative: which function goes from -1 to 1?
    """
    return torch.sigmoid(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)


def relu_for_tanh(x_t, h_prev, params):
    """a ReLU instead of tanh

    This cell's nonlinearity is tanh.
    """
    return torch.relu(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)


def no_nonlinearity(x_t, h_prev, params):
    """a step without a nonlinearity

    What you have is a_t; h_t = tanh(a_t).
    """
    return x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h


def state_forgotten(x_t, h_prev, params):
    """a step that forgets the state

    The term h_prev @ W_hh is the memory; without it this is a dense layer.
    """
    return torch.tanh(x_t @ params.W_xh + params.b_h)


def state_without_matrix(x_t, h_prev, params):
    """the old state added without its matrix

    h_prev passes through W_hh before it is added.
    """
    return torch.tanh(x_t @ params.W_xh + h_prev + params.b_h)


def tanh_of_each_term(x_t, h_prev, params):
    """a tanh of each term

    Add the three terms first; there is one tanh, of their sum.
    """
    return torch.tanh(x_t @ params.W_xh) + torch.tanh(h_prev @ params.W_hh + params.b_h)


def elementwise_product(x_t, h_prev, params):
    """an elementwise product in place of a matrix product

    `*` multiplies number by number; the matrix product is `@`.
    """
    return torch.tanh(x_t * params.W_xh + h_prev * params.W_hh + params.b_h)


def state_overwritten(x_t, h_prev, params):
    """a new state written over the old one

    `+=`, copy_ and other methods that end in _ change the caller's tensor.
    """
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return h_prev.copy_(torch.tanh(a_t))


def state_detached(x_t, h_prev, params):
    """a state cut off from its past

    detach() and .data stop the gradient; leave the graph as it is.
    """
    a_t = x_t @ params.W_xh + h_prev.detach() @ params.W_hh + params.b_h
    return torch.tanh(a_t)


def leaves_the_graph(x_t, h_prev, params):
    """numbers taken out of the graph

    no_grad, .data, numpy() and torch.tensor(...) lose the gradient.
    """
    with torch.no_grad():
        return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)


def cast_to_float32(x_t, h_prev, params):
    """a result cast to float32

    Let the result keep the dtype of its inputs: no .float() is needed.
    """
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return torch.tanh(a_t).float()
