"""Translators that run free: after a mistake, after other training, in a search."""

from collections.abc import Mapping, Sequence
from statistics import mean

from matplotlib.figure import Figure

from course_lib.plots.style import COLOURS, panel_row

POWERS = {0.0: "sum (α = 0)", 1.0: "mean (α = 1)"}


def after_mistake(
    found: Mapping[str, tuple[Sequence[float], Sequence[float]]],
) -> Figure:
    """Draw error rates from the first wrong symbol on, one panel a translator.

    Args:
        found: name -> error rates running free, and at the same places forced.
    """
    with panel_row(len(found), height=2.7, sharey=True) as (figure, axes):
        for one, (name, (free, forced)) in zip(axes, found.items(), strict=True):
            places = range(len(free))
            one.plot(places, free, "o-", label="running free", color=COLOURS[1])
            one.plot(places, forced, "s-", label="forced", color=COLOURS[0])
            one.set(title=name, xlabel="places after the first wrong symbol")
            one.set(ylim=(0, 1.04))
        axes[0].set_ylabel("error rate")
        axes[0].legend(fontsize="small")
    return figure


def trained(results: Sequence, schedules: Sequence[str]) -> Figure:
    """Draw what each schedule came to: all right, and after the first mistake.

    Args:
        results: have the attributes schedule, right and exposure.
        schedules: names, from top to bottom.
    """
    measures = {
        "outputs that are right": lambda one: one.right,
        "error rate before a mistake": lambda one: one.exposure["before"],
        "error rate after a mistake": lambda one: one.exposure["free"],
    }
    with panel_row(3, 7.4, 2.5, sharey=True) as (figure, axes):
        for one, (title, value) in zip(axes, measures.items(), strict=True):
            for row, schedule in enumerate(schedules):
                values = [value(r) for r in results if r.schedule == schedule]
                colour = COLOURS[0] if row == 0 else COLOURS[1]
                one.plot([min(values), max(values)], [row, row], color=colour, lw=1)
                one.plot(values, [row] * len(values), ".", color=colour, alpha=0.7)
                one.plot(mean(values), row, "|", color=colour, markersize=13, mew=2.5)
            one.set_title(title, fontsize="small")
            one.tick_params(axis="x", labelsize="small")
        axes[0].set_yticks(
            range(len(schedules)), [s.replace("_", " ") for s in schedules]
        )
        axes[0].invert_yaxis()
    return figure


def searched(results: Sequence) -> Figure:
    """Draw length and kinds of error against the beam size.

    Args:
        results: of one setting; have the attributes of a `Searched`.
    """
    sizes = sorted({row.beam for row in results})

    def line(power: float, name: str) -> list[float]:
        return [
            mean(
                getattr(row, name)
                for row in results
                if (row.beam, row.power) == (size, power)
            )
            for size in sizes
        ]

    with panel_row(2, height=2.7) as (figure, (left, right)):
        for power, label in POWERS.items():
            style = "o-" if power else "s--"
            left.plot(sizes, line(power, "length"), style, label=label)
        left.axhline(1, color="black", linewidth=1, linestyle=":")
        left.set(xlabel="beam size", ylabel="length of output / reference")
        search, model = line(1.0, "search_errors"), line(1.0, "model_errors")
        right.plot(sizes, model, "o-", color=COLOURS[2], label="model errors")
        right.plot(sizes, search, "s-", color=COLOURS[3], label="search errors")
        right.set(xlabel="beam size", ylabel="share of outputs", ylim=(-0.02, 0.8))
        for one in (left, right):
            one.set_xscale("log", base=2)
            one.set_xticks(sizes, [str(size) for size in sizes])
            one.legend(fontsize="small")
    return figure
