"""Wrong answers to `gru_backward_step`, each with what it is and a hint."""

import numpy as np

from course_lib.gradients.bptt.gru import GRUStepGrads


def _back(dh, cache, **other):
    """Return the gradients, with some inner ones replaced.

    Args:
        dh: (batch, hidden).
        cache: the step's.
        **other: da_z, da_n, da_r, dq or straight (the direct way of dh_prev).
    """
    x_t, h_prev, r, z, n, q, params = cache
    da_z = other.get("da_z", dh * (h_prev - n) * z * (1 - z))
    da_n = other.get("da_n", dh * (1 - z) * (1 - n**2))
    da_r = other.get("da_r", da_n * q * r * (1 - r))
    dq = other.get("dq", da_n * r)
    by_input = np.concatenate([da_r, da_z, da_n], axis=1)
    by_state = np.concatenate([da_r, da_z, dq], axis=1)
    return GRUStepGrads(
        dx_t=by_input @ params.W_x.T,
        dh_prev=other.get("straight", dh * z) + by_state @ params.W_h.T,
        dW_x=x_t.T @ by_input,
        dW_h=h_prev.T @ by_state,
        db=by_input.sum(axis=0),
        db_hn=dq.sum(axis=0),
    )


def _sides(dh, cache):
    """Return the two rows of blocks: what met the input and what met the state."""
    _, h_prev, r, z, n, q, _ = cache
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - n**2)
    da_r, dq = da_n * q * r * (1 - r), da_n * r
    by_input = np.concatenate([da_r, da_z, da_n], axis=1)
    return by_input, np.concatenate([da_r, da_z, dq], axis=1)


def no_direct_way(dh, cache):
    """a dh_prev without the direct way

    h_t contains z ⊙ h_prev: dh * z belongs to dh_prev.
    """
    return _back(dh, cache, straight=0 * dh)


def direct_way_ungated(dh, cache):
    """a direct way that is not gated

    The old state enters h_t multiplied by z: dh * z.
    """
    return _back(dh, cache, straight=dh)


def direct_way_complement(dh, cache):
    """a direct way multiplied by 1 - z

    h_t = (1 - z) ⊙ n + z ⊙ h_prev: z goes with the old state.
    """
    return _back(dh, cache, straight=dh * (1 - cache.z))


def direct_way_only(dh, cache):
    """the direct way alone for dh_prev

    The old state also made both gates and the candidate: add [da_r, da_z, dq] W_hᵀ.
    """
    return _back(dh, cache)._replace(dh_prev=dh * cache.z)


def update_gate_sign(dh, cache):
    """a dz of the wrong sign

    z multiplies h_prev with plus and n with minus: dz = dh ⊙ (h_prev - n).
    """
    z = cache.z
    return _back(dh, cache, da_z=dh * (cache.n - cache.h_prev) * z * (1 - z))


def update_gate_from_the_state_only(dh, cache):
    """a dz that forgets the candidate

    z stands in both terms of h_t: dz = dh ⊙ (h_prev - n).
    """
    z = cache.z
    return _back(dh, cache, da_z=dh * cache.h_prev * z * (1 - z))


def update_gate_from_the_candidate_only(dh, cache):
    """a dz that forgets the old state

    z stands in both terms of h_t: dz = dh ⊙ (h_prev - n).
    """
    z = cache.z
    return _back(dh, cache, da_z=-dh * cache.n * z * (1 - z))


def update_slope_forgotten(dh, cache):
    """an update gate without the slope of its σ

    From dz to da_z: multiply by z (1 - z).
    """
    return _back(dh, cache, da_z=dh * (cache.h_prev - cache.n))


def update_slope_of_tanh(dh, cache):
    """a slope of tanh for the update gate's σ

    The slope of σ is z (1 - z); 1 - z² is tanh's.
    """
    da_z = dh * (cache.h_prev - cache.n) * (1 - cache.z**2)
    return _back(dh, cache, da_z=da_z)


def candidate_times_z(dh, cache):
    """a candidate's gradient multiplied by z

    n enters h_t multiplied by 1 - z.
    """
    return _back(dh, cache, da_n=dh * cache.z * (1 - cache.n**2))


def candidate_ungated(dh, cache):
    """a candidate's gradient that is not gated

    n enters h_t multiplied by 1 - z.
    """
    return _back(dh, cache, da_n=dh * (1 - cache.n**2))


