"""The same cells in other libraries, as far as these can be imported.

Each peer gets the weights of the PyTorch module, computes the same states (checked) and
gives them and the gradients of x and all weights as arrays of its own. None of them is
required: a library that is not installed has no column.
"""

import importlib.util
import os
import sys

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
GATES = {"LSTM": 4, "GRU": 3}


def sides(kind, module, x, dhs):
    """Return {name: (forward, forward and backward or None)} of the peers there are."""
    if kind not in GATES:
        return {}
    weights = [
        getattr(module, f"{name}_l0").detach().numpy()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]
    found = {}
    for name, needs, make in (
        ("JAX", ["jax"], _jax),
        ("Keras", ["keras", "jax"], _keras),
        ("ONNX", ["onnxruntime", "onnx"], _onnx),
    ):
        if all(importlib.util.find_spec(need) for need in needs):
            forward, both = make(kind, weights, x, dhs)
            _compare(name, np.asarray(forward()), module, x)
            found[name] = forward, both
    return found


def _compare(name, states, module, x):
    import torch

    with torch.no_grad():
        expected = module(torch.from_numpy(x))[0].numpy()
    if not np.allclose(states, expected, atol=1e-4):
        sys.exit(f"{name} differs from nn: its time says nothing")


def _jax(kind, weights, x, dhs):
    """`lax.scan` under `jit`; XLA is faster with the input product inside the scan."""
    import jax
    import jax.numpy as jnp

    def lstm(state, a_x, W_h, _):
        h, c = state
        i, f, g, o = jnp.split(a_x + h @ W_h, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru(h, a_x, W_h, b_h):
        (r, z, n), (r_h, z_h, n_h) = (
            jnp.split(a, 3, axis=1) for a in (a_x, h @ W_h + b_h)
        )
        r, z = jax.nn.sigmoid(r + r_h), jax.nn.sigmoid(z + z_h)
        h = (1 - z) * jnp.tanh(n + r * n_h) + z * h
        return h, h

    def run(x, W_x, W_h, b_x, b_h):
        zeros = jnp.zeros((x.shape[1], W_h.shape[0]))
        if kind == "LSTM":
            start, step, b = (zeros, zeros), lstm, b_x + b_h
        else:
            start, step, b = zeros, gru, b_x
        body = lambda s, x_t: step(s, x_t @ W_x + b, W_h, b_h)  # noqa: E731
        return jax.lax.scan(body, start, x)[1]

    W_ih, W_hh, b_ih, b_hh = weights
    values = [x.swapaxes(0, 1), W_ih.T, W_hh.T, b_ih, b_hh]
    given = [jnp.asarray(value) for value in values]
    dy = jnp.asarray(dhs.swapaxes(0, 1))
    forward = jax.jit(lambda *g: run(*g).swapaxes(0, 1))
    both = jax.jit(jax.grad(lambda g: (run(*g) * dy).sum()))
    return (
        lambda: jax.block_until_ready(forward(*given)),
        lambda: jax.block_until_ready(both(given)),
    )


def _keras(kind, weights, x, dhs):
    """`keras.layers` under `jit`, on Keras's JAX backend."""
    import jax
    import jax.numpy as jnp
    import keras

    hidden = weights[1].shape[1]
    layer = getattr(keras.layers, kind)(hidden, return_sequences=True)
    layer.build(x.shape)
    W_ih, W_hh, b_ih, b_hh = weights
    if kind == "LSTM":
        layer.set_weights([W_ih.T, W_hh.T, b_ih + b_hh])
    else:  # Keras puts z before r
        z_first = np.arange(3 * hidden).reshape(3, hidden)[[1, 0, 2]].ravel()
        values = W_ih.T, W_hh.T, np.stack([b_ih, b_hh])
        layer.set_weights([value[..., z_first] for value in values])
    given = [v.value for v in layer.trainable_variables], jnp.asarray(x)
    rest = [v.value for v in layer.non_trainable_variables]
    dy = jnp.asarray(dhs)

    def run(values, x):
        return layer.stateless_call(values, rest, x)[0]

    forward = jax.jit(run)
    both = jax.jit(jax.grad(lambda v, x: (run(v, x) * dy).sum(), argnums=(0, 1)))
    return (
        lambda: jax.block_until_ready(forward(*given)),
        lambda: jax.block_until_ready(both(*given)),
    )


def _onnx(kind, weights, x, dhs):
    """ONNX Runtime's operator: forward only, as it is made for inference."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    hidden, gates = weights[1].shape[1], GATES[kind]
    # ONNX wants i, o, f, c and z, r, h
    order = {"LSTM": [0, 3, 1, 2], "GRU": [1, 0, 2]}[kind]
    rows = np.arange(gates * hidden).reshape(gates, hidden)[order].ravel()
    W, R, b_x, b_h = (weight[rows] for weight in weights)
    tensors = {"W": W[None], "R": R[None], "B": np.concatenate([b_x, b_h])[None]}
    extra = {"linear_before_reset": 1} if kind == "GRU" else {}
    node = helper.make_node(kind, ["x", *tensors], ["y"], hidden_size=hidden, **extra)
    graph = helper.make_graph(
        [node],
        "cell",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None] * 3)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * 4)],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", 1))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )
    time_first = np.ascontiguousarray(x.swapaxes(0, 1))
    return lambda: session.run(None, {"x": time_first})[0][:, 0].swapaxes(0, 1), None
