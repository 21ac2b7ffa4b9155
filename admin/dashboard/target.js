// One target: a card, or a row where there are many. The same elements; targets.css places them.

import { h, setAttribute, setText } from "./dom.js";
import { count, milliseconds, moment, rate } from "./format.js";
import { icon } from "./icons.js";
import { Spark } from "./spark.js";
import { wordOf } from "./states.js";
import { ageOf } from "./target_dialog.js";

export class TargetView {
  constructor(onOpen) {
    this.state = h("span", { class: "state" });
    this.name = h("button", { type: "button", class: "target-name", onclick: onOpen });
    this.since = h("span", { class: "since" });
    this.rate = h("b");
    this.inFlight = h("b");
    this.responseTime = h("b");
    this.weight = h("b");
    this.origin = h("span", { class: "origin" });
    this.probe = h("span", { class: "probe" });
    this.spark = new Spark();
    this.element = h("li", { class: "target" },
      this.state, this.name, this.since, this.spark.element,
      metric("rate", this.rate, "req/s"), metric("in-flight", this.inFlight, "in flight"),
      metric("response", this.responseTime, "response"), metric("weight", this.weight, "weight"),
      this.probe, this.origin);
  }

  // `max` is the scale of the lines of the whole service, in milliseconds.
  update(target, max) {
    setAttribute(this.element, "data-state", target.state);
    setAttribute(this.state, "data-state", target.state);
    setText(this.state, wordOf(target.state));
    setText(this.name, target.id);
    setText(this.since, ageOf(target));
    setAttribute(this.since, "title", target.reason);
    setText(this.rate, rate(target.requestsPerSecond));
    setText(this.inFlight, count(target.inFlight));
    setText(this.responseTime, milliseconds(target.responseTime));
    setText(this.weight, String(target.weight));
    setText(this.origin, target.origin);
    this.spark.update(target.history, max);
    this.#probe(target.lastProbe);
  }

  #probe(probe) {
    const key = probe ? `${probe.at}${probe.status}${probe.error}` : "none";
    if (key === this.shownProbe) return;
    this.shownProbe = key;
    this.probe.dataset.probe = probe ? (probe.ok ? "good" : "bad") : "none";
    if (!probe) {
      this.probe.replaceChildren("no probe");
      return;
    }
    const words = probe.ok ? `${probe.status ?? "connects"} · ${milliseconds(probe.took)}`
      : probe.error ?? String(probe.status);
    this.probe.replaceChildren(icon(probe.ok ? "good" : "bad"),
      h("span", { class: "unseen" }, probe.ok ? "probe passed: " : "probe failed: "),
      h("span", {}, words));
    this.probe.title = `last probe ${moment(probe.at)}: ${words}`;
  }
}

function metric(name, value, unit) {
  return h("span", { class: `metric ${name}` }, value, h("i", {}, unit));
}
