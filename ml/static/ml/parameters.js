// Parameters of a draft: sliders beside exact numbers, what is changed and not saved yet, search. Without it the numbers work alone.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll("[data-row]")];
  const bar = document.querySelector("[data-unsaved]");
  const field = (row) => row.querySelector("[data-value]");

  const same = (a, b) => a === b || (a.trim() !== "" && b.trim() !== "" && Number(a) === Number(b));

  function nearest(stops, value) {
    let best = 0;
    stops.forEach((stop, n) => { if (Math.abs(stop - value) < Math.abs(stops[best] - value)) best = n; });
    return best;
  }

  function show(row) {
    const input = field(row), range = row.querySelector("input[type=range]");
    const changed = !same(input.value, row.dataset.current);
    row.classList.toggle("moa-row-changed", changed);
    const text = row.querySelector("[data-changed]");
    if (text) text.hidden = !changed;
    for (const button of row.querySelectorAll("[data-set]")) button.hidden = same(input.value, button.dataset.set);
    if (range) range.setAttribute("aria-valuetext", `${input.value} ${range.dataset.unit}`.trim());
    if (bar) {
      const unsaved = rows.filter((other) => field(other) && !same(field(other).value, field(other).dataset.saved)).length;
      bar.hidden = unsaved === 0;
      bar.querySelector("[data-count]").textContent = unsaved;
    }
  }

  for (const row of rows) {
    const input = field(row);
    if (!input) continue;
    const range = row.querySelector("input[type=range]");
    if (range) {
      const stops = JSON.parse(range.dataset.stops);
      range.parentElement.hidden = false;
      const follow = () => { if (input.value !== "") range.value = nearest(stops, Number(input.value)); };
      range.addEventListener("input", () => { input.value = stops[range.value]; show(row); });
      input.addEventListener("input", follow);
      row.addEventListener("moa-set", follow);
    }
    input.addEventListener("input", () => show(row));
    for (const button of row.querySelectorAll("[data-set]")) {
      button.addEventListener("click", () => {
        input.value = button.dataset.set;
        row.dispatchEvent(new Event("moa-set"));
        show(row);
        input.focus();
      });
    }
    show(row);
  }

  // Leaving with changes that are not saved asks first.
  let leaving = false;
  for (const form of document.querySelectorAll("form")) form.addEventListener("submit", () => { leaving = true; });
  if (bar) addEventListener("beforeunload", (event) => { if (!bar.hidden && !leaving) event.preventDefault(); });

  const box = document.querySelector("[data-find]");
  if (!box) return;
  box.hidden = false;
  const words = box.querySelector("#find"), only = box.querySelector("#find-changed"), found = box.querySelector("[data-found]");
  const texts = new Map(rows.map((row) => {
    const scope = row.closest("details");
    const group = row.closest("[data-group]").querySelector("h2").textContent;
    const name = row.firstElementChild.textContent;
    return [row, `${group} ${scope.querySelector("summary").textContent} ${name}`.toLowerCase()];
  }));
  const open = new Map([...document.querySelectorAll("details.moa-p")].map((part) => [part, part.open]));

  function find() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const asked = wanted.length > 0 || only.checked;
    let count = 0;
    for (const row of rows) {
      const kept = row.classList.contains("moa-row-changed") || (!bar && "tuned" in row.dataset);
      row.hidden = !wanted.every((word) => texts.get(row).includes(word)) || (only.checked && !kept);
      count += !row.hidden;
    }
    for (const [part, was] of open) {
      part.hidden = asked && !part.querySelector("[data-row]:not([hidden])");
      part.open = asked ? !part.hidden : was;
    }
    for (const group of document.querySelectorAll("[data-group]")) group.hidden = asked && !group.querySelector("details:not([hidden])");
    found.textContent = asked ? found.dataset.text.replace("#", count) : "";
  }
  words.addEventListener("input", find);
  words.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  only.addEventListener("change", find);

  // Parts stay open over a save.
  const kept = `moa-open ${location.pathname}`;
  try {
    for (const id of JSON.parse(sessionStorage.getItem(kept) || "[]")) if (open.has(document.getElementById(id))) { document.getElementById(id).open = true; open.set(document.getElementById(id), true); }
  } catch { sessionStorage.removeItem(kept); }
  for (const part of open.keys()) part.addEventListener("toggle", () => {
    if (words.value || only.checked) return;
    open.set(part, part.open);
    sessionStorage.setItem(kept, JSON.stringify([...open].filter(([, is]) => is).map(([one]) => one.id)));
  });

  const opened = () => {
    const part = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (part && part.tagName === "DETAILS") part.open = true;
    if (part && part.matches("[id^=p-]")) { part.closest("details").open = true; part.scrollIntoView({ block: "center" }); part.focus(); }
  };
  addEventListener("hashchange", opened);
  opened();
})();