def candidate_slope_forgotten(dh, cache):
    """a candidate without the slope of its tanh

    From dn to da_n: multiply by 1 - n².
    """
    return _back(dh, cache, da_n=dh * (1 - cache.z))


def candidate_slope_without_square(dh, cache):
    """a slope 1 - n without the square

    The derivative of tanh is 1 - tanh².
    """
    return _back(dh, cache, da_n=dh * (1 - cache.z) * (1 - cache.n))


def candidate_slope_of_sigmoid(dh, cache):
    """a slope of σ for the candidate's tanh

    The candidate went through tanh: 1 - n², not n (1 - n).
    """
    n = cache.n
    return _back(dh, cache, da_n=dh * (1 - cache.z) * n * (1 - n))


def reset_slope_forgotten(dh, cache):
    """a reset gate without the slope of its σ

    From dr to da_r: multiply by r (1 - r).
    """
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache, da_r=da_n * cache.q)


def reset_from_the_state(dh, cache):
    """a dr computed with the old state

    r multiplies q = h_prev W_hn + b_hn: dr = da_n ⊙ q.
    """
    r = cache.r
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache, da_r=da_n * cache.h_prev * r * (1 - r))


def reset_without_bias(dh, cache):
    """a dr without the candidate's second bias

    r multiplies b_hn too: the cache's q holds it.
    """
    r = cache.r
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    q = cache.q - cache.params.b_hn
    return _back(dh, cache, da_r=da_n * q * r * (1 - r))


def reset_without_tanh(dh, cache):
    """a dr taken before the candidate's tanh

    r acts inside the tanh: dr starts from da_n, not from dn.
    """
    r = cache.r
    return _back(dh, cache, da_r=dh * (1 - cache.z) * cache.q * r * (1 - r))


def reset_gate_forgotten(dh, cache):
    """a reset gate that has no gradient

    r made n: dr = da_n ⊙ q.
    """
    return _back(dh, cache, da_r=0 * dh)


def update_gate_forgotten(dh, cache):
    """an update gate that has no gradient

    z made h_t: dz = dh ⊙ (h_prev - n).
    """
    return _back(dh, cache, da_z=0 * dh)


def state_part_ungated(dh, cache):
    """a dq that is not gated

    q enters a_n multiplied by r: dq = da_n ⊙ r.
    """
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache, dq=da_n)


def state_part_complement(dh, cache):
    """a dq multiplied by 1 - r

    q enters a_n multiplied by r: dq = da_n ⊙ r.
    """
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache, dq=da_n * (1 - cache.r))


def other_placement(dh, cache):
    """gradients of the placement before the product

    The cache's step had r after the product: W_hn met h_prev, not r ⊙ h_prev.
    """
    x_t, h_prev, r, z, n, _, params = cache
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - n**2)
    W_hr, W_hz, W_hn = np.split(params.W_h, 3, axis=1)
    d_reset = da_n @ W_hn.T
    da_r = d_reset * h_prev * r * (1 - r)
    by_input = np.concatenate([da_r, da_z, da_n], axis=1)
    to_state = dh * z + da_r @ W_hr.T + da_z @ W_hz.T + d_reset * r
    to_gates = h_prev.T @ np.concatenate([da_r, da_z], axis=1)
    return GRUStepGrads(
        dx_t=by_input @ params.W_x.T,
        dh_prev=to_state,
        dW_x=x_t.T @ by_input,
        dW_h=np.concatenate([to_gates, (r * h_prev).T @ da_n], axis=1),
        db=by_input.sum(axis=0),
        db_hn=da_n.sum(axis=0),
    )


def weights_from_the_reset_state(dh, cache):
    """a dW_h computed from the reset state

    r came after the product: W_h met h_prev itself.
    """
    _, by_state = _sides(dh, cache)
    return _back(dh, cache)._replace(dW_h=(cache.r * cache.h_prev).T @ by_state)


def state_blocks_for_the_input(dh, cache):
    """dq where da_n belongs

    The input's part of n is not multiplied by r: dx_t, dW_x and db use da_n.
    """
    _, by_state = _sides(dh, cache)
    return _back(dh, cache)._replace(
        dx_t=by_state @ cache.params.W_x.T,
        dW_x=cache.x_t.T @ by_state,
        db=by_state.sum(axis=0),
    )


