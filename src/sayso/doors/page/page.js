// The page: a file comes in, the browser decodes it, a worker searches it, the answer is said in words.

import { clockTime, verdictOf } from "./words.js";

const at = (id) => document.getElementById(id);
const MAX_BYTES = 500e6;
let key = null, worker = null;

start();

async function start() {
  try {
    const answer = await fetch("key.json", { cache: "no-cache" });
    if (!answer.ok) throw new Error("status " + answer.status);
    key = await answer.json();
  } catch {
    complain("The public key (key.json) that belongs beside this page cannot be read. Open the page from its website, not from a disk.");
    return;
  }
  for (const place of document.querySelectorAll(".operator")) place.textContent = key.operator;
  at("key-id").textContent = key.key_id;
  if (key.contact) at("contact").replaceChildren(contact(key.contact));
  at("file").disabled = false;
  at("file").addEventListener("change", () => at("file").files[0] && look(at("file").files[0]));
  const drop = at("drop");
  addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  addEventListener("dragleave", () => drop.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files[0]) look(event.dataTransfer.files[0]);
  });
}

// Only addresses of the two kinds that a person can follow become links.
function contact(text) {
  if (!/^(https:\/\/|mailto:)[^\s]+$/.test(text)) return document.createTextNode(text);
  const link = document.createElement("a");
  link.href = text;
  link.rel = "noreferrer";
  link.textContent = text.replace(/^mailto:/, "");
  return link;
}

async function look(file) {
  worker?.terminate();
  at("result").hidden = at("alert").hidden = true;
  if (file.size > MAX_BYTES) return complain("This file is too large for a page. Use the command line: sayso detect FILE --key key.json.");
  say(`Reading ${file.name} …`);
  let sound;
  try {
    sound = await decoded(await file.arrayBuffer());
  } catch {
    return complain(`${file.name} is no sound that this browser can play. Convert it to WAV or MP3 and try again.`);
  }
  const channels = Array.from({ length: sound.numberOfChannels }, (_, c) => sound.getChannelData(c).slice());
  say(`Searching ${clockTime(sound.duration)} of ${file.name} …`);
  worker = new Worker("worker.js", { type: "module" });
  worker.onmessage = ({ data }) => answered(file.name, data);
  worker.onerror = () => complain("The search could not run in this browser. Try a current one.");
  worker.postMessage({ key, channels, rate: sound.sampleRate }, channels.map((channel) => channel.buffer));
}

// Return the sound at 24,000 Hz, or, where a browser does not decode to that, at 48,000.
async function decoded(bytes) {
  let context;
  try {
    context = new OfflineAudioContext(1, 1, 24000);
  } catch {
    context = new OfflineAudioContext(1, 1, 48000);
  }
  return context.decodeAudioData(bytes);
}

function answered(name, { share, problem, found, peaks }) {
  if (problem) return complain(problem);
  at("progress").hidden = !!found;
  if (share !== undefined) at("progress").value = share;
  if (!found) return;
  const said = verdictOf(found, key.operator);
  at("verdict").textContent = said.verdict;
  at("meaning").textContent = said.meaning;
  at("chance").textContent = said.chance;
  draw(found, peaks);
  at("where").hidden = !found.present;
  at("rows").replaceChildren(...found.passages.map((part, i) => row([i + 1, clockTime(part.startS), clockTime(part.endS)])));
  at("result").hidden = false;
  say(`${name}: ${said.verdict}`);
  at("verdict").focus();
}

function draw(found, peaks) {
  const loudest = Math.max(1e-6, ...peaks), width = 1200 / peaks.length;
  const edge = (sign) => Array.from(peaks, (peak, i) => `${((i + 0.5) * width).toFixed(1)} ${(92 + sign * 88 * peak / loudest).toFixed(1)}`);
  at("outline").setAttribute("d", `M0 92L${edge(-1).join("L")}L1200 92L${edge(1).reverse().join("L")}Z`);
  at("parts").replaceChildren(...found.passages.map((part) => {
    const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const [left, right] = [part.startS, part.endS].map((s) => (1200 * s) / found.durationS);
    for (const [name, value] of Object.entries({ x: left, y: 2, width: Math.max(right - left, 2), height: 180 })) box.setAttribute(name, value);
    return box;
  }));
}

function row(cells) {
  const line = document.createElement("tr");
  line.append(...cells.map((text, i) => {
    const cell = document.createElement(i ? "td" : "th");
    if (!i) cell.scope = "row";
    cell.textContent = text;
    return cell;
  }));
  return line;
}

function say(text) {
  at("status").textContent = text;
}

function complain(text) {
  at("progress").hidden = true;
  say("");
  at("alert").textContent = text;
  at("alert").hidden = false;
}
