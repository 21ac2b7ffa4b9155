// The autoscaler of a service: how many there are between min and max, how many are wanted, why.

import { h, setAttribute, setText } from "./dom.js";
import { clock, duration } from "./format.js";
import { pause, resume, scaleTo, withdrawSize } from "./scaler_actions.js";

const kPipsMax = 40;  // above, single targets cannot be told apart in the bar
const kModeWords = {
  on: "on", off: "off", observe: "observes only", up_only: "only adds",
};

export class ScalerView {
  constructor(service) {
    this.name = service.name;
    this.mode = h("span", { class: "mode" });
    this.size = h("span", { class: "scaler-size" });
    this.bar = h("div", { class: "scale-bar", role: "img" });
    this.parts = ["serving", "booting", "wanted", "free"].map((part) =>
      this.bar.appendChild(h("span", { "data-part": part })));
    this.min = h("span");
    this.max = h("span");
    this.reason = h("p", { class: "reason" });
    this.fault = h("p", { class: "fault" });
    const button = (word, act) => h("button", {
      type: "button", class: "small", onclick: () => act(this.name, this.view),
    }, word);
    this.scale = button("Scale to…", scaleTo);
    this.withdraw = button("Let signals decide", withdrawSize);
    this.pause = button("Pause", pause);
    this.resume = button("Resume", resume);
    this.element = h("div", { class: "scaler", role: "group", "aria-label": "Autoscaler" },
      h("div", { class: "scaler-head" }, h("h4", {}, "Autoscaler"), this.mode, this.size,
        h("div", { class: "buttons" }, this.scale, this.withdraw, this.pause, this.resume)),
      h("div", { class: "scale-line" }, this.min, this.bar, this.max),
      this.reason, this.fault);
  }

  update(view) {
    this.view = view;
    const { size, decision } = view;
    setText(this.mode, modeWords(view));
    setAttribute(this.mode, "data-mode", view.paused ? "paused" : view.mode);
    setText(this.size, sizeWords(size));
    this.#bar(size);
    setText(this.min, `min ${size.min}`);
    setText(this.max, `max ${size.max}`);
    setText(this.reason, reasonWords(decision, view.changes));
    setText(this.fault, view.providerFault ? `Provider: ${view.providerFault}` : "");
    this.fault.hidden = !view.providerFault;
    this.withdraw.hidden = view.override === null;
    this.pause.hidden = view.paused;
    this.resume.hidden = !view.paused;
  }

  #bar({ serving, booting, wanted, max, min }) {
    const missing = Math.max(0, wanted - serving - booting);
    const counts = [serving, booting, missing, Math.max(0, max - serving - booting - missing)];
    this.parts.forEach((part, i) => {
      part.style.flexGrow = counts[i];
      part.hidden = counts[i] === 0;
    });
    const total = Math.max(1, counts.reduce((sum, one) => sum + one));
    this.bar.style.setProperty("--pips", total);
    this.bar.style.setProperty("--min", min / total);
    this.bar.classList.toggle("has-pips", total <= kPipsMax);
    setAttribute(this.bar, "aria-label", `${serving} serving, ${booting} booting, ` +
      `${wanted} wanted, at least ${min}, at most ${max}`);
  }
}

function modeWords(view) {
  if (view.paused) return "paused";
  if (view.override === null) return kModeWords[view.mode] ?? view.mode;
  const left = view.overrideLeft ? ` for ${duration(view.overrideLeft)} more` : "";
  return `held at ${view.override}${left}`;
}

function sizeWords({ serving, booting, draining, wanted }) {
  const parts = [`${serving} serving`];
  if (booting > 0) parts.push(`${booting} booting`);
  if (draining > 0) parts.push(`${draining} draining`);
  parts.push(`${wanted} wanted`);
  return parts.join(" · ");
}

function reasonWords(decision, changes) {
  const [last] = changes;
  const before = last ? ` Last change at ${clock(last.at)}: ${last.from} → ${last.to}, ` +
    `${last.reason}.` : "";
  const reason = decision.reason || "nothing was decided yet";
  return `${reason[0].toUpperCase()}${reason.slice(1)}.${before}`;
}
