// The last minute of a number that comes once a second; null where there was none.

export const kPoints = 60;

export class Series {
  values = [];

  push(value) {
    this.values.push(value ?? null);
    if (this.values.length > kPoints) this.values.shift();
  }

  get last() {
    return this.values.at(-1) ?? null;
  }

  get max() {
    return Math.max(0, ...this.values.filter((one) => one !== null));
  }
}
