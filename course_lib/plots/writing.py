"""Language models: perplexity beside models that count, and rules kept by update."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.plots.style import COLOURS, panel, panel_row

# the rules of verse as a title each, in the order in which they are learnt
TITLES = {
    "length": "five characters a line",
    "tones": "tones of each line",
    "opposition": "opposition in couplets",
    "adhesion": "adhesion between them",
    "rhyme": "rhyme",
    "distinct": "no character twice",
}


def perplexities(
    orders: Mapping[int, float], networks: Mapping[str, Sequence[float]]
) -> Figure:
    """Draw n-grams by their order, and networks beside them on the same axis.

    Args:
        orders: perplexity by order n.
        networks: perplexities, one a seed, by the network's name.
    """
    best = min(orders.values())
    with panel_row(2, height=3.0) as (figure, (left, right)):
        left.plot(list(orders), list(orders.values()), "o-", color=COLOURS[0])
        left.set(xlabel="order n of the n-gram", ylabel="perplexity", yscale="log")
        left.set_xticks(list(orders))
        ticks = [5, 10, 20, 50, 100]
        left.set_yticks(ticks, [str(tick) for tick in ticks])
        left.minorticks_off()
        for place, values in enumerate(networks.values()):
            colour = COLOURS[1] if len(values) > 1 else COLOURS[2]
            right.plot(values, [place] * len(values), "o", color=colour, alpha=0.7)
        right.axvline(best, color=COLOURS[0], linestyle="--", linewidth=1)
        right.set_yticks(range(len(networks)), list(networks))
        right.set_ylim(len(networks) - 0.5, -0.5)
        right.set(xlabel="perplexity (dashed: the best n-gram)")
    return figure


def rules_by_update(
    updates: Sequence[int], scores: Sequence[Sequence], chance: object
) -> Figure:
    """Draw how far poems keep each rule, by update, one line a seed.

    Args:
        updates: the first is 0, drawn at the left edge.
        scores: for each seed one score an entry of `updates`, with an attribute a rule.
        chance: has the same attributes.
    """
    places = np.arange(len(updates))
    with panel(height=4.2) as (figure, axes):
        axes.remove()
        grid = figure.subplots(2, 3, sharex=True, sharey=True)
        for one, (rule, title) in zip(grid.flat, TITLES.items(), strict=True):
            for number, run in enumerate(scores):
                values = [getattr(score, rule) for score in run]
                one.plot(places, values, ".-", color=COLOURS[number], linewidth=1.3)
            level = getattr(chance, rule)
            one.axhline(level, color="black", linestyle="--", linewidth=1)
            one.set_title(title, fontsize="small")
            one.set_ylim(-0.05, 1.05)
            one.set_xticks(places, [str(update) for update in updates])
            one.tick_params(axis="x", labelrotation=60, labelsize="small")
        figure.supxlabel("updates", fontsize="medium")
        figure.supylabel("mean score of the poems", fontsize="medium")
    return figure
