"""The figure of chapter 05: which paths make up the gradient of a loss.

dE_t/dW_hh is a sum over the steps k = 1 … t at which W_hh was used. Term k goes from
the loss at step t back through t − k Jacobians to the use at step k. The figure shows
the path and the size of each term; the numbers come from the reader's own run.
"""

import math
from decimal import Decimal
from xml.etree import ElementTree as ET

import numpy as np

from course_lib.figures.parts import svg

WIDTH, LEFT, RADIUS = 520, 72, 19
LOSS, CHAIN, TOP, BASE = 26, 104, 172, 302
HEIGHT = BASE + 42
LOWEST_DECADE = -5
TICK = {"class_": "uf-words uf-tick", "text_anchor": "end"}


def gradient_terms(W_xh, W_hh, b_h, x, h_0, dh) -> list[list[np.ndarray]]:
    """Return the terms of dE_t/dW_hh for every t, of one sequence.

        term(t, k) = h_{k−1}ᵀ ∂E_t/∂a_k,   a_k = x_k W_xh + h_{k−1} W_hh + b_h

    Args:
        W_xh: (input, hidden).
        W_hh: (hidden, hidden) the matrix whose gradient is taken apart.
        b_h: (hidden,).
        x: (time, input) the sequence.
        h_0: (hidden,) the state before it.
        dh: (time, hidden) ∂E_t/∂h_t, the gradient of each step's own loss.

    Returns:
        ``terms[t - 1][k - 1]``: (hidden, hidden); row t − 1 holds t terms.
    """
    hs = [h_0]
    for x_t in x:
        hs.append(np.tanh(x_t @ W_xh + hs[-1] @ W_hh + b_h))
    table = []
    for t, dh_t in enumerate(dh, start=1):
        row, da = [], dh_t * (1 - hs[t] ** 2)
        for k in range(t, 0, -1):
            row.append(np.outer(hs[k - 1], da))
            da = (da @ W_hh.T) * (1 - hs[k - 1] ** 2)
        table.append(row[::-1])
    return table


def contributions(W_xh, W_hh, b_h, x, h_0, dh) -> list[list[float]]:
    """Return the norm of every term: what ``bptt_paths`` draws."""
    table = gradient_terms(W_xh, W_hh, b_h, x, h_0, dh)
    return [[float(np.linalg.norm(term)) for term in row] for row in table]


def check_contributions(table: list[list[float]]) -> None:
    """Refuse a table that is not a triangle of finite norms.

    Raises:
        ValueError: says what was expected, what came and what to do.
    """
    if not 1 <= len(table) <= 8:
        raise ValueError(
            f"contributions has {len(table)} rows, expected 1 to 8, one a step: "
            "pass a shorter sequence."
        )
    for t, row in enumerate(table, start=1):
        if len(row) != t:
            raise ValueError(
                f"contributions[{t - 1}] has {len(row)} entries, expected {t}: "
                f"the loss at step {t} has one term for each step k = 1 … {t}."
            )
        for k, norm in enumerate(row, start=1):
            if not (math.isfinite(norm) and norm >= 0):
                raise ValueError(
                    f"contributions[{t - 1}][{k - 1}] is {norm}, expected a norm: "
                    "a finite number, 0 or more. Pass np.linalg.norm of each term."
                )


def shares(row: list[float]) -> list[float]:
    """Return each norm divided by the sum of norms, all 0 if every norm is."""
    total = sum(row)
    return [norm / total if total else 0.0 for norm in row]


def lowest_decade(table: list[list[float]]) -> int:
    """Return the power of ten at the foot of the logarithmic axis."""
    positive = [share for row in table for share in shares(row) if share > 0]
    lowest = math.floor(math.log10(min(positive, default=0.1)))
    return max(LOWEST_DECADE, min(-1, lowest))


def heights(row: list[float], decade: int | None = None) -> list[float]:
    """Return the bars' heights; with ``decade``, on a log axis from 10^decade to 1."""
    top = BASE - TOP
    if decade is None:
        return [round(top * share, 1) for share in shares(row)]
    logs = [math.log10(share) if share else decade for share in shares(row)]
    return [round(top * max(0.0, 1 - log / decade), 1) for log in logs]


def describe(row: list[float], k: int) -> str:
    """Say how much of the gradient at step t = len(row) comes through step k."""
    t = len(row)
    many = (
        "no Jacobian"
        if k == t
        else "1 Jacobian"
        if k == t - 1
        else f"{t - k} Jacobians"
    )
    share = short(100 * shares(row)[k - 1])
    return (
        f"Through step {k}: <b>{share} %</b> of the sum of norms "
        f"(norm of the term: {short(row[k - 1])}); the path multiplies <b>{many}</b>."
    )


def short(number: float) -> str:
    """Write two figures without an exponent: 3.1, 45, 0.0042."""
    return f"{Decimal(f'{number:.2g}'):f}"


def bptt_paths(
    contributions: list[list[float]], t: int | None = None, k: int | None = None
) -> svg.Figure:
    """Draw the chain of Jacobians and the size of every term of dE_t/dW_hh.

    Args:
        contributions: ``contributions[t - 1][k - 1]`` = ‖term k of dE_t/dW_hh‖ for
            1 ≤ k ≤ t ≤ T: a triangle, row t − 1 holds t numbers; at most 8 rows.
        t: the loss's step at first and in print; the last by default.
        k: the path's step at first; three before t by default.

    Returns:
        the figure, to stand last in a cell.
    """
    table = [[float(norm) for norm in row] for row in contributions]
    check_contributions(table)
    t = len(table) if t is None else t
    k = max(1, t - 3) if k is None else k
    if not 1 <= k <= t <= len(table):
        raise ValueError(f"k={k}, t={t}: expected 1 ≤ k ≤ t ≤ {len(table)}.")
    root, figure, controls = svg.frame("bptt", "Paths of the gradient through time")
    svg.slider(controls, "Loss at step <i>t</i>", "t", t, len(table))
    svg.switch(controls, "Log scale", "log")
    _draw(figure, table, t, k)
    say = describe(table[t - 1], k)
    svg.paragraph(figure, "p", say, class_="uf-say", role="status")
    svg.paragraph(figure, "figcaption", CAPTION)
    return svg.finish(root, f"paths of the gradient over {len(table)} steps")


