"""The figure of chapter 02: one cell with a loop, and the same graph unrolled.

The reader sets the number of steps and chooses a node; the figure lights what reaches
it, or, in gradient mode, what a loss there sends gradient to: the same edges backwards.
Every sentence is computed from the graph.
"""

from xml.etree import ElementTree as ET

from course_lib.figures.graph import (
    Edge,
    ancestors,
    descendants,
    longest_path,
    step_of,
    unrolled_graph,
    uses,
)
from course_lib.figures.parts import svg

PARAMETERS = "W_xh, W_hh, b_h"

COLUMN, RADIUS = 66, 20
ROWS = {"E": 32, "s": 122, "x": 212, "θ": 276}
HEIGHT, ROLLED_WIDTH = 306, 168


def describe(name: str, edges: list[Edge]) -> dict[str, str]:
    """Say in words what reaches ``name`` and what gradient a loss there sends back.

    Later steps never change what lies before a node, so the words hold for every T;
    ``{T}`` stands where the number of steps itself is meant.
    """
    if name == "θ":
        return {
            "say": "θ is given, once; nothing reaches it. Uses of it: {T}, one a step.",
            "back": "θ receives gradient from each of its uses ({T}); "
            "the contributions are added.",
            "badge": "used {T}×",
            "back_badge": "sum of {T}",
        }
    if not ancestors(name, edges):
        first = f"s_{max(1, step_of(name))}"
        loss = first.replace("s", "E")
        return {
            "say": f"{name} is given; nothing reaches it. "
            f"It reaches {first} and every later state.",
            "back": f"{name} receives gradient from {loss} and every later loss; "
            "it passes none on.",
        }
    return _describe_computed(name, edges)


def _describe_computed(name: str, edges: list[Edge]) -> dict[str, str]:
    inputs = sorted(a for a in ancestors(name, edges) if a.startswith("x"))
    given, count = ", ".join(["s_0", *inputs]), uses(name, edges)
    depth = longest_path("s_0", name, edges)
    loss = f"The loss {name}" if name.startswith("E") else f"A loss at {name}"
    added = "" if count == 1 else f", whose {count} contributions are added"
    return {
        "say": f"{name} is reached by {given} and {plural(count, 'use')} of θ; "
        f"longest path from s_0: {plural(depth, 'edge')}.",
        "back": f"{loss} sends gradient to {given}, and to θ through "
        f"{plural(count, 'use')}{added}.",
        "badge": f"used {count}×",
        "back_badge": f"sum of {count}",
    }


def plural(count: float, word: str) -> str:
    """Return "1 edge", "2 edges"."""
    return f"{count} {word}" + ("" if count == 1 else "s")


def unrolling(max_steps: int = 6, steps: int = 4) -> svg.Figure:
    """Draw the rolled graph beside the graph unrolled for 1 to ``max_steps`` steps.

    Args:
        max_steps: the slider's upper end; 6 is as many as a phone can show.
        steps: T at first, and in print.

    Returns:
        the figure, to stand last in a cell.
    """
    if not 1 <= steps <= max_steps <= 6:
        raise ValueError(
            f"steps={steps}, max_steps={max_steps}: expected 1 ≤ steps ≤ max_steps ≤ 6."
        )
    chosen = f"s_{max(1, steps - 1)}"
    root, figure, controls = svg.frame("unrolling", "A recurrent graph, unrolled")
    svg.slider(controls, "Steps <i>T</i>", "T", steps, max_steps)
    svg.switch(controls, "Gradient: follow the edges back", "gradient")
    panels = svg.element(figure, "div", class_="uf-panels")
    _draw_rolled(_panel(panels, "Rolled: one cell, one loop", ROLLED_WIDTH))
    width = COLUMN * (max_steps + 1)
    panel = _panel(panels, "Unrolled: one copy of the cell a step", width)
    _draw_unrolled(panel, max_steps, steps, chosen)
    _readouts(figure, max_steps, steps, chosen)
    svg.paragraph(figure, "figcaption", CAPTION)
    return svg.finish(root, f"a recurrence unrolled for 1 to {max_steps} steps")


CAPTION = (
    "A recurrence as a graph. The square is a delay of one step; s_t is the state, "
    "x_t the input, E_t a loss, θ the parameters that all steps share."
)


def _panel(parent: ET.Element, title: str, width: float) -> ET.Element:
    panel = svg.element(parent, "div", class_="uf-panel", style=f"--width: {width}")
    svg.paragraph(panel, "p", title, class_="uf-title")
    return panel


