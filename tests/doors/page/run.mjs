// Run the page's modules as a page would: node run.mjs MODULES KEY CASES, where CASES is a JSON list of
// {file, channels, rate}; each file holds float32 samples, channel after channel. Prints one JSON line a case.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, key, cases] = process.argv.slice(2);
const { detect, patternOf, resampled, scan } = await import(pathToFileURL(`${modules}/detector.js`));
const { verdictOf } = await import(pathToFileURL(`${modules}/words.js`));
const published = JSON.parse(readFileSync(key));
const pattern = patternOf(published);

for (const { file, channels, rate } of JSON.parse(readFileSync(cases))) {
  const bytes = readFileSync(file);
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), length = all.length / channels;
  const sound = Array.from({ length: channels }, (_, c) => resampled(all.subarray(c * length, (c + 1) * length), rate));
  const started = performance.now();
  const scanned = scan(sound, pattern);
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ detected: detect(sound, pattern), scanned, said: verdictOf(scanned, published.operator), seconds }));
}
