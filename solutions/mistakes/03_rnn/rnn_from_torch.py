"""Wrong answers to `rnn_from_torch`, each with what it is and a hint."""

import torch

from course_lib.cells import RNNParams


def input_bias_only(module):
    """the input's bias alone

    PyTorch adds two biases in every step; ours must be their sum.
    """
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    b_h = module.bias_ih_l0 if module.bias else W_hh.new_zeros(W_hh.shape[0])
    return RNNParams(W_xh, W_hh, b_h)


def recurrent_bias_only(module):
    """the recurrent bias alone

    PyTorch adds two biases in every step; ours must be their sum.
    """
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    b_h = module.bias_hh_l0 if module.bias else W_hh.new_zeros(W_hh.shape[0])
    return RNNParams(W_xh, W_hh, b_h)


def mean_of_biases(module):
    """the mean of the two biases

    PyTorch adds its two biases.
    """
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    if not module.bias:
        return RNNParams(W_xh, W_hh, W_hh.new_zeros(W_hh.shape[0]))
    return RNNParams(W_xh, W_hh, (module.bias_ih_l0 + module.bias_hh_l0) / 2)


def _bias(module):
    """Return the sum of the module's biases, or zeros."""
    if module.bias:
        return module.bias_ih_l0 + module.bias_hh_l0
    return module.weight_hh_l0.new_zeros(module.hidden_size)


def recurrent_not_transposed(module):
    """W_hh in PyTorch's orientation

    weight_hh_l0 is square, so its shape does not tell; transpose it all the same.
    """
    return RNNParams(module.weight_ih_l0.T, module.weight_hh_l0, _bias(module))


def nothing_transposed(module):
    """weights in PyTorch's orientation

    PyTorch computes x W.T; our W is the transpose of its weight.
    """
    return RNNParams(module.weight_ih_l0, module.weight_hh_l0, _bias(module))


def matrices_exchanged(module):
    """the two matrices exchanged

    ih goes from the input to the hidden state, hh from hidden to hidden.
    """
    return RNNParams(module.weight_hh_l0.T, module.weight_ih_l0.T, _bias(module))


def biases_required(module):
    """a reader that needs the biases

    A module made with bias=False has none; module.bias tells.
    """
    b_h = module.bias_ih_l0 + module.bias_hh_l0
    return RNNParams(module.weight_ih_l0.T, module.weight_hh_l0.T, b_h)


def zero_bias_on_the_default_device(module):
    """zeros made on the default device

    torch.zeros(...) is float32 on the CPU; take dtype and device from the weights.
    """
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    b_h = _bias(module) if module.bias else torch.zeros(module.hidden_size)
    return RNNParams(W_xh, W_hh, b_h)


def none_for_bias(module):
    """None for the missing bias

    b_h is a vector of zeros when the module has no bias; the formula adds it.
    """
    b_h = _bias(module) if module.bias else None
    return RNNParams(module.weight_ih_l0.T, module.weight_hh_l0.T, b_h)
