// Numbers and times as people read them.

const kNone = "–";

export function count(value) {
  if (value === null || value === undefined) return kNone;
  if (value < 10_000) return String(Math.round(value));
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

export function rate(value) {
  if (value === null || value === undefined) return kNone;
  return value > 0 && value < 9.95 ? value.toFixed(1) : count(value);
}

export function milliseconds(value) {
  if (value === null || value === undefined) return kNone;
  if (value < 1) return "<1 ms";
  if (value < 9.95) return `${value.toFixed(1)} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  return `${(value / 1000).toFixed(value < 9950 ? 1 : 0)} s`;
}

// "45 s", "3 min", "2 h 5 min", "4 d 6 h".
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return kNone;
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  const hours = Math.floor(s / 3600);
  if (hours < 24) return withRest(hours, "h", Math.floor((s % 3600) / 60), "min");
  return withRest(Math.floor(hours / 24), "d", hours % 24, "h");
}

function withRest(many, unit, few, smaller) {
  return few === 0 ? `${many} ${unit}` : `${many} ${unit} ${few} ${smaller}`;
}

export function clock(at) {
  return new Date(at).toLocaleTimeString([], { hour12: false });
}

export function moment(at) {
  return new Date(at).toLocaleString([], { hour12: false });
}

export function plural(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
