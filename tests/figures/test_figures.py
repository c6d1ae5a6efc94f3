"""The figures say what is true, and stand without script: facts, markup, colours.

The graph's facts are compared with autograd on the real recurrence, the terms of
chapter 05 with the gradient they must add up to.
"""

import math
import re
from collections import Counter
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import torch
from places import STATIC

from course_lib.figures import bptt_paths as paths
from course_lib.figures.graph import ancestors, longest_path, unrolled_graph, uses
from course_lib.figures.parts import svg
from course_lib.figures.unrolling import describe, unrolling

STEPS = 5


@pytest.fixture(scope="module")
def sizes() -> list[list[float]]:
    return paths.contributions(**example())


def example(steps: int = 6, hidden: int = 4, inputs: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    return {
        "W_xh": rng.normal(size=(inputs, hidden)) / 2,
        "W_hh": rng.normal(size=(hidden, hidden)) / 2,
        "b_h": rng.normal(size=hidden) / 2,
        "x": rng.normal(size=(steps, inputs)),
        "h_0": rng.normal(size=hidden) / 2,
        "dh": rng.normal(size=(steps, hidden)),
    }


def recurrence() -> dict[str, torch.Tensor]:
    """Run s_t = tanh(x_t + θ s_{t−1}) and keep every node under the figure's name."""
    at = {"θ": torch.tensor(0.7, requires_grad=True)}
    at["s_0"] = torch.tensor(0.3, requires_grad=True)
    for t in range(1, STEPS + 1):
        at[f"x_{t}"] = torch.tensor(0.1 * t, requires_grad=True)
        at[f"use_{t}"] = at["θ"].clone()
        at[f"s_{t}"] = torch.tanh(at[f"x_{t}"] + at[f"use_{t}"] * at[f"s_{t - 1}"])
        at[f"E_{t}"] = (at[f"s_{t}"] - 2) ** 2
    for tensor in at.values():
        tensor.retain_grad()
    return at


@pytest.mark.parametrize("name", [n for n in unrolled_graph(STEPS)[0] if n[0] in "sE"])
def test_ancestors_are_the_nodes_that_autograd_reaches(name):
    edges = unrolled_graph(STEPS)[1]
    at = recurrence()
    at[name].backward()
    reached = {n for n, tensor in at.items() if tensor.grad is not None} - {name}
    used = {n for n in reached if n.startswith("use")}
    assert reached - used == ancestors(name, edges)
    assert all(at[n].grad != 0 for n in reached)
    assert len(used) == uses(name, edges)


@pytest.mark.parametrize("t", range(1, STEPS + 1))
def test_the_gradient_of_theta_is_the_sum_over_the_uses_it_counts(t):
    at = recurrence()
    at[f"E_{t}"].backward()
    used = [at[f"use_{k}"].grad for k in range(1, t + 1)]
    assert len(used) == uses(f"E_{t}", unrolled_graph(STEPS)[1])
    torch.testing.assert_close(at["θ"].grad, sum(used))


@pytest.mark.parametrize("t", range(STEPS + 1))
def test_longest_path_is_the_depth_of_the_autograd_graph_in_tanhs(t):
    def depth(node) -> int:
        if node is None:
            return 0
        below = max((depth(parent) for parent, _ in node.next_functions), default=0)
        return below + node.name().startswith("Tanh")

    found = longest_path("s_0", f"s_{t}", unrolled_graph(STEPS)[1])
    assert found == depth(recurrence()[f"s_{t}"].grad_fn) == t


def test_no_path_and_no_steps():
    assert longest_path("x_2", "s_1", unrolled_graph(3)[1]) == -math.inf
    with pytest.raises(ValueError, match="expected 1 or more"):
        unrolled_graph(0)


def test_the_parameters_stand_once_however_long_the_graph():
    for steps in (1, 3, 6):
        nodes, edges = unrolled_graph(steps)
        assert Counter(nodes)["θ"] == 1
        assert sum(a == "θ" for a, _ in edges) == steps


def test_sentences():
    edges = unrolled_graph(6)[1]
    assert describe("s_3", edges)["say"] == (
        "s_3 is reached by s_0, x_1, x_2, x_3 and 3 uses of θ; "
        "longest path from s_0: 3 edges."
    )
    assert describe("E_2", edges)["back"] == (
        "The loss E_2 sends gradient to s_0, x_1, x_2, and to θ through 2 uses, "
        "whose 2 contributions are added."
    )
    assert "1 use of θ; longest path from s_0: 1 edge." in describe("s_1", edges)["say"]
    assert "reaches s_2 and every later state" in describe("x_2", edges)["say"]
    assert "reaches s_1" in describe("s_0", edges)["say"]


def test_terms_add_up_to_the_gradient_of_each_loss():
    given = example()
    tensors = {name: torch.tensor(value) for name, value in given.items()}
    W_hh = tensors["W_hh"].requires_grad_()
    h, table = tensors["h_0"], paths.gradient_terms(**given)
    for x_t, dh_t, row in zip(tensors["x"], tensors["dh"], table, strict=True):
        h = torch.tanh(x_t @ tensors["W_xh"] + h @ W_hh + tensors["b_h"])
        (expected,) = torch.autograd.grad(h @ dh_t, W_hh, retain_graph=True)
        torch.testing.assert_close(torch.tensor(sum(row)), expected, rtol=1e-10, atol=0)


def test_each_term_is_the_gradient_of_its_own_use():
    given, t = example(), 4
    tensors = {name: torch.tensor(value) for name, value in given.items()}
    copies = [tensors["W_hh"].clone().requires_grad_() for _ in range(t)]
    h = tensors["h_0"]
    for x_t, W in zip(tensors["x"], copies, strict=False):
        h = torch.tanh(x_t @ tensors["W_xh"] + h @ W + tensors["b_h"])
    expected = torch.autograd.grad(h @ tensors["dh"][t - 1], copies)
    norms = paths.contributions(**given)[t - 1]
    assert norms == pytest.approx([g.norm().item() for g in expected], rel=1e-10)


def test_shares_and_heights(sizes):
    for row in sizes:
        assert sum(paths.shares(row)) == pytest.approx(1)
        linear, log = paths.heights(row), paths.heights(row, paths.lowest_decade(sizes))
        assert np.argsort(linear).tolist() == np.argsort(log).tolist()
        pairs = zip(linear, log, strict=True)
        assert all(0 <= a <= b <= paths.BASE - paths.TOP for a, b in pairs)
    assert paths.heights([0.25, 0.75]) == [32.5, 97.5]
    assert paths.heights([0.01, 0.99], -4)[0] == 65.0  # two decades of four
    assert paths.shares([0.0, 0.0]) == paths.heights([0.0, 0.0], -4) == [0.0, 0.0]


def test_sentences_of_a_path():
    row = [0.031, 0.5, 0.469]
    assert paths.describe(row, 1) == (
        "Through step 1: <b>3.1 %</b> of the sum of norms (norm of the term: 0.031); "
        "the path multiplies <b>2 Jacobians</b>."
    )
    assert "<b>1 Jacobian</b>" in paths.describe(row, 2)
    assert "<b>no Jacobian</b>" in paths.describe(row, 3)
    assert paths.short(0.0000312) == "0.000031"
    assert paths.short(100.0) == "100"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([], "0 rows, expected 1 to 8"),
        ([[1.0]] * 9, "9 rows, expected 1 to 8"),
        ([[1.0], [1.0]], r"contributions\[1\] has 1 entries, expected 2"),
        ([[1.0], [1.0, math.nan]], r"contributions\[1\]\[1\] is nan, expected a norm"),
        ([[-1.0]], r"contributions\[0\]\[0\] is -1.0, expected a norm"),
    ],
)
def test_a_wrong_table_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        paths.bptt_paths(table)


