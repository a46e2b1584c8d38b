// The public detector in plain JavaScript: is a mark of this operator in a sound, how sure is that, and where.
//
// The counterpart of sayso.mark (search, evidence, detector, passages) for the public key alone; tests/doors/page
// holds the two against each other. Sound is a list of channels, Float32Array at 24,000 Hz.

import { BANDS, CLOCK_HZ, FRAME, HOP, PERIOD, measure } from "./cells.js";

export { CLOCK_HZ, patternOf } from "./cells.js";
export { resampled } from "./rates.js";

const SHORTEST = FRAME + HOP;
const OFFSETS = [0, 64, 128, 192], REFINE = [32, 16], WINDOW_FRAMES = 2 * PERIOD, LONG_FRAMES = 940;
const ALIGNMENTS = 4, SURE = 9, NEAR = 160;
const LOCAL_FRAMES = 94, LOCAL_STATISTIC = 3; // one second of frames
const WINDOW_S = 30, STEP_S = 24, SHORTEST_S = 1, LEAST_S = 0.5, ALONE_S = 1.5, SAME_S = 3;

// ---- the search: where in the pattern the sound lies ----

// Return T for each place of the period at which the first frame of the span may lie.
function correlations(cut, [first, stop], pattern) {
  const sums = folded(cut, first, stop);
  // Band by band, backwards in time and twice over, so that each pilot cell adds one run to the result.
  const back = new Float64Array(BANDS * 2 * PERIOD), squares = new Float64Array(back.length);
  for (let b = 0; b < BANDS; b++) {
    for (let j = 0; j < 2 * PERIOD; j++) {
      const value = sums[((2 * PERIOD - j) % PERIOD) * BANDS + b];
      back[b * 2 * PERIOD + j] = value;
      squares[b * 2 * PERIOD + j] = value * value;
    }
  }
  const top = new Float64Array(PERIOD), power = new Float64Array(PERIOD);
  for (const { frame, band, sign } of pattern.cells) {
    const start = band * 2 * PERIOD + PERIOD - frame;
    for (let p = 0; p < PERIOD; p++) {
      top[p] += sign * back[start + p];
      power[p] += squares[start + p];
    }
  }
  return top.map((value, p) => value / Math.sqrt(Math.max(power[p], 1e-6)));
}

function statistic(cut, [first, stop], phase, pattern) {
  const sums = folded(cut, first, stop);
  let top = 0, power = 0;
  for (const { frame, band, sign } of pattern.cells) {
    const value = sums[((frame - phase + PERIOD) % PERIOD) * BANDS + band];
    top += sign * value;
    power += value * value;
  }
  return top / Math.sqrt(Math.max(power, 1e-6));
}

function folded(cut, first, stop) {
  const sums = new Float64Array(PERIOD * BANDS);
  for (let t = first; t < Math.min(stop, cut.frames); t++) {
    const to = ((t - first) % PERIOD) * BANDS, from = t * BANDS;
    for (let b = 0; b < BANDS; b++) sums[to + b] += cut.value[from + b];
  }
  return sums;
}

function spans(frames) {
  const found = [[0, frames]];
  if (frames > LONG_FRAMES) {
    for (let start = 0; start < frames - PERIOD; start += PERIOD) found.push([start, Math.min(start + WINDOW_FRAMES, frames)]);
  }
  return found;
}

const modulo = (value, size) => ((value % size) + size) % size;
const placeOf = (one) => modulo(one.phase * HOP - one.cut.offset, PERIOD * HOP);

// Return how many statistics were looked at, and the likeliest alignments, best first.
function search(channels, pattern) {
  let looked = 0;
  const found = [];
  for (const offset of OFFSETS) {
    for (const cut of measure(channels, offset, [false, true])) {
      for (const span of spans(cut.frames)) {
        const along = correlations(cut, span, pattern);
        looked += along.length;
        const best = Array.from(along.keys()).sort((a, b) => along[b] - along[a]).slice(0, ALIGNMENTS);
        for (const p of best) found.push({ cut, span, phase: modulo(p - span[0], PERIOD), statistic: along[p] });
      }
    }
  }
  const refined = distinct(found).map((one) => {
    const [better, count] = refine(channels, pattern, one);
    looked += count;
    return better;
  });
  return { looked, alignments: refined.sort((a, b) => b.statistic - a.statistic) };
}

