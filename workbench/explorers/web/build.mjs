/**
 * Makes bundle.js, one module that needs no other file, from src/main.js: `npm run build`.
 *
 * The same sources and lock file give the same bytes on every computer. The licences of the
 * packages inside stand at the end of the bundle, because saved pages carry the bundle with them.
 */

import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const BUNDLE = "bundle.js";

/**
 * The packages whose code is in the bundle.
 * @param {import("esbuild").Metafile} metafile
 * @returns {string[]} their names, sorted
 */
function packagesIn(metafile) {
  const inputs = Object.entries(metafile.outputs[BUNDLE].inputs);
  const names = inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}

/**
 * One comment with the licence of every package, each text once.
 * @param {string[]} names packages in node_modules; one without a file LICENSE is an error
 * @returns {Promise<string>}
 */
async function licences(names) {
  const sharedBy = new Map();
  for (const name of names) {
    const text = await readFile(join(here, "node_modules", name, "LICENSE"), "utf8");
    const key = text.replaceAll("\r\n", "\n").trim();
    sharedBy.set(key, [...(sharedBy.get(key) ?? []), name]);
  }
  const parts = [...sharedBy].map(([text, packages]) => `${packages.join(", ")}:\n\n${text}`);
  const whole = parts.join("\n\n");
  // Either would end the comment, or the script of a page that the bundle is written into.
  if (/\*\/|<\/script|<!--/i.test(whole)) throw new Error("a licence cannot stand in a comment");
  return `/*!\n${whole}\n*/\n`;
}

const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js"],
  outfile: BUNDLE,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "eof",
  metafile: true,
  write: false,
});
const names = packagesIn(metafile);
await writeFile(join(here, BUNDLE), outputFiles[0].text + (await licences(names)));
console.log(`${BUNDLE}: ${outputFiles[0].contents.length} bytes, with ${names.join(", ")}`);
