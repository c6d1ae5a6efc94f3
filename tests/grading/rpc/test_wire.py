"""Plain data cross exactly; whatever else is sent ends in a WireError and nothing."""

import contextlib
import json
import random
import socket
import struct
from collections import namedtuple

import numpy as np
import pytest
import torch

from course_lib.cells import RNNParams
from course_lib.grading.rpc.frames import (
    Channel,
    Closed,
    Frame,
    OutOfTime,
    Unfit,
    WireError,
)
from course_lib.grading.rpc.pack import Packer
from course_lib.grading.rpc.proxies import RemoteIterator, RemoteModule
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.unpack import Opaque, Unpacker
from course_lib.grading.rpc.values import Handles, named_tuples


def handles():
    return Handles(
        lambda number, name: ("remote", number, name),
        lambda number, name: RemoteModule(None, number, name),
    )


def across(value, side=Side.JUDGE, whole=False):
    """Send a value through JSON and bytes, and build it again on a side."""
    packer = Packer(handles(), whole=whole)
    tree = json.loads(json.dumps(packer.pack(value)))
    table = json.loads(json.dumps(packer.table))
    blobs = [bytearray(blob) for blob in packer.blobs]
    import course_lib.cells

    kinds = named_tuples([course_lib.cells])
    unpacker = Unpacker(table, blobs, handles(), lambda: kinds, side=side)
    return unpacker.unpack(tree)


def random_value(rng: random.Random, depth: int = 0):
    """Return one of everything that may cross, nested."""
    shape = [rng.randrange(4) for _ in range(rng.randrange(4))]
    numbers = torch.Generator().manual_seed(rng.randrange(1000))
    tensor = torch.randn(shape, generator=numbers)
    makers = [
        lambda: rng.choice([None, True, False, -7, 10**30, 0.1, -0.0, "é\ud800", ""]),
        lambda: rng.choice([float("inf"), 1e-320, 3 + 4j, b"\0\xff", ..., slice(1, 2)]),
        lambda: rng.choice([torch.float16, torch.device("cpu"), torch.Size([2, 0])]),
        lambda: tensor.to(rng.choice([torch.float64, torch.bfloat16, torch.int64])),
        lambda: tensor.mT if tensor.ndim > 1 else tensor,
        lambda: tensor.numpy().astype(rng.choice(["<f4", ">f8", "i2", "?"])),
        lambda: np.float32(rng.random()),
    ]
    if depth < 3:
        parts = [random_value(rng, depth + 1) for _ in range(rng.randrange(4))]
        makers += [lambda: parts, lambda: tuple(parts)] * 3
        makers += [lambda: dict(enumerate(parts)), lambda: RNNParams(*[tensor] * 3)]
    return rng.choice(makers)()


def equal(a, b):
    """Compare exactly: type, dtype, shape, order in memory, every bit."""
    if isinstance(a, torch.Tensor):
        same = (a.dtype, a.shape) == (b.dtype, b.shape) and type(b) is torch.Tensor
        return same and torch.equal(a.isnan(), b.isnan()) and torch.equal(a, b)
    if isinstance(a, np.ndarray | np.generic):
        same = a.dtype.newbyteorder("=") == b.dtype and a.shape == b.shape
        return same and np.array_equal(a, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple) and not isinstance(a, torch.Size):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(equal(a[k], b[k]) for k in a)
    return repr(a) == repr(b)


def test_plain_data_cross_exactly():
    for seed in range(200):
        value = random_value(random.Random(seed))
        assert equal(value, across(value)), f"seed {seed}"


def test_two_uses_of_one_tensor_stay_one():
    t = torch.ones(2)
    a, (b, c) = across([t, (t, t.clone())])
    assert a is b
    assert a is not c


def test_the_order_in_memory_crosses():
    t = torch.arange(6.0).reshape(2, 3).T
    assert across(t).stride() == t.stride()
    a = np.asfortranarray(np.ones((2, 3)))
    assert across(a).flags.f_contiguous


def test_meta_tensors_cross_as_shapes():
    t = across(torch.empty(3, 4, device="meta", dtype=torch.float64))
    assert t.is_meta
    assert (t.shape, t.dtype) == ((3, 4), torch.float64)


def test_old_gradients_cross():
    t = torch.ones(2, requires_grad=True)
    t.grad = torch.full((2,), 5.0)
    got = across(t)
    assert got.requires_grad
    assert got.grad.tolist() == [5.0, 5.0]


def test_modules_of_torch_cross_to_the_learner_only():
    rnn = torch.nn.RNN(2, 3, bias=False, dtype=torch.float64)
    got = across(rnn, Side.LEARNER, whole=True)
    assert type(got) is torch.nn.RNN
    assert got.bias is False
    x = torch.randn(1, 4, 2, dtype=torch.float64)
    assert torch.equal(got(x)[0], rnn(x)[0])
    packer = Packer(handles(), whole=True)
    tree = json.loads(json.dumps(packer.pack(rnn)))
    blobs = [bytearray(blob) for blob in packer.blobs]
    with pytest.raises(WireError):
        Unpacker(packer.table, blobs, handles(), dict).unpack(tree)


