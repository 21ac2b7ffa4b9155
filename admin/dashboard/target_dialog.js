// All that is known of one target, kept up to date while it is open, and what can be done to it.

import { show } from "./dialogs.js";
import { h, setAttribute, setText } from "./dom.js";
import { count, duration, milliseconds, moment, rate } from "./format.js";
import { Spark } from "./spark.js";
import { wordOf } from "./states.js";
import { targetActions } from "./target_actions.js";

const kRows = [
  ["State", (target) => `${wordOf(target.state)} for ${ageOf(target)}`],
  ["Reason", (target) => target.reason || "–"],
  ["Requests", (target) => `${rate(target.requestsPerSecond)} a second, ` +
    `${count(target.inFlight)} in flight`],
  ["Response time", (target) => (target.responseTime === null ? "measured only with leasttime"
    : milliseconds(target.responseTime))],
  ["Last probe", (target) => probeWords(target.lastProbe)],
  ["Weight", (target) => String(target.weight)],
  ["Origin", (target) => target.origin],
  ["URL", (target) => (target.address ? `${target.url} at ${target.address}` : target.url)],
];

export function ageOf(target) {
  return duration((performance.now() - target.sinceMs) / 1000);
}

function probeWords(probe) {
  if (!probe) return "none yet";
  const answer = probe.ok ? `passed with ${probe.status ?? "a connection"}`
    : `failed: ${probe.error ?? probe.status}`;
  return `${answer}, ${milliseconds(probe.took)}, ${moment(probe.at)}`;
}

// `find()` gives the target as it is now, or nothing when it is gone.
export function showTarget(service, find, model) {
  const state = h("span", { class: "state" });
  const values = kRows.map(() => h("dd"));
  const spark = new Spark();
  const buttons = Object.values(targetActions).map((action) => ({
    action,
    element: h("button", {
      type: "button", class: action.isDanger ? "danger" : undefined,
      onclick: async () => {
        const target = find();
        if (target && await action.ask(service, target)) dialog.close("");
      },
    }, action.word),
  }));
  const close = h("button", { type: "button", class: "primary", onclick: () => dialog.close("") },
    "Close");
  const dialog = h("dialog", { class: "target-dialog", "aria-labelledby": "target-name" },
    h("div", { class: "dialog-head" }, h("h2", { id: "target-name" }, find().id), state),
    h("p", { class: "note" }, `Target of ${service.name}`),
    spark.element,
    h("dl", {}, ...kRows.flatMap(([name], i) => [h("dt", {}, name), values[i]])),
    h("div", { class: "buttons" }, ...buttons.map(({ element }) => element), close));

  const update = () => {
    const target = find();
    for (const { action, element } of buttons) element.hidden = !target || !action.fits(target);
    setAttribute(state, "data-state", target?.state ?? "gone");
    setText(state, target ? wordOf(target.state) : "gone");
    if (!target) return;
    kRows.forEach(([, wordsOf], i) => setText(values[i], wordsOf(target)));
    spark.update(target.history, target.history.max);
  };
  update();
  const forget = model.onChange(update);
  show(dialog).then(forget);
}