function distinct(found) {
  const best = [], period = PERIOD * HOP;
  for (const one of found.sort((a, b) => b.statistic - a.statistic)) {
    const far = (other) => Math.abs(modulo(placeOf(one) - placeOf(other) + period / 2, period) - period / 2) > NEAR;
    if (best.every(far)) best.push(one);
    if (best.length === ALIGNMENTS || best[0].statistic > SURE) break;
  }
  return best;
}

function refine(channels, pattern, alignment) {
  let best = alignment, looked = 0;
  for (const step of REFINE) {
    const centre = best;
    for (const shift of [-step, step]) {
      let offset = centre.cut.offset + shift, phase = centre.phase;
      if (offset < 0) { offset += HOP; phase += 1; }
      if (channels[0].length < offset + 2 * HOP) continue;
      const [cut] = measure(channels, offset, [best.cut.strictly]);
      phase %= PERIOD;
      const near = { cut, span: centre.span, phase };
      near.statistic = statistic(cut, centre.span, (phase + centre.span[0]) % PERIOD, pattern);
      looked += 1;
      if (near.statistic > best.statistic) best = near;
    }
  }
  return [best, looked];
}

// ---- the evidence ----

// Return log10 of the bound 3.178 P(N(0,1) >= statistic) (Bentkus and Dzindzalieta 2015); at most 0.
export function log10Tail(statistic) {
  if (statistic <= 0) return 0;
  return Math.min(0, Math.log10(1 / (2 * 10 ** log10Erfc(1))) + Math.log10(0.5) + log10Erfc(statistic / Math.SQRT2));
}

// Return log10 of the complementary error function: by its series below 3, by its continued fraction above.
function log10Erfc(x) {
  if (x < 3) {
    let sum = 0, term = x;
    for (let n = 0; Math.abs(term) > 1e-18; n++, term *= (-x * x) / n) sum += term / (2 * n + 1);
    return Math.log10(1 - (2 / Math.sqrt(Math.PI)) * sum);
  }
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / 2 / fraction;
  return -(x * x) / Math.LN10 - Math.log10(Math.sqrt(Math.PI) * fraction);
}

// ---- what is found ----

// Return what is found in a sound of any length, searched as one.
export function detect(channels, pattern) {
  const nothing = { present: false, pValue: 1, log10P: 0, statistic: 0, segments: [] };
  if (channels.length === 0 || channels[0].length < SHORTEST) return nothing;
  const { looked, alignments: [best] } = search(channels, pattern);
  const log10P = Math.min(0, log10Tail(best.statistic) + Math.log10(looked));
  const present = log10P <= pattern.presentAt;
  const segments = present ? segmentsOf(best, pattern) : [];
  return { present, pValue: chance(log10P), log10P, statistic: best.statistic, segments };
}

const chance = (log10P) => 10 ** Math.max(log10P, -300);

// Return the stretches, in seconds, in which the pattern shows over one second.
function segmentsOf({ cut, phase }, pattern) {
  const along = new Float64Array(cut.frames), power = new Float64Array(cut.frames);
  for (let t = 0; t < cut.frames; t++) {
    const row = ((phase + t) % PERIOD) * BANDS;
    for (let b = 0; b < BANDS; b++) {
      const sign = pattern.signs[row + b], value = cut.value[t * BANDS + b];
      along[t] += sign * value;
      power[t] += Math.abs(sign) * value * value;
    }
  }
  const gain = overOneSecond(along), noise = overOneSecond(power), found = [];
  let start = null;
  for (let t = 0; t <= cut.frames; t++) {
    const inside = t < cut.frames && gain[t] > LOCAL_STATISTIC * Math.sqrt(noise[t] + 1e-6);
    if (inside && start === null) start = t;
    if (!inside && start !== null) {
      found.push([cents((cut.offset + start * HOP) / CLOCK_HZ), cents((cut.offset + (t + 1) * HOP) / CLOCK_HZ)]);
      start = null;
    }
  }
  return found;
}

