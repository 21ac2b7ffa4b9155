// A line of the last minute. Its scale is the caller's, so that neighbours can be compared.

import { setAttribute, svg } from "./dom.js";

const kWidth = 120;
const kHeight = 24;

export class Spark {
  constructor() {
    this.area = svg("path", { class: "spark-area" });
    this.line = svg("path", { class: "spark-line" });
    this.element = svg("svg", {
      class: "spark", viewBox: `0 0 ${kWidth} ${kHeight}`, preserveAspectRatio: "none",
      "aria-hidden": "true",
    }, this.area, this.line);
  }

  update({ values, size }, max) {
    const first = size - values.length;
    const runs = runsOf(values.map((value, i) => value === null ? null : [
      ((first + i) / (size - 1)) * kWidth,
      kHeight - 1.5 - (max > 0 ? value / max : 0) * (kHeight - 4),
    ]));
    setAttribute(this.line, "d", runs.map(lineOf).join(""));
    setAttribute(this.area, "d", runs.map(areaOf).join(""));
  }
}

// The stretches without a gap.
function runsOf(points) {
  const runs = [[]];
  for (const point of points) {
    if (point === null) runs.push([]);
    else runs.at(-1).push(point);
  }
  return runs.filter((run) => run.length > 1);
}

function lineOf(run) {
  return `M${run.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
}

function areaOf(run) {
  const [left, right] = [run[0][0], run.at(-1)[0]].map((x) => x.toFixed(1));
  return `${lineOf(run)}L${right} ${kHeight}L${left} ${kHeight}Z`;
}
