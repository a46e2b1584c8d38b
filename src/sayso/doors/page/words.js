// What is found, in plain words.

// Return `seconds` as 2:03.4 or 1:02:03.4.
export function clockTime(seconds) {
  const tenths = Math.round(seconds * 10), hours = Math.floor(tenths / 36000), minutes = Math.floor((tenths % 36000) / 600);
  const rest = (tenths % 600) / 10, two = (value) => String(value).padStart(2, "0");
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${rest < 10 ? "0" : ""}${rest.toFixed(1)}`;
}

// Return the heading, what it means, and the chance of an error, for what `scan` found.
export function verdictOf(found, operator) {
  const length = clockTime(found.durationS), chance = `Chance that sound without this mark looks so, the whole search counted: ${odds(found.log10P)}.`;
  if (!found.present) {
    return {
      verdict: `No mark of ${operator} was found`,
      meaning: `Nothing was found in ${length} of sound. That proves nothing: it may be a recording, may come from elsewhere, or may be too short or too damaged.`,
      chance,
    };
  }
  const marked = found.passages.reduce((sum, part) => sum + part.endS - part.startS, 0), count = found.passages.length;
  return {
    verdict: `A mark of ${operator} is present`,
    meaning: `${count === 1 ? "One part carries" : `${count} parts carry`} it: ${clockTime(Math.min(marked, found.durationS))} of ${length}. ${operator} puts this mark into speech that a machine made. For whom it was made, and whether the mark was copied here, only the operator can tell.`,
    chance,
  };
}

function odds(log10P) {
  if (log10P > -1) return `at most ${Math.min(1, 10 ** log10P).toFixed(2)}`;
  return log10P > -7 ? `at most 1 in ${Math.floor(10 ** -log10P).toLocaleString("en")}` : `less than 1 in 10^${Math.floor(-log10P)}`;
}
