/* Turns textarea[data-rich] into a small editor. Without scripts the textarea stays; the server cleans either way. */
(function () {
  "use strict";
  const english = document.documentElement.lang.startsWith("en");
  const TOOLS = [
    ["bold", "B", english ? "Bold" : "굵게"],
    ["italic", "I", english ? "Italic" : "기울임"],
    ["formatBlock:h3", "H", english ? "Heading" : "제목"],
    ["insertUnorderedList", "•", english ? "List" : "목록"],
    ["insertOrderedList", "1.", english ? "Numbered list" : "번호 목록"],
    ["createLink", "↗", english ? "Link" : "링크"],
    ["removeFormat", "×", english ? "Plain text" : "서식 지우기"],
  ];
  const ALLOWED = "p,br,ul,ol,li,b,strong,i,em,u,a,h3,h4,blockquote,code,pre";

  /* What the server would keep, so that what is shown is what will be stored; parsed in a document that runs nothing. */
  function cleaned(html) {
    const box = new DOMParser().parseFromString(html, "text/html").body;
    box.querySelectorAll("script,style,iframe,object,embed").forEach((node) => node.remove());
    box.querySelectorAll("*").forEach((node) => {
      if (!node.matches(ALLOWED)) return node.replaceWith(...node.childNodes);
      for (const name of node.getAttributeNames()) {
        if (!(name === "href" && /^(https?:|mailto:)/i.test(node.getAttribute(name)))) node.removeAttribute(name);
      }
    });
    return box.innerHTML;
  }

  function enhance(field) {
    const editor = document.createElement("div");
    editor.className = "editor";
    const bar = document.createElement("div");
    bar.className = "editor-bar";
    bar.setAttribute("role", "toolbar");
    const area = document.createElement("div");
    area.className = "editor-area prose";
    area.contentEditable = "true";
    area.setAttribute("role", "textbox");
    area.setAttribute("aria-multiline", "true");
    const label = document.querySelector("label[for='" + field.id + "']");
    if (label) { area.setAttribute("aria-label", label.textContent); label.addEventListener("click", () => area.focus()); }
    area.innerHTML = cleaned(field.value);
    for (const [command, sign, name] of TOOLS) {
      const button = document.createElement("button");
      button.type = "button"; button.textContent = sign; button.title = name; button.setAttribute("aria-label", name);
      button.addEventListener("click", () => {
        area.focus();
        const [verb, value] = command.split(":");
        const argument = verb === "createLink" ? window.prompt("https://") : value;
        if (verb !== "createLink" || /^(https?:|mailto:)/i.test(argument || "")) document.execCommand(verb, false, argument);
      });
      bar.append(button);
    }
    area.addEventListener("paste", (event) => {
      const html = event.clipboardData.getData("text/html");
      if (!html) return;
      event.preventDefault();
      document.execCommand("insertHTML", false, cleaned(html));
    });
    const save = () => { field.value = area.textContent.trim() ? cleaned(area.innerHTML) : ""; };
    area.addEventListener("input", save);
    field.form.addEventListener("submit", save);
    field.hidden = true;
    editor.append(bar, area);
    field.after(editor);
  }
  document.querySelectorAll("textarea[data-rich]").forEach(enhance);
})();
