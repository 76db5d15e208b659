// Builds clew/web/static/built from the islands and htmx, and says how large each file is.
import { build } from "esbuild";
import { readFile, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const BUDGET = 60_000; // gzipped script of one page, in bytes
const out = here("../clew/web/static/built/");

await rm(out, { recursive: true, force: true });
await build({
  entryPoints: [here("../clew/web/islands/app.js")],
  outdir: out,
  nodePaths: [here("node_modules")],
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome123", "firefox120", "safari17.5"],
  legalComments: "inline",
  logLevel: "warning",
});

let script = 0;
for (const name of (await readdir(out)).sort()) {
  const bytes = await readFile(out + name);
  const packed = gzipSync(bytes, { level: 9 }).length;
  if (name.endsWith(".js")) script += packed;
  console.log(`${name}: ${bytes.length} bytes, ${packed} gzipped`);
}
if (script > BUDGET) {
  console.error(`script is ${script} bytes gzipped; the budget is ${BUDGET}`);
  process.exit(1);
}
