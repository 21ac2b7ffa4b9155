// What happened, newest first.

import { h, Keyed } from "./dom.js";
import { clock, moment } from "./format.js";
import { sentence } from "./sentences.js";

const kShown = 100;

export class Timeline {
  constructor() {
    this.list = h("ol", { role: "log", "aria-label": "Events", tabindex: "0" });
    this.views = new Keyed(this.list, eventView);
    this.empty = h("p", { class: "note" }, "Joins, drains, scaling and reloads appear here.");
    this.element = h("aside", { class: "timeline", "aria-labelledby": "events" },
      h("h2", { id: "events" }, "Events"), this.empty, this.list);
  }

  update(model) {
    const shown = model.events.slice(0, kShown);
    this.views.update(shown, (one) => one.id);
    this.empty.hidden = shown.length > 0;
  }
}

function eventView(event) {
  const { text, tone } = sentence(event);
  const service = event.service ? h("span", { class: "event-service" }, event.service) : null;
  const element = h("li", { "data-tone": tone, "data-kind": event.kind },
    h("time", { datetime: event.at, title: moment(event.at) }, clock(event.at)), service,
    h("span", { class: "event-text", title: text }, text));
  return { element, update() {} };
}
