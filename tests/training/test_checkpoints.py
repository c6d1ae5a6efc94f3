"""Checkpoints: whole or not at all; a resumed training is the undisturbed one."""

import contextlib
import copy
import os
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.device import make_generator
from course_lib.language.models import CharacterModel, batchify_text
from course_lib.language.streams import CarriedLoss
from course_lib.layers.lstm import LSTM
from course_lib.training import checkpoints
from course_lib.training.checkpoints import load_checkpoint, save_checkpoint
from course_lib.training.fit import fit


class Stopped(Exception):
    """Stands for a power cut."""


class Net(nn.Module):
    """Dropout draws from PyTorch's own generator."""

    def __init__(self, width=8):
        super().__init__()
        start = make_generator(0)
        self.W = nn.Parameter(torch.randn(3, width, generator=start))
        self.v = nn.Parameter(torch.randn(width, generator=start))

    def forward(self, x):
        return F.dropout(torch.tanh(x @ self.W), 0.3, self.training) @ self.v


def batches(generator, number=12):
    """Batches drawn one after the other, each from where the last one left off."""
    for _ in range(number):
        yield torch.randn(5, 3, generator=generator)


def noisy_loss(generator, stop_at=None):
    """A loss that draws from a generator too, and is stopped at one of its calls."""
    calls = [0]

    def loss(model, x):
        if calls[0] == stop_at:
            raise Stopped
        calls[0] += 1
        noise = torch.randn(5, generator=generator)
        return (model(x) - x.sum(1) + 0.1 * noise).square().mean()

    return loss


def train(path, stop_at=None, every=4, number=12):
    """Train from the beginning, or from `path` if it is there."""
    torch.manual_seed(7)
    generator, model = make_generator(1), Net()
    try:
        history = fit(
            model,
            batches(generator, number),
            noisy_loss(generator, stop_at),
            checkpoint=path,
            checkpoint_every=every,
            generator=generator,
        )
    except Stopped:
        return model, None
    return model, history


def same(one, other):
    parts = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in parts)


@pytest.mark.parametrize("stop_at", [0, 3, 4, 5, 11])
def test_a_resumed_training_is_the_undisturbed_one_bit_for_bit(tmp_path, stop_at):
    undisturbed, history = train(None)
    path = tmp_path / "run" / "model.pt"
    _, cut = train(path, stop_at)
    assert cut is None
    assert path.exists() == (stop_at >= 4)
    resumed, whole = train(path)
    assert same(resumed, undisturbed)
    assert whole == history
    assert len(whole.losses) == 12


def test_stopped_again_and_again(tmp_path):
    undisturbed, history = train(None)
    path, stops = tmp_path / "model.pt", 0
    while True:
        resumed, whole = train(path, stop_at=3, every=2)
        if whole is not None:
            break
        stops += 1
    assert stops == 5  # two updates further each time
    assert same(resumed, undisturbed)
    assert whole == history


def test_what_is_finished_stays_so_and_can_be_prolonged(tmp_path):
    path = tmp_path / "model.pt"
    first, _ = train(path)
    again, history = train(path, stop_at=0)  # not one call of the loss
    assert same(first, again)
    assert len(history.losses) == 12
    longer, whole = train(path, number=20)
    expected, alone = train(None, number=20)
    assert same(longer, expected)
    assert whole == alone
    with pytest.raises(ValueError, match="has seen 20 batches, there are fewer"):
        train(path, number=5)


def test_a_checkpoint_does_not_change_a_training(tmp_path):
    one, history = train(tmp_path / "model.pt", every=1)
    other, alone = train(None)
    assert same(one, other)
    assert history == alone


def test_carried_states_are_resumed_too(tmp_path):
    """Truncated BPTT with an LSTM: the state lies in the loss."""
    ids = torch.randint(6, (400,), generator=make_generator(0))
    pieces = list(zip(*batchify_text(ids, 3, 10), strict=True))

    def run(path, stop_at=None):
        model = CharacterModel(
            6, 4, LSTM(4, 5, make_generator(1)), 5, make_generator(2)
        )
        carried, calls = CarriedLoss(), [0]

        class Loss:
            state_dict, load_state_dict = carried.state_dict, carried.load_state_dict

            def __call__(self, model, batch):
                if calls[0] == stop_at:
                    raise Stopped
                calls[0] += 1
                return carried(model, batch)

        with contextlib.suppress(Stopped):
            fit(model, pieces, Loss(), checkpoint=path, checkpoint_every=3)
        return model, carried.state

    undisturbed, state = run(None)
    run(tmp_path / "model.pt", stop_at=7)
    resumed, last = run(tmp_path / "model.pt")
    assert same(resumed, undisturbed)
    assert all(torch.equal(a, b) for a, b in zip(state, last, strict=True))
    forgotten = copy.deepcopy(load_checkpoint(tmp_path / "model.pt"))
    assert forgotten["loss"]["state"][0].shape == (3, 5)


def test_the_bar_goes_on_where_it_was(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    loss = noisy_loss(make_generator(0))
    few = list(batches(make_generator(1), 6))
    fit(Net(), few[:4], loss, checkpoint=tmp_path / "m.pt")
    capsys.readouterr()
    fit(Net(), few, loss, checkpoint=tmp_path / "m.pt")
    shown = capsys.readouterr().err
    assert "4/6" in shown
    assert "6/6" in shown


def test_another_model_or_training_is_refused(tmp_path):
    path = tmp_path / "model.pt"
    train(path)
    few, loss = list(batches(make_generator(1))), noisy_loss(make_generator(0))

    def again(model=None, **options):
        model = model or Net()
        fit(model, few, loss, checkpoint=path, **options)

    with pytest.raises(ValueError, match=r"of another model\. Delete it or name"):
        again(Net(9), generator=make_generator(0))
    with pytest.raises(ValueError, match="of another training"):
        again(learning_rate=0.5)
    with pytest.raises(ValueError, match="of another training"):
        again(optimizer=torch.optim.SGD)
    with pytest.raises(ValueError, match="made with a generator, pass one"):
        again()
    with pytest.raises(ValueError, match="checkpoint_every is 0"):
        again(checkpoint_every=0)


def test_a_crash_while_writing_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "model.pt"
    save_checkpoint(path, {"n": 1})

    def crash(content, file):
        file.write(b"half of it")
        raise Stopped

    monkeypatch.setattr(checkpoints.torch, "save", crash)
    with pytest.raises(Stopped):
        save_checkpoint(path, {"n": 2})
    monkeypatch.undo()
    assert load_checkpoint(path)["n"] == 1
    assert os.listdir(tmp_path) == ["model.pt"]


class Harmful:
    """Would make a folder if it were unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_file_that_is_no_checkpoint_is_refused_and_runs_nothing(tmp_path):
    path, sign = tmp_path / "model.pt", tmp_path / "sign"
    assert load_checkpoint(path) is None
    for content in (
        b"",
        b"not a checkpoint at all",
        pickle.dumps(Harmful(sign), protocol=2),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"is no checkpoint .*; delete it or name"):
            load_checkpoint(path)
    torch.save({"format": 1, "model": Harmful(sign)}, path)
    with pytest.raises(ValueError, match="is no checkpoint"):
        load_checkpoint(path)
    assert not sign.exists()
    torch.save({"weights": torch.ones(1)}, path)
    with pytest.raises(ValueError, match=r"format, model is missing"):
        load_checkpoint(path, ["model"])
    torch.save(torch.ones(1), path)
    with pytest.raises(ValueError, match="no checkpoint of this format"):
        load_checkpoint(path)
