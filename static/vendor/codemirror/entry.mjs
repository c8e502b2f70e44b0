/* What the site uses of CodeMirror, as window.codemirror; everything else is left out of the bundle. */
import { indentMore, indentLess, insertTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { StyleModule } from "style-mod";

/* CodeMirror would write a style element, which the content security policy forbids without a nonce. Constructed style
   sheets do the same and are always allowed. */
const sheets = new WeakMap();
function sheetOf(module) {
  if (!sheets.has(module)) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(module.getRules());
    sheets.set(module, sheet);
  }
  return sheets.get(module);
}
StyleModule.mount = function (root, modules) {
  const wanted = [modules].flat().map(sheetOf);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets.filter((sheet) => !wanted.includes(sheet)), ...wanted];
};

window.codemirror = {
  Compartment, EditorState, EditorView, HighlightStyle, Prec, basicSetup, indentLess, indentMore, indentUnit, insertTab, keymap,
  placeholder, python, syntaxHighlighting, tags,
};
