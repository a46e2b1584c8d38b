// Run the page's modules as a page would: node run.mjs MODULES KEY CASES, where CASES is a JSON list of
// {file, channels, rate, scanned}; each file holds float32 samples, channel after channel. Prints one JSON line a case.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, key, cases] = process.argv.slice(2);
const { detect, patternOf, resampled, scan } = await import(pathToFileURL(`${modules}/detector.js`));
const { verdictOf } = await import(pathToFileURL(`${modules}/words.js`));
const published = JSON.parse(readFileSync(key));
const pattern = patternOf(published);

for (const { file, channels, rate, scanned } of JSON.parse(readFileSync(cases))) {
  const bytes = readFileSync(file);
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), length = all.length / channels;
  const sound = Array.from({ length: channels }, (_, c) => resampled(all.subarray(c * length, (c + 1) * length), rate));
  if (!scanned) {
    console.log(JSON.stringify({ detected: detect(sound, pattern) }));
    continue;
  }
  const found = scan(sound, pattern);
  console.log(JSON.stringify({ scanned: found, said: verdictOf(found, published.operator) }));
}
