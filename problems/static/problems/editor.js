/* The code editor over textarea[data-code]: CodeMirror, the draft kept in this browser, the keys that send.
   Without scripts the textarea stays, and its form works. */
(function () {
  "use strict";
  const english = document.documentElement.lang.startsWith("en");
  const say = (en, ko) => (english ? en : ko);
  const KOREAN = {
    "Find": "찾기", "Replace": "바꾸기", "next": "다음", "previous": "이전", "all": "모두", "match case": "대소문자 구분",
    "regexp": "정규식", "by word": "단어 단위", "replace": "바꾸기", "replace all": "모두 바꾸기", "close": "닫기",
    "current match": "현재 일치", "on line": "줄", "replaced match on line $": "$번째 줄을 바꿈", "replaced $ matches": "$개를 바꿈",
    "Go to line": "줄로 이동", "go": "이동", "Completions": "완성 후보", "Fold line": "접기", "Unfold line": "펼치기",
    "folded code": "접힌 코드", "unfold": "펼치기", "to": "–", "Selection deleted": "선택한 부분을 지움",
  };
  const SAVE_AFTER = 400;
  const KEPT_DAYS = 90;
  const PREFIX = "moa.draft.";

  /* drafts: {code, at} by problem; old ones go */
  const storage = (() => { try { const box = window.localStorage; box.getItem(PREFIX); return box; } catch { return null; } })();
  function read(key) {
    try { return JSON.parse(storage.getItem(key)) || null; } catch { return null; }
  }
  function write(key, code) {
    if (!storage) return false;
    try { storage.setItem(key, JSON.stringify({ code: code, at: Date.now() })); return true; } catch { return false; }
  }
  function sweep() {
    if (!storage) return;
    const oldest = Date.now() - KEPT_DAYS * 86400000;
    Object.keys(storage).filter((key) => key.startsWith(PREFIX)).forEach((key) => {
      const draft = read(key);
      if (!draft || !(draft.at > oldest)) storage.removeItem(key);
    });
  }

  function looks(cm) {
    const { EditorView, HighlightStyle, syntaxHighlighting, tags } = cm;
    /* Colours are the site's tokens, so that light and dark follow the page. */
    const theme = EditorView.theme({
      "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "var(--code-size, .92rem)", height: "100%" },
      ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
      ".cm-content": { caretColor: "var(--jade)", padding: ".6rem 0" },
      ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--jade)", borderLeftWidth: "2px" },
      "&.cm-focused": { outline: "none" },
      "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--code-selection)" },
      ".cm-activeLine": { backgroundColor: "var(--code-line)" },
      ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-3)", border: "none", paddingRight: ".25rem" },
      ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
      "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--jade-soft)", outline: "1px solid var(--jade)" },
      ".cm-selectionMatch": { backgroundColor: "var(--honey-soft)" },
      ".cm-panels": { backgroundColor: "var(--surface-2)", color: "var(--ink)", border: "none" },
      ".cm-tooltip": { backgroundColor: "var(--surface)", border: "1px solid var(--line)", borderRadius: "8px", overflow: "hidden" },
      ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--jade)", color: "var(--on-jade)" },
      ".cm-searchMatch": { backgroundColor: "var(--honey-soft)" },
      ".cm-foldPlaceholder": { backgroundColor: "var(--surface-2)", border: "none", color: "var(--ink-2)" },
    });
    const colours = HighlightStyle.define([
      { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self], color: "var(--code-keyword)", fontWeight: "600" },
      { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
      { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
      { tag: [tags.comment], color: "var(--ink-3)", fontStyle: "italic" },
      { tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName)), tags.className], color: "var(--code-name)" },
      { tag: tags.invalid, color: "var(--danger)" },
    ]);
    return [theme, syntaxHighlighting(colours)];
  }

  /* Typing over a selection: Chromium's own editing would write a style attribute, which the policy refuses with an error. */
  function overtype(cm) {
    return cm.EditorView.domEventHandlers({
      beforeinput(event, view) {
        const { main, ranges } = view.state.selection;
        if (event.inputType !== "insertText" || event.isComposing || !event.data || main.empty || ranges.length > 1) return false;
        const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
        const handlers = view.state.facet(cm.EditorView.inputHandler);
        if (!handlers.some((handle) => handle(view, main.from, main.to, event.data, insert))) view.dispatch(insert());
        event.preventDefault();
        return true;
      },
    });
  }

  function enhance(field) {
    const cm = window.codemirror;
    const form = field.form;
    const hint = form.querySelector("[data-draft-hint]");
    const key = PREFIX + field.dataset.code;
    const draft = storage && !field.value && read(key);
    if (draft && draft.code) {
      field.value = draft.code;
      tell(say("Draft restored", "임시 저장한 코드를 불러왔어요"));
    }
    function tell(text) { if (hint) hint.textContent = text; }

    let timer = 0;
    function changed() {
      field.value = view.state.doc.toString();
      clearTimeout(timer);
      timer = setTimeout(save, SAVE_AFTER);
    }
    function save() {
      clearTimeout(timer); timer = 0;
      if (!field.value) { if (storage) storage.removeItem(key); return tell(""); }
      tell(write(key, field.value) ? say("Draft saved in this browser", "이 브라우저에 임시 저장했어요") : say("The draft could not be saved", "임시 저장하지 못했어요"));
    }
    function send() { form.querySelector("button[name=action][value=submit]").click(); return true; }
    function run() { const button = form.querySelector("button[name=action][value=run]"); if (button) button.click(); return true; }
    function tab(view) {
      return view.state.selection.ranges.some((range) => !range.empty) ? cm.indentMore(view) : insertSpaces(view);
    }
    function insertSpaces(view) {
      const at = view.state.selection.main.head;
      const column = at - view.state.doc.lineAt(at).from;
      view.dispatch(view.state.replaceSelection(" ".repeat(4 - (column % 4))), { scrollIntoView: true, userEvent: "input" });
      return true;
    }

    const mount = document.createElement("div");
    mount.className = "code-mount";
    const view = new cm.EditorView({
      doc: field.value,
      parent: mount,
      extensions: [
        cm.Prec.high(cm.keymap.of([
          { key: "Mod-Enter", run: send }, { key: "Mod-'", run: run },
          { key: "Tab", run: tab, shift: cm.indentLess },
        ])),
        cm.basicSetup,
        cm.python(),
        cm.indentUnit.of("    "),
        cm.EditorState.tabSize.of(4),
        looks(cm),
        overtype(cm),
        english ? [] : cm.EditorState.phrases.of(KOREAN),
        cm.EditorView.contentAttributes.of({ "aria-label": field.getAttribute("aria-label") || "", "aria-describedby": field.getAttribute("aria-describedby") || "" }),
        cm.EditorView.updateListener.of((update) => { if (update.docChanged) changed(); }),
      ],
    });
    field.after(mount);
    field.hidden = true;
    form.classList.add("is-enhanced");
    window.addEventListener("pagehide", () => { if (timer) save(); });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-load-code]");
      if (!button) return;
      const source = document.getElementById(button.dataset.loadCode);
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: source.textContent } });
      view.focus();
    });
  }

  sweep();
  document.querySelectorAll("textarea[data-code]").forEach(enhance);
})();