def test_choices_outside_the_figure_are_refused(sizes):
    with pytest.raises(ValueError, match="expected 1 ≤ k ≤ t ≤ 6"):
        paths.bptt_paths(sizes, t=3, k=4)
    with pytest.raises(ValueError, match="expected 1 ≤ steps ≤ max_steps ≤ 6"):
        unrolling(max_steps=3, steps=4)


@pytest.fixture(params=["unrolling", "bptt"])
def figure(request, sizes) -> svg.Figure:
    return unrolling() if request.param == "unrolling" else paths.bptt_paths(sizes)


def test_markup_is_well_formed_and_names_nothing_twice(figure):
    root = ET.fromstring(figure._repr_html_())
    assert root.tag == "unrolled-figure"
    assert root.find("figure").get("aria-label")
    # no ids at all: two copies of a figure can then never clash on a page
    assert not [e for e in root.iter() if e.get("id")]
    assert not [e.attrib for e in root.iter() if any(n[:2] == "on" for n in e.attrib)]
    names = [e.get("data-name") for e in root.iter() if e.get("data-name")]
    assert len(names) == len(set(names))
    assert "{" not in "".join(root.itertext())
    assert repr(figure).startswith("<Figure: ")


def test_a_still_picture_stands_without_script(figure):
    root = ET.fromstring(figure.html)
    assert root.find(".//div[@class='uf-controls']").get("hidden")
    pictures = list(root.iter("svg"))
    assert all(
        p.get("role") == "img" and len(p.get("aria-label")) > 30 for p in pictures
    )
    chosen = root.findall(".//g[@aria-checked='true']")
    assert len(chosen) == 1
    assert "uf-on" in chosen[0].get("class")
    for part in root.findall(".//g[@data-step]"):
        classes = part.get("class", "").split()
        assert ("uf-later" in classes) == (part.get("display") == "none")
    said = [p for p in root.iter("p") if p.get("role") == "status"]
    assert said
    assert all("".join(p.itertext()).endswith(".") for p in said)


