// The script of all interactive figures: it shows what Python has computed.
// A figure is an <unrolled-figure kind="…"> around a finished picture. Positions,
// sentences and numbers are in its data- attributes; the script marks elements with
// classes (figures.css colours them) and copies sentences. No dependency, no network.
(() => {
  "use strict";

  const WAYS = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };

  // The nearest node in a direction; leaving the row or column counts three times.
  function neighbour(nodes, from, [dx, dy]) {
    let best = null;
    let least = Infinity;
    for (const node of nodes) {
      const x = node.dataset.x - from.dataset.x;
      const y = node.dataset.y - from.dataset.y;
      const along = x * dx + y * dy;
      const cost = along + 3 * Math.abs(x * dy + y * dx);
      if (along > 0 && cost < least) [best, least] = [node, cost];
    }
    return best;
  }

  // Make the nodes of a picture a radio group: one tab stop, arrow keys move and
  // choose. Returns the function that chooses a node.
  function chooser(svg, changed) {
    const nodes = [...svg.querySelectorAll("[data-name]")];
    const open = () => nodes.filter((node) => !node.classList.contains("uf-later"));
    svg.setAttribute("role", "radiogroup");
    svg.setAttribute("aria-label", svg.dataset.label);

    function choose(node, focus = false) {
      for (const other of nodes) {
        other.setAttribute("aria-checked", String(other === node));
        other.setAttribute("tabindex", other === node ? "0" : "-1");
      }
      if (focus) node.focus({ preventScroll: true });
      changed(node);
    }

    for (const node of nodes) {
      node.setAttribute("role", "radio");
      node.addEventListener("click", () => choose(node, true));
      node.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const way = WAYS[event.key];
        const press = event.key === "Enter" || event.key === " ";
        if (!way && !press) return;
        event.preventDefault();
        choose((way && neighbour(open(), node, way)) || node, true);
      });
    }
    return choose;
  }

  // Say only what is new, so that a screen reader speaks only then.
  function say(element, html) {
    if (element.dataset.said !== html) element.innerHTML = element.dataset.said = html;
  }

  // The step number of a slider, shown beside it; `moved` hears every change.
  function steps(input, moved) {
    input.addEventListener("input", () => {
      input.nextElementSibling.textContent = input.value;
      moved(Number(input.value));
    });
    return Number(input.value);
  }

  const kinds = {
    // Chapters 08 to 11: sliders choose among curves drawn beforehand.
    curves(figure) {
      const text = figure.querySelector("[role=status]");
      const frames = JSON.parse(text.dataset.frames);
      const curves = figure.querySelectorAll(".uf-curve");
      const ranges = [...figure.querySelectorAll("input")];

      function draw() {
        const frame = frames[ranges.map((range) => range.value).join(",")];
        curves.forEach((curve, index) => curve.setAttribute("d", frame.d[index]));
        say(text, frame.say);
      }

      for (const range of ranges) {
        const labels = JSON.parse(range.dataset.labels);
        range.addEventListener("input", () => {
          const label = labels[range.value - 1];
          range.nextElementSibling.textContent = label;
          range.setAttribute("aria-valuetext", label);
          draw();
        });
      }
    },

    // Chapter 15: a word's row is lit, and with it the characters that it looks at.
    "heat-map"(figure) {
      const text = figure.querySelector("[role=status]");
      const rows = [...figure.querySelectorAll("tbody tr")];
      const heads = figure.querySelectorAll("thead th");
      const frames = figure.querySelector("input");
      const jumps = { ArrowUp: -1, ArrowDown: 1, Home: -rows.length, End: rows.length };

      function light(row) {
        for (const other of rows) other.classList.toggle("uf-on", other === row);
        row.querySelectorAll("td").forEach((cell, place) => {
          heads[place].classList.toggle("uf-on", cell.classList.contains("uf-seen"));
        });
        stop(row);
        say(text, row.dataset.say);
      }

      // One tab stop for the whole table: the row that is lit.
      function stop(row) {
        for (const other of rows) other.tabIndex = other === row ? 0 : -1;
      }

      rows.forEach((row, place) => {
        row.addEventListener("mouseenter", () => light(row));
        row.addEventListener("focus", () => light(row));
        row.addEventListener("keydown", (event) => {
          const jump = jumps[event.key];
          if (!jump || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          rows[Math.min(Math.max(place + jump, 0), rows.length - 1)].focus();
        });
      });
      frames?.addEventListener("change", () => {
        figure.classList.toggle("uf-plain", !frames.checked);
      });
      stop(figure.querySelector("tbody .uf-on"));
    },

    // Chapter 02: choose T, a node, and the direction.
    unrolling(figure) {
      const svg = figure.querySelector(".uf-unrolled");
      const [text, facts] = figure.querySelectorAll("[role=status]");
      const badge = svg.querySelector(".uf-badge");
      const all = JSON.parse(facts.dataset.facts);
      const [range, gradient] = figure.querySelectorAll("input");
      let chosen = svg.querySelector("[aria-checked=true]");
      let T = steps(range, (value) => {
        T = value;
        const step = Math.min(chosen.dataset.step, T);
        const name = chosen.dataset.name.replace(/\d+/, step);
        draw();
        choose(svg.querySelector(`[data-name="${name}"]`));
      });

      function draw() {
        const back = gradient.checked;
        const { say: forth, back: sent, badge: used = "", backBadge: sum = "" } = chosen.dataset;
        const lit = new Set([chosen.dataset.name, ...chosen.dataset.related.split(" ")]);
        figure.classList.toggle("uf-backward", back);
        for (const part of svg.querySelectorAll("[data-step]")) {
          const { name, from, to, step } = part.dataset;
          part.classList.toggle("uf-later", step > T);
          part.classList.toggle("uf-on", lit.has(name ?? from) && lit.has(name ?? to));
        }
        say(text, (back ? sent : forth).replaceAll("{T}", T));
        say(facts, all[T - 1]);
        badge.textContent = (back ? sum : used).replaceAll("{T}", T);
      }

      const choose = chooser(svg, (node) => {
        chosen = node;
        draw();
      });
      gradient.addEventListener("change", draw);
      choose(chosen);
    },

    // Chapter 05: choose the loss's step t and the step k a path goes through.
    bptt(figure) {
      const svg = figure.querySelector(".uf-paths");
      const text = figure.querySelector("[role=status]");
      const { say: sentences, linear, log } = JSON.parse(svg.dataset.table);
      const [range, logarithmic] = figure.querySelectorAll("input");
      const base = Number(svg.dataset.base);
      let k = Number(svg.querySelector("[aria-checked=true]").dataset.step);
      let t = steps(range, (value) => {
        t = value;
        k = Math.min(k, t);
        draw();
        choose(svg.querySelector(`[data-name][data-step="${k}"]`));
      });

      function draw() {
        const heights = (logarithmic.checked ? log : linear)[t - 1];
        figure.classList.toggle("uf-log", logarithmic.checked);
        for (const part of svg.querySelectorAll("[data-step]")) {
          const step = Number(part.dataset.step);
          const first = part.dataset.part === "jacobian" ? k + 1 : k;
          const only = { loss: step === t, term: step === k }[part.dataset.part];
          part.classList.toggle("uf-later", step > t);
          part.classList.toggle("uf-on", only ?? (step >= first && step <= t));
          if (part.dataset.part === "loss") part.classList.toggle("uf-later", step !== t);
        }
        svg.querySelectorAll(".uf-bar").forEach((bar, index) => {
          const height = heights[index] ?? 0;
          bar.setAttribute("height", height);
          bar.setAttribute("y", base - height);
        });
        say(text, sentences[t - 1][k - 1]);
      }

      const choose = chooser(svg, (node) => {
        k = Number(node.dataset.step);
        draw();
      });
      logarithmic.addEventListener("change", draw);
      choose(svg.querySelector("[aria-checked=true]"));
    },
  };

  class UnrolledFigure extends HTMLElement {
    // Called at the opening tag, before the picture inside has been read.
    connectedCallback() {
      if (document.readyState !== "loading") this.start();
      else document.addEventListener("DOMContentLoaded", () => this.start(), { once: true });
    }

    start() {
      const figure = this.querySelector("figure");
      if (this.started || !figure) return;
      this.started = true;
      const controls = figure.querySelector(".uf-controls");
      if (controls) controls.hidden = false;
      kinds[this.getAttribute("kind")](figure);
    }
  }

  customElements.define("unrolled-figure", UnrolledFigure);
})();