def _readouts(figure: ET.Element, max_steps: int, steps: int, chosen: str) -> None:
    """Add the two live sentences: of the chosen node and of the whole graph."""
    edges = unrolled_graph(max_steps)[1]
    facts = []
    for t in range(1, max_steps + 1):
        depth = longest_path("s_0", f"s_{t}", edges)
        facts.append(
            f"Depth <b>{depth}</b>: the longest path from s_0 to s_{t}. "
            f"Parameters {PARAMETERS}: <b>once</b>, for any <i>T</i>."
        )
    say = describe(chosen, edges)["say"]
    svg.paragraph(figure, "p", say, class_="uf-say", role="status")
    svg.paragraph(
        figure,
        "p",
        facts[steps - 1],
        class_="uf-facts",
        role="status",
        data_facts=[svg.rich(fact) for fact in facts],
    )


def _draw_rolled(panel: ET.Element) -> None:
    """Draw the cell with its loop, placed like step 1 of the unrolled graph."""
    text = "Rolled graph: θ, the input x and, delayed by one step, s itself lead to s."
    picture = svg.canvas(panel, ROLLED_WIDTH, HEIGHT, text, class_="uf-rolled")
    at = {name: _place(f"{name}_1") for name in "Esx"} | {"θ": _place("θ")}
    for source, target in ("xs", "sE", "θs"):
        svg.edge(picture, _route(at[source], at[target]), 12)
    x, y = at["s"]
    out, back = (svg.rim(at["s"], RADIUS, degrees) for degrees in (-42, 42))
    side = x + 56
    svg.edge(picture, [out, (side, out[1]), (side, back[1]), back], 9)
    box = {"width": 13, "height": 13, "rx": 1.5, "fill": "currentColor"}
    svg.element(picture, "rect", class_="uf-delay", x=side - 6.5, y=y - 6.5, **box)
    for name, centre in at.items():
        svg.node(picture, centre, name, RADIUS, KINDS[name][0])


def _draw_unrolled(panel: ET.Element, max_steps: int, steps: int, chosen: str) -> None:
    nodes, edges = unrolled_graph(max_steps)
    said = describe(chosen, edges)
    picture = svg.canvas(
        panel,
        COLUMN * (max_steps + 1),
        HEIGHT,
        f"Graph unrolled for {steps} steps. {svg.spoken(said['say'])}",
        class_="uf-unrolled",
        data_label="Nodes of the unrolled graph; arrow keys move between them",
    )
    lit = ancestors(chosen, edges) | {chosen}
    # Long wires first: a lit short one then lies on top where they share the rail.
    for source, target in sorted(edges, key=lambda pair: -step_of(pair[1])):
        ends = {"data_from": source, "data_to": target, "data_step": step_of(target)}
        group = svg.edge(picture, _route(_place(source), _place(target)), 12, **ends)
        svg.mark(group, {source, target} <= lit, step_of(target) > steps)
    beside = (COLUMN / 2 + RADIUS + 6, ROWS["θ"] + 15)
    style = {"class_": "uf-words uf-badge", "text_anchor": "start"}
    svg.words(picture, beside, said["badge"], **style)
    for name in nodes:
        group = _draw_node(picture, name, edges)
        svg.mark(group, name in lit, step_of(name) > steps)
        if name == chosen:
            group.set("aria-checked", "true")


KINDS = {
    "s": ("state", "state"),
    "x": ("input", "input"),
    "E": ("loss", "loss"),
    "θ": ("theta", "shared parameter"),
}


def _draw_node(picture: ET.Element, name: str, edges: list[Edge]) -> ET.Element:
    """Draw a node with all it can say; a given node lights what it reaches."""
    kind, role = KINDS[name[0]]
    related = ancestors(name, edges) or descendants(name, edges)
    sentences = describe(name, edges)
    x, y = _place(name)
    half = RADIUS + 7
    return svg.node(
        picture,
        (x, y),
        name,
        RADIUS,
        kind,
        hit=(x - half, y - half, 2 * half, 2 * half),
        aria_label=f"{role} {svg.spoken(name)}",
        data_name=name,
        data_step=step_of(name),
        data_x=x,
        data_y=y,
        data_related=" ".join(sorted(related)),
        **{f"data_{key}": svg.rich(text) for key, text in sentences.items()},
    )


def _place(name: str) -> svg.Point:
    """Return the centre of a node: a column a step, θ below s_0."""
    return (COLUMN * (step_of(name) + 0.5), ROWS[name[0]])


def _route(start: svg.Point, end: svg.Point) -> list[svg.Point]:
    """Return an edge's corners: θ feeds each step from one rail below the inputs."""
    if start[1] != ROWS["θ"]:
        return svg.straight(start, end, RADIUS)
    gap = end[0] - COLUMN / 2
    rail = [(start[0] + RADIUS, start[1]), (gap, start[1]), (gap, end[1] + 36)]
    return [*rail, svg.rim(end, RADIUS, 222)]