CAPTION = (
    "The gradient of the loss E_t runs back along the states; at each step <i>k</i> "
    "it leaves one term of ∂E_t/∂W_hh. A path multiplies the Jacobians "
    "J_k = ∂h_k/∂h_{k−1} on its way. Bars: the norm of each term, as a share of the "
    "sum of norms."
)


def _draw(figure: ET.Element, table: list[list[float]], t: int, k: int) -> None:
    decade = lowest_decade(table)
    words = svg.spoken(describe(table[t - 1], k))
    picture = svg.canvas(
        figure,
        WIDTH,
        HEIGHT,
        f"Loss at step {t}. {words}",
        class_="uf-paths",
        data_label="Step k that the path goes through; arrow keys move",
        data_base=BASE,
        data_table=_table(table, decade),
    )
    _draw_scale(picture, "linear", {f"{p} %": p / 100 for p in (0, 25, 50, 75, 100)})
    ticks = {_percent(power): 1 - power / decade for power in range(0, decade - 1, -1)}
    _draw_scale(picture, "log", ticks)
    svg.words(picture, (LEFT - 8, TOP - 20), "share", **TICK)
    svg.words(picture, (LEFT - 8, BASE + 20), "step", **TICK)
    for step in range(1, len(table) + 1):
        _draw_step(picture, table, step, t, k)


def _table(table: list[list[float]], decade: int) -> dict[str, list]:
    """Compute all the script can show: a sentence and two heights for each (t, k)."""
    return {
        "say": [
            [svg.rich(describe(row, k)) for k in range(1, len(row) + 1)]
            for row in table
        ],
        "linear": [heights(row) for row in table],
        "log": [heights(row, decade) for row in table],
    }


def _percent(power: int) -> str:
    return f"{Decimal(10) ** (power + 2):f} %"


def _draw_scale(picture: ET.Element, kind: str, ticks: dict[str, float]) -> None:
    hidden = "none" if kind == "log" else None
    group = svg.element(picture, "g", class_=f"uf-scale-{kind}", display=hidden)
    for text, share in ticks.items():
        y = BASE - share * (BASE - TOP)
        line = {"x1": LEFT, "x2": WIDTH, "y1": y, "y2": y}
        svg.element(group, "line", class_="uf-grid", **line)
        svg.words(group, (LEFT - 8, y), text, **TICK)


def _column(step: int, steps: int) -> float:
    return LEFT + (WIDTH - LEFT) * (step - 0.5) / steps


def _draw_step(picture: ET.Element, table: list, step: int, t: int, k: int) -> None:
    """Draw one column: the loss, the state, its Jacobian, the term's bar."""
    steps = len(table)
    x, gap = _column(step, steps), RADIUS + 1.5
    bar = heights(table[t - 1])[step - 1] if step <= t else 0

    loss = _part(picture, "loss", step, step == t, step != t)
    svg.edge(loss, [(x, LOSS + gap - 1), (x, CHAIN - gap)])
    svg.node(loss, (x, LOSS), f"E_{step}", RADIUS, "loss")

    if step > 1:
        before = _column(step - 1, steps)
        chain = _part(picture, "jacobian", step, k < step <= t, step > t)
        svg.edge(chain, [(x - gap, CHAIN), (before + gap, CHAIN)])
        middle = ((x + before) / 2, CHAIN - 21)
        svg.label(chain, middle, f"J_{step}", class_="uf-label uf-small")

    term = _part(picture, "term", step, step == k, step > t)
    svg.edge(term, [(x, CHAIN + gap), (x, TOP - 10)])
    box = {"x": x - 11, "y": BASE - bar, "width": 22, "height": bar, "rx": 2}
    svg.element(term, "rect", class_="uf-bar", fill="currentColor", **box)
    svg.words(term, (x, BASE + 20), str(step), class_="uf-words uf-tick")
    _draw_state(picture, table, step, t, k)


def _draw_state(picture: ET.Element, table: list, step: int, t: int, k: int) -> None:
    """Draw the state a reader points at; its whole column listens."""
    x, half = _column(step, len(table)), (WIDTH - LEFT) / len(table) / 2 - 1
    hit = (x - half, CHAIN - RADIUS - 6, 2 * half, BASE + 26 - CHAIN + RADIUS)
    group = svg.node(
        picture,
        (x, CHAIN),
        f"h_{step}",
        RADIUS,
        "state",
        hit=hit,
        data_step=step,
        data_name=f"h_{step}",
        data_x=x,
        data_y=CHAIN,
        aria_label=f"step {step}",
    )
    svg.mark(group, k <= step <= t, step > t)
    if step == k:
        group.set("aria-checked", "true")


def _part(picture: ET.Element, part: str, step: int, lit: bool, later: bool):
    """Open a group that the script marks by its part and step."""
    group = svg.element(picture, "g", data_part=part, data_step=step)
    svg.mark(group, lit, later)
    return group