def test_a_learners_module_crosses_as_numbers_and_a_stand_in():
    rnn = torch.nn.RNN(2, 3, bias=False)
    got = across(rnn)
    assert type(got) is RemoteModule
    assert dict(got.named_parameters()).keys() == dict(rnn.named_parameters()).keys()
    assert torch.equal(got.weight_ih_l0, rnn.weight_ih_l0)
    assert got.weight_ih_l0.is_leaf


def test_a_subclass_or_a_liar_does_not_cross():
    class Liar(torch.Tensor):
        def __eq__(self, other):
            return True

    class Number(float):
        def __eq__(self, other):
            return True

    assert type(across(torch.ones(2).as_subclass(Liar))) is torch.Tensor
    assert type(across(Number(2))) is float
    strange = across(object())
    assert isinstance(strange, Opaque)
    assert strange != object()
    assert type(across(namedtuple("T", "a")(1))) is tuple


def test_generators_cross_whole_to_the_learner_only():
    got = across((i for i in [1, 2]), whole=True)
    assert not hasattr(got, "__len__")
    assert list(got) == [1, 2]
    assert isinstance(across(i for i in [1]), RemoteIterator)

    def forever():
        while True:
            yield 0

    with pytest.raises(Unfit):
        across(forever(), whole=True)


@pytest.mark.parametrize("kind", ["dict", "set"])
def test_keys_that_collide_run_out_of_time(kind):
    from time import monotonic

    keys = [k * (2**61 - 1) for k in range(200_000)]
    body = [[k, 0] for k in keys] if kind == "dict" else keys
    started = monotonic()
    unpacker = Unpacker([], [], handles(), dict, deadline=started + 0.5)
    with pytest.raises(OutOfTime):
        unpacker.unpack([kind, body])
    assert monotonic() - started < 5


@pytest.mark.parametrize("name", ["__class__", "a.__dict__", "", "a b", "x" * 999, 7])
def test_a_module_with_impossible_parts_is_refused(name):
    packer = Packer(handles())
    leaf = packer.pack(torch.ones(1))
    blobs = [bytearray(blob) for blob in packer.blobs]
    unpacker = Unpacker(packer.table, blobs, handles(), dict)
    with pytest.raises(WireError):
        unpacker.unpack(["module there", 0, "x", [[name, leaf, True]], True])


def test_a_value_that_holds_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(Unfit):
        across(value)


def mutated(rng, tree):
    """Change something somewhere in a tree of JSON."""
    junk = [None, -1, 2**70, "x", [], {}, ["leaf", 99], ["arg", -5], ["module", "RNN"]]
    if isinstance(tree, list) and tree and rng.random() < 0.8:
        i = rng.randrange(len(tree))
        return [*tree[:i], mutated(rng, tree[i]), *tree[i + 1 :]]
    if isinstance(tree, dict) and tree and rng.random() < 0.8:
        key = rng.choice(list(tree))
        return {**tree, key: mutated(rng, tree[key])}
    return rng.choice(junk)


def test_a_changed_frame_gives_plain_data_or_a_wire_error():
    for seed in range(400):
        try:
            receive_changed(random.Random(seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error


def receive_changed(rng):
    packer = Packer(handles())
    tree = json.loads(json.dumps(packer.pack([random_value(rng), torch.ones(2, 3)])))
    table = json.loads(json.dumps(packer.table))
    if rng.random() < 0.5:
        tree = mutated(rng, tree)
    else:  # Channel has seen to it that entries are dicts, one for each blob
        place = rng.randrange(len(table))
        key = rng.choice(list(table[place]))
        table[place] = {**table[place], key: mutated(rng, table[place][key])}
    blobs = [bytearray(blob) for blob in packer.blobs]
    with contextlib.suppress(WireError):
        Unpacker(table, blobs, handles(), dict).unpack(tree)


def pair():
    a, b = socket.socketpair()
    return Channel(a), b


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">IQ", 1 << 31, 0),
        struct.pack(">IQ", 10, 1 << 60),
        struct.pack(">IQ", 2, 0) + b"{}",
        struct.pack(">IQ", 4, 0) + b"\xff\xfe\0\0",
        struct.pack(">IQ", 100_000, 0) + b"[" * 100_000,
        struct.pack(">IQ", 16, 0) + b'["ok",1,[{"n":5}]]'[:16],
        struct.pack(">IQ", 18, 5) + b'["ok",1,[{"n":-5}]]'[:18] + b"12345",
    ],
)
def test_a_frame_that_lies_is_refused(data):
    channel, other = pair()
    other.sendall(data)
    other.close()
    with pytest.raises(WireError):
        channel.receive()
    channel.close()


def test_a_peer_that_trickles_runs_out_of_time():
    from time import monotonic

    channel, other = pair()
    other.sendall(struct.pack(">IQ", 100, 0) + b"[")
    with pytest.raises(OutOfTime):
        channel.receive(monotonic() + 0.2)
    other.close()
    with pytest.raises(Closed):
        channel.receive()
    channel.close()


def test_too_large_a_value_is_not_sent(monkeypatch):
    monkeypatch.setattr("course_lib.grading.rpc.frames.MAX_BYTES", 100)
    channel, other = pair()
    with pytest.raises(Unfit):
        channel.send(Frame("ok", None, [{}], [b"x" * 101]))
    channel.close()
    other.close()
