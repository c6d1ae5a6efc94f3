// A box that scrolls sideways must be reachable by keyboard. The theme sees to code;
// this does the same for formulas and tables, and only while they are too wide.
(() => {
  "use strict";

  const BOXES = {
    formula: "div.math mjx-container",
    table: ".pst-scrollable-table-container",
  };

  function mark(box, name) {
    const wide = box.scrollWidth > box.clientWidth;
    const marks = {
      tabindex: "0",
      role: "group",
      "aria-label": `Wide ${name}, scrolls sideways`,
    };
    for (const [attribute, value] of Object.entries(marks)) {
      if (wide) box.setAttribute(attribute, value);
      else box.removeAttribute(attribute);
    }
  }

  async function start() {
    await window.MathJax?.startup?.promise; // there is no formula before
    for (const [name, selector] of Object.entries(BOXES)) {
      const watch = new ResizeObserver((entries) => {
        for (const { target } of entries) mark(target, name);
      });
      for (const box of document.querySelectorAll(selector)) watch.observe(box);
    }
  }

  document.addEventListener("DOMContentLoaded", start);
})();
