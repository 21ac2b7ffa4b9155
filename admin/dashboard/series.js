// The last minute of a number that comes again and again; null where there was none.

const kSpanMs = 60_000;

export class Series {
  values = [];

  constructor(everyMs) {
    this.size = kSpanMs / everyMs;
  }

  push(value) {
    this.values.push(value ?? null);
    if (this.values.length > this.size) this.values.shift();
  }

  get last() {
    return this.values.at(-1) ?? null;
  }

  get max() {
    return Math.max(0, ...this.values.filter((one) => one !== null));
  }
}
