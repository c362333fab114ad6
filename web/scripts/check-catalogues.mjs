/**
 * Fails when a catalogue misses a key of another one, when a key is used nowhere, when a used key does
 * not exist, or when a translation lost or invented a placeholder.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

/** @param {string} folder @returns {string[]} */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "compiled" ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** @param {unknown} message */
function placeholders(message) {
  const names = JSON.stringify(message).match(/\{\w+\}/g) ?? [];
  return [...new Set(names)].sort().join(" ");
}

/** Every fault as a sentence; none means that the catalogues are whole. */
export function faults(catalogues, used) {
  const found = [];
  const keys = new Set(Object.values(catalogues).flatMap((catalogue) => Object.keys(catalogue)));
  keys.delete("$schema");
  for (const key of keys) {
    if (!used.has(key)) found.push(`${key}: used nowhere`);
    const wanted = placeholders(catalogues.en?.[key]);
    for (const [locale, catalogue] of Object.entries(catalogues)) {
      if (!(key in catalogue)) found.push(`${key}: missing in ${locale}`);
      else if (catalogue[key] === "") found.push(`${key}: empty in ${locale}`);
      else if (placeholders(catalogue[key]) !== wanted)
        found.push(`${key}: other placeholders in ${locale} than in en`);
    }
  }
  for (const key of used) if (!keys.has(key)) found.push(`${key}: used but in no catalogue`);
  return found;
}

export function load() {
  const folder = join(SRC, "messages");
  const catalogues = Object.fromEntries(
    readdirSync(folder).map((file) => [
      file.replace(".json", ""),
      JSON.parse(readFileSync(join(folder, file), "utf8")),
    ]),
  );
  const used = new Set(
    sources(SRC).flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(/\bm\.([a-z]\w*)/g)].map((match) => match[1]),
    ),
  );
  return { catalogues, used };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { catalogues, used } = load();
  const found = faults(catalogues, used);
  for (const fault of found) console.error(fault);
  console.log(`catalogues: ${Object.keys(catalogues).join(", ")}; ${used.size} keys; ${found.length} faults`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
