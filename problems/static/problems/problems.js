/* Small things of the problem pages: copying, and the arrows of the shelves. */
(function () {
  "use strict";
  const english = document.documentElement.lang.startsWith("en");
  function show(root) {
    if (navigator.clipboard) root.querySelectorAll("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
  }
  show(document);
  document.addEventListener("htmx:load", (event) => show(event.detail.elt));
  document.addEventListener("htmx:afterSwap", (event) => {
    const head = event.detail.target.id === "outcome" && event.detail.target.querySelector("p");
    if (head) head.scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const text = document.getElementById(copy.dataset.copy).textContent;
      navigator.clipboard.writeText(text).then(() => {
        const before = copy.textContent;
        copy.textContent = english ? "Copied" : "복사했어요";
        setTimeout(() => { copy.textContent = before; }, 1500);
      }).catch(() => {});
    }
    const arrow = event.target.closest("[data-scroll]");
    if (arrow) {
      const row = arrow.closest(".shelf").querySelector(".shelf-row");
      row.scrollBy({ left: Number(arrow.dataset.scroll) * row.clientWidth * 0.85, behavior: "smooth" });
    }
  });
})();
