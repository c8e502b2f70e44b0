/* Builds codemirror.min.js here and ../katex/ from the pinned packages; see README.txt. */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const katex = "node_modules/katex";
const shared = { bundle: true, minify: true, format: "iife", target: "es2020", legalComments: "none", charset: "utf8" };

/* KaTeX sets a few style attributes, which the content security policy forbids; the style object is allowed. */
const withoutStyleAttributes = {
  name: "without-style-attributes",
  setup(builder) {
    builder.onLoad({ filter: /katex\.mjs$/ }, ({ path }) => {
      let changed = 0;
      const contents = readFileSync(path, "utf8").replace(
        /node\.setAttribute\(attr, (this\.attributes\[attr\]|value)\);/g,
        (text, value) => (changed++, `if (attr === "style") node.style.cssText = ${value}; else ${text}`),
      );
      if (changed !== 4) throw new Error(`KaTeX sets attributes in ${changed} places, not in the 4 known ones`);
      return { contents };
    });
  },
};

await build({ ...shared, entryPoints: ["entry.mjs"], outfile: "codemirror.min.js" });
await build({
  ...shared,
  stdin: { contents: 'import katex from "katex"; window.katex = katex;', resolveDir: "." },
  outfile: "../katex/katex.min.js",
  plugins: [withoutStyleAttributes],
});
const css = readFileSync(`${katex}/dist/katex.min.css`, "utf8");
/* Every browser that runs this site reads woff2. */
writeFileSync("../katex/katex.min.css", css.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, ""));
mkdirSync("../katex/fonts", { recursive: true });
for (const name of readdirSync(`${katex}/dist/fonts`).filter((file) => file.endsWith(".woff2"))) {
  copyFileSync(`${katex}/dist/fonts/${name}`, `../katex/fonts/${name}`);
}
copyFileSync(`${katex}/LICENSE`, "../katex/LICENSE");
copyFileSync("node_modules/codemirror/LICENSE", "LICENSE");
