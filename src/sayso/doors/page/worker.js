// The search runs here, so that the page stays live.

import { patternOf, resampled, scan } from "./detector.js";

onmessage = ({ data: { key, channels, rate } }) => {
  try {
    const sound = channels.map((channel) => resampled(channel, rate));
    const found = scan(sound, patternOf(key), (share) => postMessage({ share }));
    postMessage({ found, peaks: peaks(sound) });
  } catch (error) {
    postMessage({ problem: error.message });
  }
};

// Return the largest level in each of 600 stretches.
function peaks(channels, bins = 600) {
  const out = new Float32Array(bins);
  for (const channel of channels) {
    for (let i = 0; i < channel.length; i++) {
      const bin = Math.floor((i * bins) / channel.length), level = Math.abs(channel[i]);
      if (level > out[bin]) out[bin] = level;
    }
  }
  return out;
}
