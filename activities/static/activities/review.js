// Keys of the review page: each button names its own (data-key); none works while something is written.
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target.matches("input, textarea, select")) {
    if (event.key === "Escape") target.blur();
    if (event.key === "Enter" && target.name === "reason") {
      event.preventDefault(); // the form's first button would show the comment
      target.form.querySelector("[data-enter]").click();
    }
    return;
  }
  // A Korean keyboard sends other letters from the same keys: the place of the key counts.
  const key = event.code.replace(/^(Key|Digit|Numpad)/, "").toLowerCase();
  const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!found || event.repeat) return;
  event.preventDefault();
  if (found.matches("input")) found.focus();
  else found.click();
});
