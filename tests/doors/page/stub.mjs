// Run page.js on a stand-in for a browser: node stub.mjs PAGE.js CASE, where CASE is JSON:
// {key: object or null, files: [name], playable: bool, message: what the worker answers}. Prints what a person would see.

import { pathToFileURL } from "node:url";

class Element {
  constructor(tag) { Object.assign(this, { tag, hidden: false, textContent: "", children: [], listeners: {}, attributes: {} }); this.classList = { add() {}, remove() {} }; }
  addEventListener(name, act) { this.listeners[name] = act; }
  setAttribute(name, value) { this.attributes[name] = String(value); }
  replaceChildren(...nodes) { this.children = nodes; }
  append(...nodes) { this.children.push(...nodes); }
  focus() { focused = this.id; }
}

const [page, given] = process.argv.slice(2);
const { key, files, playable, message } = JSON.parse(given);
const elements = {};
const operators = [new Element("span")];
let focused = null, terminated = 0;
const posted = [];

globalThis.addEventListener = () => {};
globalThis.document = {
  getElementById: (id) => (elements[id] ??= Object.assign(new Element("x"), { id, hidden: ["alert", "result", "progress", "where"].includes(id), disabled: id === "file" })),
  querySelectorAll: () => operators,
  createElement: (tag) => new Element(tag),
  createElementNS: (_, tag) => new Element(tag),
  createTextNode: (text) => Object.assign(new Element("#text"), { textContent: text }),
};
globalThis.fetch = async () => ({ ok: key !== null, status: key === null ? 404 : 200, json: async () => key });
globalThis.OfflineAudioContext = class {
  async decodeAudioData() {
    if (!playable) throw new Error("no sound");
    return { numberOfChannels: 1, duration: 2, sampleRate: 24000, getChannelData: () => new Float32Array(48000) };
  }
};
globalThis.Worker = class {
  postMessage(data) { posted.push(data.rate); queueMicrotask(() => message && this.onmessage({ data: message })); }
  terminate() { terminated += 1; }
};

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
await import(pathToFileURL(page));
await settled();
for (const name of files) {
  elements.file.files = [{ name, size: name.startsWith("huge") ? 1e9 : 10, arrayBuffer: async () => new ArrayBuffer(10) }];
  elements.file.listeners.change?.();
  await settled();
}
const shown = (id) => (elements[id] && !elements[id].hidden ? elements[id].textContent : null);
console.log(JSON.stringify({
  enabled: elements.file ? !elements.file.disabled : false, operator: operators[0].textContent, alert: shown("alert"), status: shown("status"),
  result: elements.result ? !elements.result.hidden : false, verdict: shown("verdict"), focused, terminated, posted,
  rows: (elements.rows?.children ?? []).map((row) => row.children.map((cell) => cell.textContent)),
  boxes: (elements.parts?.children ?? []).length, contact: (elements.contact?.children ?? []).map((node) => [node.tag, node.href ?? null, node.textContent]),
}));
