// What is wrong with the configuration, with file and line, and routers that are disabled by it.

import { h, Keyed, setText } from "./dom.js";
import { plural } from "./format.js";
import { icon } from "./icons.js";

export class Problems {
  constructor() {
    this.title = h("h2", { id: "problems" });
    this.note = h("p");
    this.list = h("ul");
    this.views = new Keyed(this.list, problemView);
    this.element = h("section", { class: "problems", "aria-labelledby": "problems", hidden: true },
      h("div", { class: "problems-head" }, icon("warning"), this.title), this.note, this.list);
  }

  update({ config }) {
    const problems = config?.problems ?? [];
    this.element.hidden = problems.length === 0;
    if (problems.length === 0) return;
    const errors = problems.filter((one) => one.severity === "error").length;
    this.element.classList.toggle("is-warning", errors === 0);
    setText(this.title, errors > 0 ? `${plural(errors, "configuration error")}`
      : plural(problems.length, "configuration warning"));
    const isOld = config.files.some((one) => one.isLastGood);
    setText(this.note, isOld ? "The last good version is served instead." : "");
    this.note.hidden = !isOld;
    this.views.update(problems, (one) => JSON.stringify(one));
  }
}

function problemView(problem) {
  const place = [problem.file, problem.line, problem.column].filter((one) => one).join(":");
  const path = problem.path ? h("code", { class: "problem-path" }, problem.path) : null;
  const element = h("li", { "data-severity": problem.severity },
    h("span", { class: "problem-kind" }, problem.severity),
    h("code", { class: "problem-place" }, place), path,
    h("span", { class: "problem-text" }, problem.message));
  return { element, update() {} };
}
