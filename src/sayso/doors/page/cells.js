// The pattern of the public pilot and the cells of a sound, in plain JavaScript: sayso.mark.pattern and .cells.

export const CLOCK_HZ = 24000, FRAME = 512, HOP = 256, PERIOD = 288, BANDS = 74;
const FIRST_BIN = 6;
const CLIP_DB = 7, SILENCE = 1e-9, QUIET_DB = -67, RANGE_DB = 80;
const MILD = 0.7, LEAST_MILD = 0.2, LEAST = 0.02, FLOOR_SHARE = 3.8, FLOOR_QUANTILE = 0.1;

// ---- the pattern: which cells carry the public pilot, and with which sign ----

// Return the pattern in a published key; throw an Error that says what is wrong with it.
export function patternOf(key) {
  if (key?.format !== "sayso-detector-key" || key.version !== 1 || key.algorithm !== "sayso-mark-1") {
    throw new Error("The key beside this page is not one that this page can use; ask the operator for a new page.");
  }
  const held = bits(key.pilot_cells), up = bits(key.pilot_signs), cells = [];
  for (let place = 0; place < PERIOD * BANDS; place++) {
    if (held(place)) cells.push({ frame: Math.floor(place / BANDS), band: place % BANDS, sign: up(place) ? 1 : -1 });
  }
  const signs = new Int8Array(PERIOD * BANDS);
  for (const cell of cells) signs[cell.frame * BANDS + cell.band] = cell.sign;
  return { cells, signs, presentAt: Math.log10(key.present_at_p_value) };
}

function bits(text) {
  const bytes = typeof text === "string" ? Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) : [];
  if (bytes.length !== (PERIOD * BANDS) / 8) {
    throw new Error("The key beside this page is damaged; ask the operator for a new page.");
  }
  return (place) => (bytes[place >> 3] >> (7 - (place & 7))) & 1;
}

// ---- the cells: energies of frames and bands, freed of what speech itself does there ----

const WINDOW = Float64Array.from({ length: FRAME }, (_, n) => Math.sin((Math.PI * (n + 0.5)) / FRAME));
const HALF = FRAME / 2;
const COS = Float64Array.from({ length: FRAME }, (_, n) => Math.cos((2 * Math.PI * n) / FRAME));
const SIN = Float64Array.from({ length: FRAME }, (_, n) => Math.sin((2 * Math.PI * n) / FRAME));
const REVERSED = Uint8Array.from({ length: HALF }, (_, n) => parseInt([...n.toString(2).padStart(8, "0")].reverse().join(""), 2));
const re = new Float64Array(HALF), im = new Float64Array(HALF);

// Add the energy in each band of one windowed frame to `energy` from `at` on: a real transform of 512 points made from
// a complex one of 256 (even samples real, odd samples imaginary).
function addFrame(samples, start, energy, at) {
  for (let n = 0; n < HALF; n++) {
    const to = REVERSED[n], from = start + 2 * n;
    re[to] = samples[from] * WINDOW[2 * n];
    im[to] = samples[from + 1] * WINDOW[2 * n + 1];
  }
  for (let size = 2; size <= HALF; size *= 2) {
    const half = size / 2, step = FRAME / size;
    for (let base = 0; base < HALF; base += size) {
      for (let k = 0; k < half; k++) {
        const c = COS[k * step], s = SIN[k * step], a = base + k, b = a + half;
        const x = re[b] * c + im[b] * s, y = im[b] * c - re[b] * s;
        re[b] = re[a] - x; im[b] = im[a] - y; re[a] += x; im[a] += y;
      }
    }
  }
  for (let band = 0; band < BANDS; band++) {
    let power = 0;
    for (let k = FIRST_BIN + 2 * band; k < FIRST_BIN + 2 * band + 2; k++) {
      const m = HALF - k;
      const er = (re[k] + re[m]) / 2, ei = (im[k] - im[m]) / 2, or = (im[k] + im[m]) / 2, oi = (re[m] - re[k]) / 2;
      const x = er + COS[k] * or + SIN[k] * oi, y = ei + COS[k] * oi - SIN[k] * or;
      power += x * x + y * y;
    }
    energy[at + band] += power;
  }
}

