/* Formulas: the server leaves them as text in .math, which also is what is read where this does not run. */
(function () {
  "use strict";
  function draw(root) {
    root.querySelectorAll(".math:not([data-drawn])").forEach((node) => {
      node.dataset.drawn = "";
      window.katex.render(node.textContent, node, {
        displayMode: node.classList.contains("block"),
        throwOnError: false, strict: "ignore", trust: false, errorColor: "currentColor", maxExpand: 200, maxSize: 30,
      });
    });
  }
  draw(document);
  document.addEventListener("htmx:load", (event) => draw(event.detail.elt));
})();
