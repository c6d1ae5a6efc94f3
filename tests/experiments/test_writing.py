"""Models that write quatrains: the corpus, a short training, the scores."""

import pytest
import torch

from course_lib.data import verse
from course_lib.experiments import writing
from course_lib.experiments.writing import Plan
from course_lib.language.ngrams import NGramModel


@pytest.fixture(scope="module")
def text():
    return writing.corpus()


@pytest.fixture(scope="module")
def run():
    plan = Plan(updates=6, look_at=(0, 3, 6), poems=4)
    return writing.train(0, plan)


def test_the_parts_hold_whole_poems_and_none_twice(text):
    parts = text[1:]
    assert [len(part) // writing.POEM for part in parts] == [20_000, 500, 500]
    poems = [
        tuple(poem) for part in parts for poem in part.view(-1, writing.POEM).tolist()
    ]
    assert len(set(poems)) == len(poems)
    first = verse.read_poems("".join(text.vocabulary.decode(text.test[:27])))
    assert writing.mean_scores(first).regulated == 1


def test_a_run_is_scored_before_during_and_after(run):
    assert run.updates == [0, 3, 6]
    assert len(run.scores) == len(run.poems) == 3
    assert len(run.history.losses) == 6
    assert run.history.losses[-1] < run.history.losses[0]
    assert 3 < run.perplexity < 300


def test_the_same_seed_gives_the_same_run(run):
    again = writing.train(0, Plan(updates=6, look_at=(0, 3, 6), poems=4))
    assert again.history.losses == run.history.losses
    assert again.scores == run.scores
    assert again.poems == run.poems


@pytest.mark.parametrize("layer", ["fast GRU", "RNN", "LSTM", "GRU"])
def test_every_layer_is_made_from_its_seed_alone(layer):
    state = torch.get_rng_state()
    models = [writing.make_model(layer, 20, seed) for seed in (1, 1, 2)]
    assert torch.equal(torch.get_rng_state(), state)
    one, same, other = (list(model.parameters()) for model in models)
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not torch.equal(one[0], other[0])
    inner, another = (next(model.layer.parameters()) for model in models[1:])
    assert not torch.equal(inner, another), "the layer too"


def test_scores_are_means_over_poems():
    poems = verse.quatrains(3, torch.Generator().manual_seed(0))
    scores = writing.mean_scores([*poems, ()])
    assert scores.regulated == scores.rhyme == scores.length == 0.75


def test_counting_writes_characters_of_the_text(text):
    counted = NGramModel(3, len(text.vocabulary), 3).fit(text.train[:27_000])
    poems = writing.count_poems(counted, text, 3)
    assert len(poems) == 3
    assert writing.count_poems(counted, text, 3) == poems
    assert set("".join("".join(poem) for poem in poems)) <= set(text.vocabulary)


def test_the_jobs_are_the_seeds_the_short_pieces_and_the_kinds():
    jobs = writing.jobs((4, 5), ("RNN",))
    assert [job.args[0] for job in jobs] == [4, 5, 4, 4]
    short = jobs[2].args[1]
    assert short.B * short.T == Plan().B * Plan().T
    assert jobs[3].args[1].layer == "RNN"
