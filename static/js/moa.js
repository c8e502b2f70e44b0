/* The little script of every page: CSRF for htmx, theme, dialog, toasts, impressions. No inline scripts anywhere (CSP). */
(function () {
  "use strict";

  function cookie(name) {
    const hit = document.cookie.split("; ").find((part) => part.startsWith(name + "="));
    return hit ? decodeURIComponent(hit.slice(name.length + 1)) : "";
  }
  function csrf() {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return (field && field.value) || cookie("csrftoken");
  }

  /* htmx: the CSRF header, and errors in words */
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf();
  });
  function toast(text, kind) {
    const list = document.getElementById("toasts");
    if (!list || !text) return;
    const node = document.createElement("div");
    node.className = "toast" + (kind === "error" ? " toast-error" : "");
    node.textContent = text;
    list.append(node);
    setTimeout(() => node.remove(), 4000);
  }
  document.addEventListener("toast", (event) => toast(event.detail.value || event.detail.text, event.detail.kind));
  const english = document.documentElement.lang.startsWith("en");
  document.addEventListener("htmx:responseError", (event) => {
    const type = event.detail.xhr.getResponseHeader("Content-Type") || "";
    toast((type.startsWith("text/plain") && event.detail.xhr.responseText) || (english ? "That did not work. Please try again." : "처리하지 못했어요. 다시 시도해 주세요."), "error");
  });
  document.addEventListener("htmx:sendError", () => toast(english ? "No connection." : "연결이 끊겼어요.", "error"));

  /* a page that comes back from the browser's memory shows what the model knew before: ask again */
  window.addEventListener("pageshow", (event) => {
    const feed = event.persisted && document.querySelector("#feed[hx-get]");
    if (feed && window.htmx) window.htmx.trigger(feed, "refresh");
  });

  /* theme: remembered in a cookie, so that the server draws the right one at once */
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = "theme=" + root.dataset.theme + "; path=/; max-age=31536000; samesite=lax";
  });

  /* dialog: whatever htmx puts into #dialog-body opens it; data-confirm asks before a form is sent */
  const dialog = document.getElementById("dialog");
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "dialog-body" && dialog && !dialog.open) dialog.showModal();
  });
  document.addEventListener("close-dialog", () => dialog && dialog.open && dialog.close());
  if (dialog) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset && event.target.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  /* rows of chips that scroll: what is chosen is in view */
  function showChosen(root) {
    root.querySelectorAll(".chips [aria-current]").forEach((chip) => {
      const row = chip.parentElement;
      row.scrollLeft = chip.offsetLeft - row.offsetLeft - (row.clientWidth - chip.offsetWidth) / 2;
    });
  }
  document.addEventListener("htmx:load", (event) => showChosen(event.detail.elt.parentNode || document));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => showChosen(document)); else showChosen(document);

  /* impressions: cards half in view for half a second, sent in batches */
  const seen = new Set();
  let queue = [];
  function flush() {
    if (!queue.length) return;
    const body = JSON.stringify(queue.splice(0, 50));
    fetch("/api/v1/events/", { method: "POST", keepalive: true, credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() }, body: body }).catch(() => {});
  }
  const timers = new Map();
  const observer = "IntersectionObserver" in window && new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const node = entry.target;
      if (!entry.isIntersecting) { clearTimeout(timers.get(node)); continue; }
      timers.set(node, setTimeout(() => {
        observer.unobserve(node);
        const event = { domain: node.dataset.domain, item: node.dataset.item, verb: "impression", recommendation_id: node.dataset.recommendation };
        const key = event.domain + "/" + event.item + "/" + event.recommendation_id;
        if (!seen.has(key)) { seen.add(key); queue.push(event); }
      }, 500));
    }
  }, { threshold: 0.5 });
  function watch(root) {
    if (observer) root.querySelectorAll("[data-impression]").forEach((node) => observer.observe(node));
  }
  document.addEventListener("htmx:load", (event) => watch(event.detail.elt.parentNode || document));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => watch(document)); else watch(document);
  setInterval(flush, 3000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(); });
})();
