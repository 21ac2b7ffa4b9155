// One service: its traffic, its rules, its autoscaler, its targets.

import { h, Keyed, setAttribute, setText } from "./dom.js";
import { count, milliseconds, plural, rate } from "./format.js";
import { ScalerView } from "./scaler.js";
import { Spark } from "./spark.js";
import { countStates, wordOf } from "./states.js";
import { TargetView } from "./target.js";
import { showTarget } from "./target_dialog.js";

const kCardsMax = 24;  // more targets are rows
const kHeadroom = 1.4;  // an even line is not to look like a limit
const kColumns = ["state", "target", "last minute", "req/s", "in flight", "response", "probe",
  "weight", "origin", "since"];

export class ServiceView {
  constructor(service, model, filter) {
    this.name = service.name;
    this.model = model;
    this.filter = filter;
    this.provider = h("span", { class: "provider" });
    this.kind = h("span", { class: "kind" });
    this.states = h("span", { class: "states" });
    this.traffic = new Spark();
    this.latency = new Spark();
    this.numbers = ["req/s", "p50", "p95", "queued"].map((unit) => ({ value: h("b"), unit }));
    this.rules = h("code");
    this.fault = h("p", { class: "fault" });
    this.scalerPlace = h("div");
    this.columns = h("div", { class: "target columns", "aria-hidden": "true" },
      ...kColumns.map((one) => h("span", {}, one)));
    this.list = h("ul", { class: "targets", "aria-label": `Targets of ${service.name}` });
    this.empty = h("p", { class: "note" });
    this.targets = new Keyed(this.list, (target) => this.#makeTarget(target.id));
    const title = `service-${service.name}`;
    this.element = h("section", { class: "service", "aria-labelledby": title },
      h("div", { class: "service-head" },
        h("h3", { id: title }, service.name, this.provider), this.kind,
        this.#numbersRow()),
      h("p", { class: "summary" }, this.states, this.rules), this.fault, this.scalerPlace,
      this.columns, this.list, this.empty);
  }

  #numbersRow() {
    const [traffic, p50, p95, queued] = this.numbers.map(({ value, unit }) =>
      h("span", { class: "metric" }, value, h("i", {}, unit)));
    return h("div", { class: "service-numbers" }, this.traffic.element, traffic, p50,
      this.latency.element, p95, queued);
  }

  #makeTarget(id) {
    const find = () => this.model.services.get(this.name)?.targets.get(id);
    const view = new TargetView(() => showTarget({ name: this.name }, find, this.model));
    return { element: view.element, update: (target) => view.update(target, this.lineMax) };
  }

  update(service) {
    setText(this.provider, `@${service.provider}`);
    setText(this.kind, [service.kind, service.strategy].filter((one) => one).join(" · "));
    setText(this.states, countStates(service.targets.values())
      .map(([state, many]) => `${many} ${wordOf(state)}`).join(" · "));
    this.#numbers(service);
    setText(this.rules, service.routers.map((one) => one.rule).join("   "));
    const fault = faultOf(service);
    setText(this.fault, fault);
    this.fault.hidden = fault === "";
    this.#scaler(service.scaling);
    this.#targets(service);
  }

  #numbers(service) {
    const words = [rate(service.traffic.last), milliseconds(service.p50Ms),
      milliseconds(service.latency.last), count(service.queued)];
    this.numbers.forEach(({ value }, i) => setText(value, words[i]));
    this.traffic.update(service.traffic, kHeadroom * service.traffic.max);
    this.latency.update(service.latency, kHeadroom * service.latency.max);
  }

  #scaler(scaling) {
    if (scaling && !this.scaler) {
      this.scaler = new ScalerView({ name: this.name });
      this.scalerPlace.append(this.scaler.element);
    } else if (!scaling && this.scaler) {
      this.scaler.element.remove();
      this.scaler = null;
    }
    this.scaler?.update(scaling);
  }

  #targets(service) {
    const all = [...service.targets.values()];
    const isNamed = this.filter.acceptsName(service);
    const shown = isNamed ? all : all.filter((one) => this.filter.accepts(service, one));
    const isDense = all.length > kCardsMax;
    this.list.classList.toggle("is-dense", isDense);
    this.element.classList.toggle("is-untimed", !service.isTimed);
    this.columns.hidden = !isDense;
    this.lineMax = Math.max(0, ...shown.map((one) => one.history.max));
    this.targets.update(shown, (one) => one.id);
    setText(this.empty, emptyWords(service, all.length, shown.length));
    this.empty.hidden = this.empty.textContent === "";
    setAttribute(this.element, "data-shown", String(shown.length));
    this.element.hidden = !this.filter.isEmpty && shown.length === 0 && !isNamed;
  }
}

function faultOf(service) {
  if (service.fault) return `Disabled: ${service.fault}`;
  const disabled = service.routers.filter((one) => one.fault);
  if (disabled.length > 0) {
    return disabled.map((one) => `Router ${one.name} is disabled: ${one.fault}`).join("  ");
  }
  return service.panic ? "Too few targets are healthy: all of them are used." : "";
}

function emptyWords(service, all, shown) {
  if (service.services) return `Distributes over ${service.services.join(", ")}.`;
  if (all === 0) return "No targets. Requests wait or are answered with 503.";
  return shown < all ? `${plural(all - shown, "target")} not shown by the filter.` : "";
}
