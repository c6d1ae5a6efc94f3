"""Wrong answers to `attentional_state`, each with what it is and a hint."""

import torch


def state_first(context, h, W_c):
    """the state before the context

    The first rows of W_c are the context's: [context; h].
    """
    return torch.tanh(torch.cat([h, context], dim=-1) @ W_c)


def state_without_tanh(context, h, W_c):
    """a state without its tanh

    tanh comes last.
    """
    return torch.cat([context, h], dim=-1) @ W_c


def state_first_without_tanh(context, h, W_c):
    """the state before the context, and no tanh

    The first rows of W_c are the context's, and tanh comes last.
    """
    return torch.cat([h, context], dim=-1) @ W_c


def state_sigmoid(context, h, W_c):
    """a logistic σ for tanh

    The formula says tanh.
    """
    return torch.sigmoid(torch.cat([context, h], dim=-1) @ W_c)


def state_relu(context, h, W_c):
    """a ReLU for tanh

    The formula says tanh.
    """
    return torch.relu(torch.cat([context, h], dim=-1) @ W_c)


def state_tanh_inside(context, h, W_c):
    """a tanh before the product

    tanh of the product, not the product of tanh.
    """
    return torch.tanh(torch.cat([context, h], dim=-1)) @ W_c


def state_summed(context, h, W_c):
    """a sum of context and state

    They stand side by side: torch.cat along the last axis.
    """
    return torch.tanh((context + h) @ W_c)


def state_cat_over_time(context, h, W_c):
    """context and state one after the other in time

    They stand side by side: the last axis, dim=-1, not dim=1.
    """
    return torch.tanh(torch.cat([context, h], dim=1) @ W_c)


def state_context_alone(context, h, W_c):
    """the context alone

    The decoder's own state is the other half.
    """
    return torch.tanh(context @ W_c[: context.shape[2]])


def state_h_alone(context, h, W_c):
    """the state alone

    What was looked at is the other half.
    """
    return torch.tanh(h @ W_c[context.shape[2] :])


def state_tanh_of_each(context, h, W_c):
    """a tanh of each half, then their sum

    Add first: one tanh of the whole product.
    """
    W_v, W_h = W_c.split([context.shape[2], h.shape[2]])
    return torch.tanh(context @ W_v) + torch.tanh(h @ W_h)


def state_tanh_twice(context, h, W_c):
    """two tanh in a row

    One tanh, after the product.
    """
    return torch.tanh(torch.tanh(torch.cat([context, h], dim=-1) @ W_c))


def state_context_detached(context, h, W_c):
    """a context cut off from the graph

    Where to look is learnt through the context: no detach().
    """
    return torch.tanh(torch.cat([context.detach(), h], dim=-1) @ W_c)


def state_last_step(context, h, W_c):
    """the last step alone

    One state for each step of the target.
    """
    return torch.tanh(torch.cat([context, h], dim=-1) @ W_c)[:, -1]