def test_the_still_unrolling_lights_exactly_the_ancestors():
    root = ET.fromstring(unrolling(max_steps=6, steps=4).html)
    lit = {e.get("data-name") for e in root.iter() if "uf-on" in e.get("class", "")}
    assert lit - {None} == ancestors("s_3", unrolled_graph(6)[1]) | {"s_3"}
    hidden = {e.get("data-name") for e in root.iter() if e.get("display") == "none"}
    assert hidden - {None} == {f"{n}_{t}" for n in "xsE" for t in (5, 6)}


def test_sizes_stay_small(figure):
    script = (STATIC / "figures.js").read_text(encoding="utf-8")
    kinds = script.count("(figure) {")
    assert kinds == 4
    assert len(script.encode()) <= 4096 * kinds
    assert len((STATIC / "figures.css").read_bytes()) <= 3072 * kinds
    assert len(figure.html.encode()) <= 49152


def test_nothing_is_fetched():
    for name in ("figures.js", "figures.css"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert not re.search(r"https?:|url\(|@import|fetch\(|import\(", text)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("theme", "ink", "paper"),
    [("light", "#222832", "#ffffff"), ("dark", "#ced6dd", "#14181e")],
)
def test_text_and_lines_stand_out_in_both_themes(theme, ink, paper):
    css = (STATIC / "figures.css").read_text(encoding="utf-8")
    light, dark = (
        re.search(rf"^{start}unrolled-figure \{{(.*?)\}}", css, flags=re.S | re.M)[1]
        for start in ("", r"html\[data-theme=\"dark\"\] ")
    )
    colour = dict(re.findall(r"--uf-([\w-]+): (#\w{6})", light))
    if theme == "dark":
        colour |= dict(re.findall(r"--uf-([\w-]+): (#\w{6})", dark))
    for ground in (paper, colour["wash"], colour["ahead-wash"], colour["back-wash"]):
        assert contrast(ink, ground) >= 4.5
    for accent in ("ahead", "back", "quiet"):
        assert contrast(colour[accent], paper) >= 4.5
    assert contrast(colour["line"], paper) >= 3