const cents = (value) => Math.round(value * 100) / 100;

// Return the sum over a second around each frame (numpy's convolution with ones, "same").
function overOneSecond(values) {
  const start = (Math.min(LOCAL_FRAMES, values.length) - 1) >> 1, sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i] + values[i];
  return values.map((_, i) => {
    const last = Math.min(start + i, values.length - 1), first = Math.max(start + i - LOCAL_FRAMES + 1, 0);
    return sums[last + 1] - sums[first];
  });
}

// Return what a search of a whole sound found, window by window; `onProgress` is told the share done, 0 to 1.
export function scan(channels, pattern, onProgress = () => {}) {
  const length = channels[0]?.length ?? 0, found = [];
  let least = 0, searches = 0;
  const look = (from, to) => {
    const waiting = [[0, (to - from) / CLOCK_HZ]];
    while (waiting.length) {
      const [startS, endS] = waiting.pop();
      if (endS - startS < SHORTEST_S && searches) continue;
      const [a, b] = [from + Math.round(startS * CLOCK_HZ), from + Math.round(endS * CLOCK_HZ)];
      const one = detect(channels.map((channel) => channel.subarray(a, Math.min(b, to))), pattern);
      searches += 1;
      least = Math.min(least, one.log10P);
      const marked = credible(one.segments).map(([s, e]) => [startS + s, Math.min(startS + e, endS)]);
      for (const [s, e] of marked) found.push({ startS: s + from / CLOCK_HZ, endS: e + from / CLOCK_HZ, log10P: one.log10P });
      waiting.push(...rests(startS, endS, marked));
    }
  };
  for (let start = 0; start < length; start += STEP_S * CLOCK_HZ) {
    const stop = Math.min(start + WINDOW_S * CLOCK_HZ, length);
    look(start, stop);
    onProgress(stop / length);
    if (stop === length) break;
  }
  const searched = Math.log10(Math.max(searches, 1));
  const held = found.map((one) => ({ ...one, log10P: Math.min(0, one.log10P + searched) })).filter((one) => one.log10P <= pattern.presentAt);
  const log10P = Math.min(0, least + searched);
  return { durationS: length / CLOCK_HZ, present: held.length > 0, pValue: chance(log10P), log10P, passages: joined(held) };
}

// Return the segments without those that chance makes.
function credible(segments) {
  const clusters = [];
  for (const segment of segments) {
    if (segment[1] - segment[0] < LEAST_S) continue;
    const last = clusters.at(-1);
    if (last && segment[0] - last.at(-1)[1] <= SAME_S) last.push(segment);
    else clusters.push([segment]);
  }
  const lengths = clusters.map((cluster) => cluster.reduce((sum, [s, e]) => sum + e - s, 0));
  const enough = Math.min(ALONE_S, Math.max(0, ...lengths));
  return clusters.filter((_, i) => lengths[i] >= enough).flat();
}

function rests(startS, endS, marked) {
  if (!marked.length) return [];
  const edges = [startS, ...[...marked].sort((a, b) => a[0] - b[0]).flat(), endS], found = [];
  for (let i = 0; i < edges.length; i += 2) if (edges[i + 1] - edges[i] >= SHORTEST_S) found.push([edges[i], edges[i + 1]]);
  return found;
}

function joined(passages) {
  const whole = [];
  for (const one of [...passages].sort((a, b) => a.startS - b.startS || a.endS - b.endS)) {
    const before = whole.at(-1);
    if (before && one.startS - before.endS <= SAME_S) {
      before.endS = Math.max(before.endS, one.endS);
      before.log10P = Math.min(before.log10P, one.log10P);
    } else whole.push({ ...one });
  }
  return whole;
}