def second_bias_gradient_ungated(dh, cache):
    """a db_hn that is not gated

    b_hn stands inside the parentheses that r multiplies: db_hn sums dq.
    """
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache)._replace(db_hn=da_n.sum(axis=0))


def second_bias_gradient_forgotten(dh, cache):
    """a db_hn of zero

    b_hn was added to q: its gradient is dq, summed over the batch.
    """
    right = _back(dh, cache)
    return right._replace(db_hn=0 * right.db_hn)


def gradient_blocks_exchanged(dh, cache):
    """blocks in the order z, r, n

    The blocks stand in the order r, z, n, in gradients too.
    """
    right = _back(dh, cache)
    swapped = {}
    for name in ("dW_x", "dW_h", "db"):
        first, second, third = np.split(getattr(right, name), 3, axis=-1)
        swapped[name] = np.concatenate([second, first, third], axis=-1)
    return right._replace(**swapped)


def all_blocks_exchanged(dh, cache):
    """blocks in the order z, r, n throughout

    The blocks stand in the order r, z, n, also where you multiply by W_xᵀ and W_hᵀ.
    """
    z, r = cache.z, cache.r
    da_z = dh * (cache.h_prev - cache.n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - cache.n**2)
    da_r = da_n * cache.q * r * (1 - r)
    return _back(dh, cache, da_r=da_z, da_z=da_r)


def gru_blocks_not_transposed(dh, cache):
    """blocks of W_h that are not transposed

    Forward it was h_prev @ W_h; back it is [da_r, da_z, dq] @ W_h.T.
    """
    _, by_state = _sides(dh, cache)
    blocks = zip(
        np.split(by_state, 3, axis=1),
        np.split(cache.params.W_h, 3, axis=1),
        strict=True,
    )
    back = sum(grad @ block for grad, block in blocks)
    return _back(dh, cache)._replace(dh_prev=dh * cache.z + back)


def gru_weight_gradients_transposed(dh, cache):
    """gradients of the matrices that are transposed

    A gradient has its parameter's shape: x_t.T @ [da_r, da_z, da_n].
    """
    right = _back(dh, cache)
    return right._replace(dW_x=right.dW_x.T, dW_h=right.dW_h.T)


def gru_new_state_for_old(dh, cache):
    """a dW_h computed from the new state

    W_h met h_prev in this step, not h_t.
    """
    _, by_state = _sides(dh, cache)
    h_t = (1 - cache.z) * cache.n + cache.z * cache.h_prev
    return _back(dh, cache)._replace(dW_h=h_t.T @ by_state)


def gru_averaged_over_the_batch(dh, cache):
    """parameter gradients averaged over the batch

    Gradients here are sums over the batch: no division.
    """
    right = _back(dh, cache)
    means = [grad / len(dh) for grad in right[2:]]
    return GRUStepGrads(right.dx_t, right.dh_prev, *means)


def gru_biases_not_summed(dh, cache):
    """bias gradients kept for each example

    The biases were added to every row: sum over the batch, axis 0.
    """
    by_input, by_state = _sides(dh, cache)
    db_hn = np.split(by_state, 3, axis=1)[2]
    return _back(dh, cache)._replace(db=by_input, db_hn=db_hn)


def gru_biases_with_two_axes(dh, cache):
    """bias gradients with two axes

    b and b_hn have one axis; leave out keepdims.
    """
    right = _back(dh, cache)
    return right._replace(db=right.db[None], db_hn=right.db_hn[None])


def gru_gradient_overwritten(dh, cache):
    """a dh that is overwritten

    `dh *= …` changes the caller's array; give the product a name of its own.
    """
    found = _back(dh, cache)
    dh *= cache.z
    return found


def gru_cache_overwritten(dh, cache):
    """a cache that is overwritten

    `*=` on r, z, n or q changes the cache's arrays.
    """
    found = _back(dh, cache)
    cache.z[...] *= 1 - cache.z
    return found


def gru_in_float32(dh, cache):
    """a result in float32

    Stay in float64: a gradient check needs all its digits.
    """
    return GRUStepGrads(*(grad.astype(np.float32) for grad in _back(dh, cache)))
