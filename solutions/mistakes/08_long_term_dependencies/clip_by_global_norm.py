"""Wrong answers to `clip_by_global_norm`, each with what it is and a hint."""

import torch


def _global(grads):
    return torch.stack([grad.norm() for grad in grads]).norm()


def _scaled(grads, max_norm, norm):
    return [grad * (max_norm / norm.clamp(min=max_norm)) for grad in grads]


def each_alone(grads, max_norm):
    """each gradient clipped alone

    One factor for all, from the norm of all together, keeps the direction.
    """
    return [_scaled([g], max_norm, g.norm())[0] for g in grads], _global(grads)


def elements_cut_off(grads, max_norm):
    """elements cut off at the limit

    Clamping elements turns the gradient; multiply all of them by one factor.
    """
    return [grad.clamp(-max_norm, max_norm) for grad in grads], _global(grads)


def scaled_up(grads, max_norm):
    """small gradients scaled up

    A norm below the limit stays as it is: the factor is at most 1.
    """
    norm = _global(grads)
    return [grad * (max_norm / (norm + 1e-12)) for grad in grads], norm


def zero_by_zero(grads, max_norm):
    """a division by a norm of zero

    0 / 0 is NaN: divide by the larger of norm and max_norm.
    """
    norm = _global(grads)
    scale = torch.where(norm < max_norm, norm / norm, max_norm / norm)
    return [grad * scale for grad in grads], norm


def no_minimum(grads, max_norm):
    """small gradients scaled up, and a division by zero

    The factor is min(1, max_norm / n), and n may be 0.
    """
    norm = _global(grads)
    return [grad * (max_norm / norm) for grad in grads], norm


def sum_of_norms(grads, max_norm):
    """a sum of norms in place of the global norm

    Add the squares and take one root.
    """
    norm = torch.stack([grad.norm() for grad in grads]).sum()
    return _scaled(grads, max_norm, norm), norm


def root_forgotten(grads, max_norm):
    """the squared norm

    Take the root of the sum of the squares.
    """
    norm = _global(grads) ** 2
    return _scaled(grads, max_norm, norm), norm


def largest_norm(grads, max_norm):
    """the largest of the norms

    All gradients together have a norm that is larger than that of each.
    """
    norm = torch.stack([grad.norm() for grad in grads]).max()
    return _scaled(grads, max_norm, norm), norm


def largest_element(grads, max_norm):
    """the largest element in place of the norm

    The norm is the root of the sum of all squares.
    """
    norm = torch.stack([grad.abs().max() for grad in grads]).max()
    return _scaled(grads, max_norm, norm), norm


def absolute_values(grads, max_norm):
    """the sum of absolute values in place of the norm

    The norm is the root of the sum of all squares.
    """
    norm = torch.stack([grad.abs().sum() for grad in grads]).sum()
    return _scaled(grads, max_norm, norm), norm


def root_mean_square(grads, max_norm):
    """a root mean square in place of the norm

    Sum the squares; no mean.
    """
    flat = torch.cat([grad.flatten() for grad in grads])
    norm = flat.square().mean().sqrt()
    return _scaled(grads, max_norm, norm), norm


def squares_of_sums(grads, max_norm):
    """sums that are squared in place of squares that are summed

    Square the elements first: grad.norm(), or (grad**2).sum().
    """
    norm = torch.stack([grad.sum() for grad in grads]).norm()
    return _scaled(grads, max_norm, norm), norm


def mean_of_norms(grads, max_norm):
    """the mean of the norms

    Add the squares of all gradients and take one root.
    """
    norm = torch.stack([grad.norm() for grad in grads]).mean()
    return _scaled(grads, max_norm, norm), norm


def spectral_norms(grads, max_norm):
    """the spectral norm of each matrix

    A gradient is a long vector here: its norm adds the squares of all elements.
    """
    sizes = [
        torch.linalg.matrix_norm(grad, ord=2) if grad.ndim == 2 else grad.norm()
        for grad in grads
    ]
    norm = torch.stack(sizes).norm()
    return _scaled(grads, max_norm, norm), norm


def first_gradient_only(grads, max_norm):
    """the norm of the first gradient only

    The global norm takes all gradients together.
    """
    norm = grads[0].norm()
    return _scaled(grads, max_norm, norm), norm


def to_norm_one(grads, max_norm):
    """gradients scaled to norm 1

    They are scaled to max_norm: the factor is max_norm / n.
    """
    norm = _global(grads)
    scale = torch.where(norm > max_norm, 1 / norm.clamp(min=max_norm), 1.0)
    return [grad * scale for grad in grads], norm


def factor_upside_down(grads, max_norm):
    """the factor upside down

    Large gradients are multiplied by max_norm / n.
    """
    norm = _global(grads)
    return [grad * (norm / max_norm).clamp(min=1) for grad in grads], norm


def condition_reversed(grads, max_norm):
    """small gradients clipped and large ones left

    Clip where the norm is larger than max_norm.
    """
    norm = _global(grads)
    return [grad * (max_norm / norm.clamp(max=max_norm)) for grad in grads], norm


def thrown_away(grads, max_norm):
    """large gradients thrown away

    Clipping keeps the direction: scale the gradients, do not drop them.
    """
    norm = _global(grads)
    keep = (norm <= max_norm).to(norm.dtype)
    return [grad * keep for grad in grads], norm


def not_clipped(grads, max_norm):
    """gradients that are not clipped

    Multiply each gradient by the factor and return the products.
    """
    return [grad.clone() for grad in grads], _global(grads)


def limit_shared_out(grads, max_norm):
    """a limit shared out between the gradients

    max_norm is the limit for all gradients together.
    """
    norm = _global(grads)
    return _scaled(grads, max_norm / len(grads), norm), norm


def root_of_the_clip_factor(grads, max_norm):
    """a factor with the root of max_norm / n

    The norm is proportional to the factor itself.
    """
    norm = _global(grads)
    return [g * (max_norm / norm.clamp(min=max_norm)).sqrt() for g in grads], norm


def norm_afterwards(grads, max_norm):
    """the norm after clipping

    Return the norm that the gradients had before.
    """
    clipped = _scaled(grads, max_norm, _global(grads))
    return clipped, _global(clipped)


def factor_returned(grads, max_norm):
    """the factor in place of the norm

    The second result is the global norm before clipping.
    """
    norm = _global(grads)
    return _scaled(grads, max_norm, norm), max_norm / norm.clamp(min=max_norm)


def norm_not_returned(grads, max_norm):
    """a result without the norm

    Return two things: the list and the norm.
    """
    return _scaled(grads, max_norm, _global(grads))


def results_exchanged(grads, max_norm):
    """the two results in the wrong order

    First the clipped gradients, then the norm.
    """
    norm = _global(grads)
    return norm, _scaled(grads, max_norm, norm)


def one_long_vector(grads, max_norm):
    """a result joined into one vector

    Return one tensor for each gradient, shaped as it was.
    """
    norm = _global(grads)
    flat = torch.cat([grad.flatten() for grad in _scaled(grads, max_norm, norm)])
    return flat, norm


def in_place(grads, max_norm):
    """the caller's gradients changed in place

    `grad.mul_()` and `grad *= …` change the caller's tensors: return new ones.
    """
    norm = _global(grads)
    for grad in grads:
        grad.mul_(max_norm / norm.clamp(min=max_norm))
    return list(grads), norm