// Return the weighted residuals of the sound cut into frames from `offset` on, once for each way to weigh the cells.
export function measure(channels, offset, ways) {
  const frames = 1 + Math.floor((channels[0].length - offset - FRAME) / HOP);
  const energy = new Float32Array(frames * BANDS);
  for (const channel of channels) {
    for (let t = 0; t < frames; t++) addFrame(channel, offset + t * HOP, energy, t * BANDS);
  }
  const level = energy.map((e) => 10 * Math.log10(e + SILENCE));
  const left = residuals(level, frames), floor = floors(level, frames);
  const silent = Math.max(level.reduce((a, b) => Math.max(a, b), -Infinity) - RANGE_DB, QUIET_DB);
  return ways.map((strictly) => {
    const worth = strictly ? strictWeights(energy, floor, frames) : mildWeights(energy, floor);
    for (let i = 0; i < worth.length; i++) worth[i] = level[i] > silent ? left[i] * worth[i] : 0;
    return { offset, strictly, frames, value: worth };
  });
}

function residuals(level, frames) {
  const left = new Float32Array(level.length);
  const clamp = (band) => Math.min(Math.max(band, 0), BANDS - 1);
  for (let t = 0; t < frames; t++) {
    const before = Math.max(t - 1, 0) * BANDS, here = t * BANDS, after = Math.min(t + 1, frames - 1) * BANDS;
    for (let b = 0; b < BANDS; b++) {
      const near = level[here + clamp(b - 1)] + level[here + clamp(b + 1)] + level[here + clamp(b - 2)] + level[here + clamp(b + 2)];
      const rest = level[here + b] - 0.2 * (level[before + b] + level[after + b]) - 0.15 * near;
      left[here + b] = Math.min(Math.max(rest, -CLIP_DB), CLIP_DB);
    }
  }
  return left;
}

// Return the tenth percentile of the levels of each band.
function floors(level, frames) {
  const column = new Float32Array(frames), place = FLOOR_QUANTILE * (frames - 1), low = Math.floor(place);
  return Float32Array.from({ length: BANDS }, (_, b) => {
    for (let t = 0; t < frames; t++) column[t] = level[t * BANDS + b];
    column.sort();
    return column[low] + (place - low) * (column[Math.min(low + 1, frames - 1)] - column[low]);
  });
}

function mildWeights(energy, floor) {
  const noise = floor.map((db) => MILD * 10 ** (db / 10));
  return energy.map((e, i) => Math.min(Math.max(1 - noise[i % BANDS] / (e + SILENCE), LEAST_MILD), 1));
}

function strictWeights(energy, floor, frames) {
  const noise = smoothed(floor.map((db) => FLOOR_SHARE * 10 ** (db / 10)), BANDS, 1, 1, 9);
  const inTime = smoothed(energy.map((e) => e + SILENCE), frames, BANDS, BANDS, 3);
  const around = smoothed(inTime, BANDS, 1, frames, 5, BANDS);
  return around.map((e, i) => {
    const over = Math.max(e / noise[i % BANDS] - 1, 0);
    return Math.max(over / (1 + over), LEAST);
  });
}

// Return the mean of each `width` (odd) values along an axis of `length` values `stride` apart, the edges continued;
// there are `lines` such lines, `apart` apart.
function smoothed(values, length, stride, lines, width, apart = 1) {
  const out = new Float32Array(values.length), reach = (width - 1) / 2;
  for (let line = 0; line < lines; line++) {
    const base = line * apart;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let j = i - reach; j <= i + reach; j++) sum += values[base + Math.min(Math.max(j, 0), length - 1) * stride];
      out[base + i * stride] = sum / width;
    }
  }
  return out;
}
