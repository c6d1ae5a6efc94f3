"""Wrong answers to `gru_from_torch`, each with what it is and a hint."""

import torch

from course_lib.cells import GRUParams


def _torch_biases(module):
    """Return b_ih and b_hh, zeros if there are none."""
    if module.bias:
        return module.bias_ih_l0, module.bias_hh_l0
    none = module.weight_ih_l0.new_zeros(3 * module.hidden_size)
    return none, none


def _read(module, b, b_hn):
    return GRUParams(module.weight_ih_l0.T, module.weight_hh_l0.T, b, b_hn)


def torch_not_transposed(module):
    """matrices not transposed

    PyTorch stores (3·hidden, input): take .T of both.
    """
    right = gru_from_torch(module)
    return right._replace(W_x=module.weight_ih_l0, W_h=module.weight_hh_l0)


def torch_reshaped(module):
    """a W_h reshaped in place of transposed

    reshape keeps the order in memory and mixes the blocks; use .T.
    """
    right = gru_from_torch(module)
    W_h = module.weight_hh_l0.reshape(module.hidden_size, -1)
    return right._replace(W_h=W_h)


def torch_both_reshaped(module):
    """both matrices reshaped in place of transposed

    reshape keeps the order in memory and mixes the blocks; use .T.
    """
    right = gru_from_torch(module)
    W_h = module.weight_hh_l0.reshape(module.hidden_size, -1)
    W_x = module.weight_ih_l0.reshape(module.input_size, -1)
    return right._replace(W_x=W_x, W_h=W_h)


def torch_blocks_transposed(module):
    """blocks transposed one by one

    Transpose each matrix whole; its blocks then stand side by side by themselves.
    """
    right = gru_from_torch(module)
    W_h = torch.cat([block.T for block in right.W_h.chunk(3, dim=1)], dim=1)
    return right._replace(W_h=W_h)


def torch_biases_merged(module):
    """all biases merged

    r multiplies the state's bias of n: that one stays apart, in b_hn.
    """
    b_x, b_h = _torch_biases(module)
    return _read(module, b_x + b_h, torch.zeros_like(b_h[: module.hidden_size]))


def torch_second_bias_twice(module):
    """a second bias of n that counts in b as well

    What goes into b_hn must not be in the last third of b too.
    """
    b_x, b_h = _torch_biases(module)
    return _read(module, b_x + b_h, b_h[2 * module.hidden_size :])


def torch_state_biases_lost(module):
    """the state's biases of r and z lost

    Each gate has two biases, and they are added.
    """
    b_x, b_h = _torch_biases(module)
    return _read(module, b_x, b_h[2 * module.hidden_size :])


def torch_no_state_biases(module):
    """the state's biases lost altogether

    bias_hh_l0 counts too: in the gates' part of b, and in b_hn.
    """
    b_x, b_h = _torch_biases(module)
    return _read(module, b_x, torch.zeros_like(b_h[: module.hidden_size]))


def torch_input_biases_lost(module):
    """the input's biases lost

    Both biases count: bias_ih_l0 in all three thirds.
    """
    _, b_h = _torch_biases(module)
    gates, b_hn = b_h.split([2 * module.hidden_size, module.hidden_size])
    return _read(module, torch.cat([gates, 0 * b_hn]), b_hn)


def torch_biases_exchanged(module):
    """the input's bias of n and the state's exchanged

    r multiplies the state's bias: b_hn comes from bias_hh_l0.
    """
    b_x, b_h = _torch_biases(module)
    two = 2 * module.hidden_size
    b = torch.cat([b_x[:two] + b_h[:two], b_h[two:]])
    return _read(module, b, b_x[two:])


def torch_wrong_third(module):
    """a second bias of n from the wrong third

    The order is r, z, n: b_hn is the last third of bias_hh_l0.
    """
    right = gru_from_torch(module)
    _, b_h = _torch_biases(module)
    return right._replace(b_hn=b_h[: module.hidden_size])


def torch_middle_third(module):
    """a second bias of n from the middle third

    The order is r, z, n: b_hn is the last third of bias_hh_l0.
    """
    right = gru_from_torch(module)
    _, b_h = _torch_biases(module)
    return right._replace(b_hn=b_h[module.hidden_size : 2 * module.hidden_size])


def torch_gates_exchanged(module):
    """r and z exchanged

    PyTorch's order is the course's: r, z, n. Nothing moves.
    """
    right, hidden = gru_from_torch(module), module.hidden_size
    moved = []
    for weight in right[:3]:
        r, z, n = weight.split(hidden, dim=-1)
        moved.append(torch.cat([z, r, n], dim=-1))
    return GRUParams(*moved, right.b_hn)


def torch_zeros_on_the_default_device(module):
    """a bias of zeros on the default device

    torch.zeros is float32 on the CPU; new_zeros follows the weights.
    """
    if module.bias:
        return gru_from_torch(module)
    hidden = module.hidden_size
    zeros = torch.zeros(3 * hidden, dtype=torch.float32)
    return _read(module, zeros, zeros[:hidden])


def torch_none_for_bias(module):
    """no biases where the module has none

    GRUParams always holds b and b_hn; they are zero then.
    """
    if module.bias:
        return gru_from_torch(module)
    return _read(module, None, None)


def torch_biases_always_read(module):
    """biases read from a module without any

    With bias=False there is no bias_ih_l0: look at module.bias first.
    """
    two = 2 * module.hidden_size
    b_x, b_h = module.bias_ih_l0, module.bias_hh_l0
    b = torch.cat([b_x[:two] + b_h[:two], b_x[two:]])
    return _read(module, b, b_h[two:])


def torch_fresh_weights(module):
    """random numbers in place of the module's

    Read the module's own weights: module.weight_ih_l0 and the others.
    """
    right = gru_from_torch(module)
    return GRUParams(*(torch.zeros_like(weight) + 0.1 for weight in right))
