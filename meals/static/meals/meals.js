/* Small things of the meal pages: what is left until the cutoff, and the arrows of the shelves. */
(function () {
  "use strict";
  const english = document.documentElement.lang.startsWith("en");
  function words(seconds) {
    const days = Math.floor(seconds / 86400), hours = Math.floor((seconds % 86400) / 3600), minutes = Math.floor((seconds % 3600) / 60);
    if (days) return english ? `${days} d ${hours} h left` : `${days}일 ${hours}시간 남음`;
    if (hours) return english ? `${hours} h ${minutes} min left` : `${hours}시간 ${minutes}분 남음`;
    return english ? `${minutes} min left` : `${minutes}분 남음`;
  }
  function count() {
    document.querySelectorAll("[data-until]").forEach((node) => {
      const seconds = (new Date(node.dataset.until) - Date.now()) / 1000;
      if (seconds > 0) { node.textContent = words(seconds); return; }
      node.removeAttribute("data-until");
      node.textContent = english ? "closed" : "마감";
      // the buttons of a meal that nobody can order any more go
      const day = node.closest("#day");
      if (day && window.htmx) window.htmx.trigger(day, "refresh");
    });
  }
  setInterval(count, 15000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") count(); });
  document.addEventListener("click", (event) => {
    const arrow = event.target.closest("[data-scroll]");
    if (!arrow) return;
    const row = arrow.closest(".shelf").querySelector(".shelf-row");
    row.scrollBy({ left: Number(arrow.dataset.scroll) * row.clientWidth * 0.85, behavior: "smooth" });
  });
})();
