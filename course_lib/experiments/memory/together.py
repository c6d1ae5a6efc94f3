"""Many trainings of one layer, side by side: what `experiments.train` does, at once.

Small networks leave a processor idle. Here the tensors of all seeds get a leading run
axis (`torch.vmap` writes the batched products), so ten runs cost little more than one.
Runs do not mix: each has weights, batches and a gradient norm of its own.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

from course_lib.device import make_generator
from course_lib.experiments.trial import (
    MemoryTask,
    Outcome,
    Settings,
    draw_test_set,
    new_model,
)
from course_lib.training.models import SequenceModel


def train_many(
    make_layer: Callable[[int, torch.Generator], tuple[nn.Module, int]],
    task: MemoryTask,
    seeds: Sequence[int],
    settings: Settings | None = None,
) -> tuple[list[Outcome], list[SequenceModel]]:
    """Train one layer for each seed, all at once.

    Small networks leave a processor idle, so all tensors get a leading run axis. Runs
    do not mix: each has weights, batches and a gradient norm of its own, and its
    outcome is what `train` gives for its seed, to rounding.

    Args:
        make_layer: as for `train`; layers of all seeds have the same shapes.
        task: what to learn.
        seeds: one a run.
        settings: how to train; the optimizer must treat each number alone, as SGD and
            Adam do.

    Returns:
        outcomes: one a seed; each ends where its run was solved.
        models: as they are when the last run has ended.
    """
    settings = settings or Settings()
    together = _Together(make_layer, task, seeds, settings)
    for count in range(settings.updates + 1):
        if count % settings.check_every == 0 or count == settings.updates:
            together.look(count)
            if count == settings.updates or not together.unsolved:
                break
        together.learn()
    return together.runs, together.finished()


class _Together:
    """Many runs side by side; their weights carry a leading run axis."""

    def __init__(self, make_layer, task: MemoryTask, seeds, settings: Settings):
        self.task, self.settings = task, settings
        self.generators = [make_generator(seed) for seed in seeds]
        self.runs = [Outcome(seed) for seed in seeds]
        self.models = [new_model(make_layer, task, one) for one in self.generators]
        self.weights, _ = stack_module_state(self.models)
        self.loss = torch.vmap(self._loss_of_one)
        self.test = [
            part.expand(len(seeds), *part.shape)
            for part in draw_test_set(task, settings)
        ]
        values = list(self.weights.values())
        self.update = settings.optimizer(values, lr=settings.learning_rate)

    @property
    def unsolved(self) -> list[Outcome]:
        return [run for run in self.runs if run.solved_at is None]

    def _loss_of_one(self, weights: dict, x: Tensor, targets: Tensor) -> Tensor:
        # the first model lends its structure; all numbers come from `weights`
        logits, _ = functional_call(self.models[0], weights, (x,))
        return self.task.loss(logits, targets)

    def look(self, count: int) -> None:
        """Note the test loss of each run that is not solved yet."""
        with torch.no_grad():
            losses = self.loss(self.weights, *self.test).tolist()
        for run, loss in zip(self.runs, losses, strict=True):
            if run.solved_at is None:
                run.updates.append(count)
                run.test_losses.append(loss)
                run.solved_at = count if loss < self.task.solved else None

    def learn(self) -> None:
        """Take one update of every run, on a batch of its own."""
        drawn = [
            self.task.draw(self.settings.batch, generator=g) for g in self.generators
        ]
        x, targets = map(torch.stack, zip(*drawn, strict=True))
        losses = self.loss(self.weights, x, targets)
        self.update.zero_grad()
        losses.sum().backward()
        norms = _clip_each(list(self.weights.values()), self.settings.max_norm)
        self.update.step()
        pairs = zip(self.runs, losses.tolist(), norms.tolist(), strict=True)
        for run, loss, norm in pairs:
            if run.solved_at is None:
                run.history.losses.append(loss)
                run.history.grad_norms.append(norm)

    def finished(self) -> list[SequenceModel]:
        """Return the models with what they have learnt."""
        for index, model in enumerate(self.models):
            values = {name: value[index] for name, value in self.weights.items()}
            model.load_state_dict(values)
        return self.models


def _clip_each(weights: list[Tensor], max_norm: float) -> Tensor:
    """Scale each run's gradient to a norm of at most `max_norm`; return the norms."""
    grads = [weight.grad for weight in weights if weight.grad is not None]
    squares = [grad.flatten(1).square().sum(1) for grad in grads]
    norms = torch.stack(squares).sum(0).sqrt()
    scale = (max_norm / (norms + 1e-6)).clamp(max=1.0)
    for grad in grads:
        grad.mul_(scale.view(-1, *[1] * (grad.ndim - 1)))
    return norms
