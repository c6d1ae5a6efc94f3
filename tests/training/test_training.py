"""The training loop: what it records, what it clips, when it stops."""

import pytest
import torch
from torch import nn

from course_lib.training.fit import History, fit


def line():
    """A model with one weight of 0 and no bias."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    return model


def squared(model, batch):
    """(w - batch)², so the gradient is 2 (w - batch)."""
    return (model.weight - batch).square().sum()


def test_history_has_one_entry_an_update_and_the_loss_before_it():
    model = line()
    history = fit(model, [3.0, 3.0, 3.0], squared, max_norm=100.0)
    assert len(history.losses) == len(history.grad_norms) == 3
    assert history.losses[0] == pytest.approx(9.0)
    assert history.grad_norms[0] == pytest.approx(6.0)
    assert history.losses == sorted(history.losses, reverse=True)


def test_gradients_do_not_pile_up_between_updates():
    """Two equal batches and a step of zero: the same gradient twice, not its double."""
    history = fit(line(), [3.0, 3.0], squared, learning_rate=0.0)
    assert history.grad_norms == pytest.approx([6.0, 6.0])


@pytest.mark.parametrize(("max_norm", "moved"), [(1.0, 1.0), (100.0, 6.0)])
def test_clipping_bounds_the_update_and_leaves_small_gradients_alone(max_norm, moved):
    model = line()
    options = {"learning_rate": 1.0, "optimizer": torch.optim.SGD}
    history = fit(model, [3.0], squared, max_norm=max_norm, **options)
    assert model.weight.item() == pytest.approx(moved, rel=1e-4)
    assert history.grad_norms == pytest.approx([6.0])  # recorded before clipping


def test_the_norm_is_that_of_all_parameters_together():
    model = nn.Linear(1, 1)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)

    def loss(model, batch):
        return (3 * model.weight + 4 * model.bias).sum()

    options = {"learning_rate": 1.0, "optimizer": torch.optim.SGD}
    history = fit(model, [None], loss, max_norm=1.0, **options)
    assert history.grad_norms == pytest.approx([5.0])
    # the direction is kept: 3 to 4
    assert model.weight.item() == pytest.approx(-0.6, rel=1e-4)
    assert model.bias.item() == pytest.approx(-0.8, rel=1e-4)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_the_training(bad):
    model = line()
    with pytest.raises(
        FloatingPointError, match=r"at update 2; try a smaller"
    ) as error:
        fit(model, [3.0, bad], squared)
    assert "learning rate" in str(error.value)
    # what was learnt before is kept, and nothing of the bad batch got in
    assert model.weight.isfinite().all()
    assert model.weight.item() > 0


def test_batches_may_come_from_a_generator():
    history = fit(line(), (float(n) for n in range(5)), squared)
    assert len(history.losses) == 5


def test_smoothing_is_the_mean_of_the_last_updates():
    history = History(losses=[1.0, 2.0, 3.0, 4.0])
    assert history.smoothed(2) == pytest.approx([1.0, 1.5, 2.5, 3.5])
    assert history.smoothed(1) == pytest.approx(history.losses)
    assert history.smoothed(100) == pytest.approx([1.0, 1.5, 2.0, 2.5])
    assert History().smoothed() == []


def test_the_progress_bar_ends_with_the_last_batch(capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    fit(line(), [1.0, 2.0], squared)
    assert "2/2" in capsys.readouterr().err
