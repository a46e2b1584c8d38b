// Sound of another rate brought to 24,000 Hz, for browsers that decode to their own rate only.

import { CLOCK_HZ } from "./cells.js";

const LOBES = 24, KAISER = 8.6;

// Return a channel at `rate` as one at 24,000 Hz: a windowed sinc, band-limited to the lower of the two rates.
export function resampled(channel, rate) {
  if (rate === CLOCK_HZ) return channel;
  const share = gcd(rate, CLOCK_HZ), up = CLOCK_HZ / share, down = rate / share;
  const cutoff = 0.96 * Math.min(1, CLOCK_HZ / rate), reach = Math.ceil(LOBES / cutoff);
  const taps = Array.from({ length: up }, (_, phase) => Float64Array.from({ length: 2 * reach }, (_, j) => {
    const x = j - reach + 1 - phase / up, inside = 1 - (x / reach) ** 2;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
    return inside <= 0 ? 0 : cutoff * sinc * bessel(KAISER * Math.sqrt(inside)) / bessel(KAISER);
  }));
  const out = new Float32Array(Math.round((channel.length * up) / down));
  for (let i = 0; i < out.length; i++) {
    const at = Math.floor((i * down) / up), weights = taps[(i * down) % up];
    let sum = 0;
    for (let j = 0; j < 2 * reach; j++) sum += weights[j] * (channel[at + j - reach + 1] ?? 0);
    out[i] = sum;
  }
  return out;
}

const gcd = (a, b) => (b ? gcd(b, a % b) : a);

function bessel(x) {
  let sum = 1, term = 1;
  for (let n = 1; term > 1e-12 * sum; n++) { term *= (x / 2 / n) ** 2; sum += term; }
  return sum;
}
